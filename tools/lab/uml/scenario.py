"""The scenarios there are, by name: each is a file of Tests/Scenarios, and a module."""

import importlib.util
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "Tests/Scenarios"
sys.path.insert(0, str(FOLDER))


def named(name):
    """The module of a scenario, by its file: a name may be that of a module of Python's, too."""
    known = f"scenario {name}"
    if known not in sys.modules:
        path = FOLDER / f"{name.replace('.', '/')}.py"
        spec = importlib.util.spec_from_file_location(known, path)
        sys.modules[known] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[known]
