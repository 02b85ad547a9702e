"""Builds both programs; see tools/build."""

import argparse
import os
import pathlib
import sys
import time

from . import CrossError, run
from .debian import CODENAMES, TRIPLETS
from .embedded import Builder
from .sysroot import Here, unpacked

ROOT = pathlib.Path(__file__).parents[3]


def sections(program):
    """The ten sections that take the most room, a line each."""
    text = run("size", "-A", program)
    rows = [line.split() for line in text.splitlines()[2:]]
    sizes = sorted(((int(row[1]), row[0]) for row in rows
                    if len(row) == 3 and row[0] != "Total"), reverse=True)
    return [f"{size:12,}  {name}" for size, name in sizes[:10]]


def main():
    parser = argparse.ArgumentParser(prog="tools/build", add_help=False)
    own = run("dpkg", "--print-architecture").strip()
    parser.add_argument("--arch", choices=TRIPLETS)
    parser.add_argument("--debian", type=int, choices=CODENAMES)
    parser.add_argument("--output")
    parser.add_argument("--here", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--sections", action="store_true")
    asked = parser.parse_args()
    if asked.here and (asked.arch or asked.debian or asked.fresh):
        parser.error("--here is this machine: it goes with no --arch, --debian or --fresh")
    asked.arch, asked.debian = asked.arch or own, asked.debian or 12
    begin = time.monotonic()
    try:
        if asked.here:
            sysroot, asked.debian, asked.arch = Here(), "here", own
        else:
            sysroot = unpacked(asked.debian, asked.arch, asked.fresh)
        output = ROOT / f".build/debian{asked.debian}-{asked.arch}"
        if asked.output:
            output = pathlib.Path(os.environ.get("FROM", "."), asked.output)
        builder = Builder(ROOT, sysroot, output, keep=asked.here)
        programs = builder.build()
        for program in programs:
            print(f"{program.stat().st_size:12,} bytes  {program}")
            if asked.sections:
                print("\n".join(sections(program)))
    except CrossError as error:
        print(f"tools/build: {error}", file=sys.stderr)
        return 1
    print(f"tools/build: Debian {asked.debian}, {asked.arch}, {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
