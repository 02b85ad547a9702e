"""The GPIO chip of one station: gpiosim, and the fingers on its keys."""

import os

from . import place, process
from .place import StageError

CHIP = "pinctrl-bcm2711:GPIO0..GPIO27"


class Lines:
    """A chip made of nothing, with the lines GPIO0 to GPIO27."""

    def __init__(self, folder, log):
        self.programs = os.path.join(folder, "gpio.sock")
        self.world = os.path.join(folder, "gpio.ctl")
        self.log = log
        self.process = None

    def start(self):
        """Starts the chip and waits until it answers."""
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = process.launch(
                [place.lab("gpiosim"), "--socket", self.programs, "--control", self.world,
                 "--chip", CHIP], output=log, errors=log)
        place.wait_until(self._answers, place.PATIENCE, "gpiosim answers")

    def _answers(self):
        if not process.is_alive(self.process):
            raise StageError(f"gpiosim ended; see {self.log}")
        try:
            return bool(self.do("get", "GPIO0"))
        except OSError:
            return False

    def do(self, *words):
        """One verb of `gpiosim ctl`; its JSON. "ns" is the moment on CLOCK_MONOTONIC."""
        reply = process.request(self.world, " ".join(map(str, words)))
        if not reply["ok"]:
            raise StageError(f"gpiosim {' '.join(map(str, words))}: {reply['error']}")
        return reply

    def end(self):
        """Ends the chip; its programs see it vanish."""
        process.end(self.process)
        for path in (self.programs, self.world):
            if os.path.exists(path):
                os.unlink(path)
