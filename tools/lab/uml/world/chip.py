"""A station's GPIO chip: the kernel's gpio-sim, with fingers on its keys and eyes on its lamps."""

import os

from .clock import now

CONFIGFS = "/sys/kernel/config/gpio-sim"
LINES = 28


def write(path, text):
    """One value into a file of the kernel's."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    """One value of the kernel's."""
    with open(path, encoding="ascii") as file:
        return file.read().strip()


class Chip:
    """One chip of 28 lines, all pulled up: a key closes to ground."""

    def __init__(self, name):
        self.folder = os.path.join(CONFIGFS, name)
        bank = os.path.join(self.folder, "bank0")
        os.makedirs(bank)
        write(os.path.join(bank, "num_lines"), str(LINES))
        write(os.path.join(bank, "label"), name)
        self.appear()

    def appear(self):
        """The chip is there, as after its module was loaded; with all keys open."""
        write(os.path.join(self.folder, "live"), "1")
        chip = read(os.path.join(self.folder, "bank0", "chip_name"))
        device = read(os.path.join(self.folder, "dev_name"))
        self.name, self.sysfs = chip, f"/sys/devices/platform/{device}/{chip}"
        for line in range(LINES):
            self.pull(line, "up")

    def line(self, number):
        """How the configuration names a line."""
        return f"{self.name}/{number}"

    def pull(self, number, way):
        """Pulls a line up or down from outside; returns the moment, in ns."""
        moment = now()
        write(f"{self.sysfs}/sim_gpio{number}/pull", f"pull-{way}")
        return moment

    def level(self, number):
        """0 or 1, whoever drives the line."""
        return int(read(f"{self.sysfs}/sim_gpio{number}/value"))
