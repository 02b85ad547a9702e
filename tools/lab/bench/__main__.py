"""The program behind tools/bench."""

import argparse
import json
import os
import shutil
import sys
import tempfile

from stage import place, process, tool

from . import against, figures, loops, starts

MEMORY_PEERS = [1, figures.PEERS, 8, 31]
STARTS = 7


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="tools/bench", allow_abbrev=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", help="folder of other programs, static too")
    parser.add_argument("--dynamic", required=True, help="the dynamic build of intercomd")
    return parser.parse_args()


def sizes(dynamic):
    """Bytes of the daemon as it is built, and without what only a debugger reads."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in (("static", place.program("intercomd")), ("dynamic", dynamic)):
            if not os.path.exists(path):
                continue
            stripped = os.path.join(folder, name)
            shutil.copy(path, stripped)
            found[name] = os.path.getsize(path)
            if process.run(["strip", stripped])[0] == 0:
                found[f"{name} stripped"] = os.path.getsize(stripped)
    return found


def progress(text):
    """Tells on stderr what is being done."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def measure(chosen, folder):
    """All figures; what takes longest comes last."""
    def room(name):
        return os.path.join(folder, name)

    started = starts.measure(room("starts"), STARTS, progress)
    memory = starts.memory(room("memory"), MEMORY_PEERS, progress)
    handshakes = starts.handshakes(room("handshakes"), 8, max(3.0, 2 * chosen.seconds), progress)
    rounds, calls = loops.measure(room("loops"), chosen.seconds, chosen.rounds, progress)
    improved = loops.measure_talk(
        room("improved"), chosen.seconds, chosen.rounds, progress, loops.IMPROVED)
    return figures.figures(
        rounds, improved, calls, memory, started, handshakes, sizes(chosen.dynamic))


def main():
    """Exit codes: 0 measured, whatever came of it; 1 not; 130 interrupted."""
    chosen = arguments()
    with tool.memory_folder("bench") as folder:
        if chosen.against:
            print(against.measure(chosen, folder, progress))
            return 0
        found = measure(chosen, folder)
    print(figures.table(found, chosen.seconds))
    if chosen.json:
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(tool.run("bench", main))
