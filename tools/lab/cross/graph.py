"""The modules of Package.swift, what each needs, and how its Swift is compiled."""

import json
import os

from . import CrossError, run


class Target:
    """One module: of Swift, of C sources, or the headers of a library of Debian's."""

    def __init__(self, described):
        self.name, self.kind = described["name"], described["type"]
        self.uses = [part["byName"][0] for part in described["dependencies"] if "byName" in part]
        self.folder = described.get("path") or f"Sources/{self.name}"
        self._settings = described["settings"]

    @property
    def libraries(self):
        """What is linked for it."""
        return [setting["kind"]["linkedLibrary"]["_0"] for setting in self._settings
                if "linkedLibrary" in setting["kind"]]

    @property
    def words(self):
        """The options of swiftc in a release build."""
        words = []
        for setting in self._settings:
            if setting["tool"] != "swift":
                continue
            if setting.get("condition", {}).get("config", "release") != "release":
                continue
            (kind, value), = setting["kind"].items()
            words += self._words(kind, value.get("_0"))
        return words

    def _words(self, kind, value):
        match kind:
            case "swiftLanguageMode":
                return ["-swift-version", value]
            case "enableUpcomingFeature":
                return ["-enable-upcoming-feature", value]
            case "enableExperimentalFeature":
                return ["-enable-experimental-feature", value]
            case "strictMemorySafety":
                return ["-strict-memory-safety"]
            case "treatAllWarnings":
                return ["-warnings-as-errors"] if value == "error" else []
            case "unsafeFlags":
                # Whole modules are built all the same; one module's code in another is of no use
                # to Embedded Swift, which has it there anyway.
                return [word for word in value if word not in
                        ("-wmo", "-cross-module-optimization")]
        raise CrossError(f"Package.swift: {self.name} has the setting {kind}, which tools/build"
                         " does not know")


def targets(root):
    """All but tests, by name, in an order in which each comes after those that it needs."""
    text = run("swift", "package", "dump-package", cwd=root,
               env={**os.environ, "INTERCOM_EMBEDDED": "1"})
    left = {one["name"]: Target(one) for one in json.loads(text)["targets"]
            if one["type"] != "test"}
    ordered = {}
    while left:
        ready = [name for name, one in left.items() if not set(one.uses) & set(left)]
        if not ready:
            raise CrossError(f"Package.swift: modules need each other: {', '.join(sorted(left))}")
        for name in sorted(ready):
            ordered[name] = left.pop(name)
    return ordered


def needs(target, known):
    """All that a module needs, itself too, in the order of `known`."""
    found, left = set(), [target]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += known[name].uses
    return [one for name, one in known.items() if name in found]
