"""Plays one scenario in the guest: `guest.py NAME`, started by init."""

import importlib
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(HERE, "..", "..", "..", "Tests")
sys.path[:0] = [os.path.dirname(HERE), os.path.join(TESTS, "Scenarios"),
                os.path.join(TESTS, "System")]

# pylint: disable=wrong-import-position
from uml.world import World


def main():
    """Exit codes: 0 it was played to its end, 1 it was not."""
    scenario = importlib.import_module(sys.argv[1])
    with World(scenario) as world:
        try:
            scenario.play(world)
            world.finish()
            return 0
        except Exception:  # pylint: disable=broad-exception-caught
            traceback.print_exc()
            world.tell_why()
            return 1


if __name__ == "__main__":
    sys.exit(main())
