"""Compares Tests/Vectors/intercom_v1.json with what this implementation makes of its inputs."""

import argparse
import sys

from . import oracle


def main():
    """Exit codes: 0 the same (or written), 1 not."""
    parser = argparse.ArgumentParser(prog="tools/vectors")
    parser.add_argument("--write", action="store_true", help="writes the values to the file")
    chosen = parser.parse_args()
    known = oracle.read()
    made = oracle.values(known["inputs"])
    text = oracle.text(known, made)
    if text == oracle.FILE.read_text(encoding="utf-8"):
        print("vectors: the file has what its inputs make")
        return 0
    for name, what in oracle.differences(known, made):
        print(f"vectors: {name}: {what}")
    if chosen.write:
        oracle.FILE.write_text(text, encoding="utf-8")
        print("vectors: written anew; now the program must agree (swift test)")
        return 0
    print("vectors: the file differs; tools/vectors --write makes it agree", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
