"""The program behind `tools/bench voice`: what the network, the room and the way do to speech.

Each part is a module here, named as its key of `--json`, with `run(options)`: it prints its table
and returns its figures, a list of dictionaries.
"""

import argparse
import importlib
import json
import os
import sys

from stage import tool

PARTS = ["traces", "loss", "echo", "vox", "latency"]


def _part(text):
    names = text.split(",")
    for name in names:
        if name not in PARTS:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(PARTS)}")
    return names


def arguments():
    """What was asked for; the same `options` go to each part."""
    parser = argparse.ArgumentParser(prog="tools/bench voice", allow_abbrev=False)
    parser.add_argument("--traces", metavar="DIR", help="play these traces, not the project's own")
    parser.add_argument("--only", type=_part, default=PARTS, metavar="PARTS",
                        help="only these, with commas between: " + ", ".join(PARTS))
    parser.add_argument("--talk", type=float, default=64, metavar="SECONDS",
                        help="so much speech for each figure of loss")
    parser.add_argument("--rounds", type=int, default=5,
                        help="start the stations so often for each figure of latency and echo")
    parser.add_argument("--pairs", type=int, default=min(4, os.cpu_count() or 1),
                        help="so many pairs of stations talk at once")
    parser.add_argument("--cells", metavar="TEXT",
                        help="of loss and echo only those with this in the name")
    parser.add_argument("--plot", metavar="FILE", help="draw delay against loss (SVG)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main():
    """Exit codes: 0 measured, whatever came of it; 1 not; 130 interrupted."""
    options = arguments()
    found = {name: importlib.import_module(f"bench.{name}").run(options)
             for name in PARTS if name in options.only}
    if options.json:
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(tool.run("bench", main, ValueError))
