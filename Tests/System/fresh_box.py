"""A machine as `intercomctl setup` finds it first.

Where the machine has a sound card of its own it would be chosen, so this is for machines without.
"""

import os
import pathlib
import shutil
import unittest

from lab import Scene, SceneTest, place

NOBODY = 65534
"""A user with no rights at all."""

WRITTEN = """# Written by intercomctl setup; intercomd.conf(5) describes every setting.
[station]
name = kitchen

[button ptt]
line = GPIO17
talk = house

[channel house]
members = *
"""


@unittest.skipIf(os.path.exists("/dev/snd/controlC0"), "this machine has a sound card")
class FreshBox(SceneTest):
    """A machine with GPIO and a card that alsa-lib calls default, and no configuration."""

    maxDiff = None

    def setUp(self):
        self.scene = self.enterContext(Scene("default"))
        (self.box,) = self.scene.stations
        self.box.environment = {
            "STATE_DIRECTORY": self.box.state, "RUNTIME_DIRECTORY": self.box.run}
        self.box.lines.start()
        self.path = pathlib.Path(self.box.etc, "intercomd.conf")


    def shown(self, text):
        return text.replace(str(self.scene.folder), "DIR")

    def copy_for_all(self):
        """A copy of intercomctl that every user may run."""
        program = os.path.join(self.scene.folder, "intercomctl")
        shutil.copy(place.program("intercomctl"), program)
        for folder in (self.scene.folder, self.box.folder, self.box.etc):
            os.chmod(folder, 0o755)
        return program
