"""`intercomctl status` as a new user reads it.

The screens are those of screens/status, whole but for what differs from run to run.
"""

import os
import pathlib
import re

from lab import Scene, SceneTest, place, wait

from stage.identity import Identity

SCREENS = pathlib.Path(__file__).parent / "screens/status"


def normalised(text, scene):
    """The screen without what differs from run to run; runs of blanks are one."""
    for one in scene.stations:
        text = text.replace(one.etc, f"DIR/{one.name}/etc")
    for pattern, word in (
            (r"up \d+ ?[smhd]( \d+ ?[smhd])?", "up AGE"),
            (r"intercomd \d+\.\d+\.\d+", "intercomd V"),
            (r"[0-9a-f]{4}-[0-9a-f]{4}", "FINGERPRINT"),
            (r"127\.0\.0\.1:\d+", "ADDRESS"),
            (r" +", " "), (r" \n", "\n")):
        text = re.sub(pattern, word, text)
    return text


class StatusScreens(SceneTest):
    maxDiff = None

    def show(self, screen, code, sections=None, unplugged=None, peer=None):
        """Starts a station, waits until its screen is the one kept, and compares how it ends."""
        with Scene("kitchen") as scene:
            (kitchen,) = scene.stations
            for title, entries in (sections or {}).items():
                kitchen.sections.setdefault(title, {}).update(entries)
            if peer:
                kitchen.write_peer("garage", peer, f"127.0.0.1:{place.closed_port()}")
            if unplugged:
                kitchen.card.do("unplug")
            kitchen.begin()
            path = SCREENS / f"{screen}.txt"
            seen = []

            def is_as_kept():
                ended, text, errors = kitchen.ctl("status")
                seen[:] = [ended, normalised(text, scene), errors]
                return path.exists() and seen[1] == path.read_text(encoding="utf-8")

            if os.environ.get("INTERCOM_KEEP_SCREENS"):
                wait(lambda: kitchen.status()["uptime_s"] >= 2, "two seconds")
                is_as_kept()
                path.write_text(seen[1], encoding="utf-8")
            try:
                wait(is_as_kept, f"the screen {screen}", 15)
            except AssertionError:
                self.assertEqual(seen[1], path.read_text(encoding="utf-8"))
            self.assertEqual((seen[0], seen[2]), (code, ""))

    def test_what_is_missing_stands_on_top(self):
        for screen, code, how in (
                ("no-peer", 0, {}), ("peer-down", 0, {"peer": Identity().text}),
                ("no-card", 4, {"unplugged": True}),
                ("wrong-line", 4, {"sections": {"button ptt": {"line": "GPIO99"}}})):
            with self.subTest(screen):
                self.show(screen, code, **how)
