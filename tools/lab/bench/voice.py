"""The program behind `tools/bench voice`: the jitter buffer, and what a speaking person opens.

Both need no station and no time but the processor's. Each has a `run(options)`, which prints its
table and returns its figures, a list of dictionaries.
"""

import argparse
import json
import sys

from stage import tool

from . import traces, vox

PARTS = {"traces": traces, "vox": vox}
"""By their keys of `--json`."""


def main():
    """Exit codes: 0 measured, whatever came of it; 1 not; 130 interrupted."""
    parser = argparse.ArgumentParser(prog="tools/bench voice", allow_abbrev=False)
    parser.add_argument("--traces", metavar="DIR", help="play these traces, not the project's own")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {name: part.run(options) for name, part in PARTS.items()
             if options.only in (None, name)}
    if options.json:
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(tool.run("bench", main, ValueError))
