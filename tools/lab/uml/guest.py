"""Plays one scenario in the guest: `guest.py NAME`, started by init."""

import gzip
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

# pylint: disable=wrong-import-position
from uml import scenario as scenarios
from uml.world import World


CONFIG = "/proc/config.gz"
NEEDED = ("CONFIG_HZ=1000", "CONFIG_HIGH_RES_TIMERS=y", "CONFIG_SND_ALOOP=y", "CONFIG_GPIO_SIM=y",
          "CONFIG_NET_NS=y", "CONFIG_VETH=y", "CONFIG_BRIDGE=y", "CONFIG_PACKET=y",
          "CONFIG_EXT4_FS=y", "CONFIG_IPV6=y")
"""What claims of a kernel are made for, and one that somebody names need not have."""


def lacking():
    """What this kernel has not of it; nothing when it does not say how it was made."""
    if not os.path.exists(CONFIG):
        return []
    with gzip.open(CONFIG, "rt", encoding="utf-8") as file:
        lines = set(file.read().splitlines())
    return [one for one in NEEDED if one not in lines]


def main():
    """Exit codes: 0 it was played to its end, 1 it was not."""
    if found := lacking():
        print(f"this kernel is not made as tools/lab/uml/kernel.config says: {', '.join(found)}")
        return 1
    scenario = scenarios.named(sys.argv[1])
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
