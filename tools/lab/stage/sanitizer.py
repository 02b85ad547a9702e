"""Programs built with a sanitizer: what they are told, and what they report.

INTERCOM_SANITIZER=thread or =address says that the daemon is such a build (tools/sanitize); every
scene then looks for reports at its end.
"""

import glob
import os

NAME = os.environ.get("INTERCOM_SANITIZER", "")

EXIT_CODE = 66
"""What a program ends with that something was reported of."""

_VARIABLE = {"thread": "TSAN_OPTIONS", "address": "ASAN_OPTIONS"}

_OPTIONS = {
    # Go on after a report: one run shows all there are. No suppressions: nothing needs one.
    # A program that ends need not wait a second for what its threads still do.
    "thread": {"halt_on_error": 0, "second_deadlock_stack": 1, "atexit_sleep_ms": 0},
    # Swift keeps one-time memory until the process ends, and a daemon that exits need not free.
    "address": {"detect_leaks": 0, "detect_stack_use_after_return": 1, "halt_on_error": 1},
}


def options(path, name=None):
    """The environment of a program whose reports go to `path`; empty without a sanitizer."""
    name = NAME if name is None else name
    if not name:
        return {}
    words = {"exitcode": EXIT_CODE, "log_path": path, **_OPTIONS[name]}
    return {_VARIABLE[name]: ":".join(f"{key}={value}" for key, value in words.items())}


def reports(path):
    """The texts of all reports written to `path`, one file a process."""
    found = []
    for name in sorted(glob.glob(glob.escape(path) + ".*")):
        with open(name, encoding="utf-8", errors="replace") as file:
            text = file.read().strip()
        if text:
            found.append(text)
    return found
