"""Two stations that never met are introduced and tried by intercomctl alone."""

import json
import os
import unittest

from lab import Scene, SceneTest, listen, wait


class Intercomctl(SceneTest):
    def run_ok(self, station, *words, code=0):
        ended, text, errors = station.ctl(*words)
        self.assertEqual(ended, code, f"{words}: {text}{errors}")
        return text

    def test_introduces_two_stations_and_holds_their_keys(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            for one in scene.stations:
                del one.sections["button ptt"]
                one.write_config()
            # Without a daemon: keys, peers, settings, cards, lines; all else says that it is down.
            for one, other in ((kitchen, garage), (garage, kitchen)):
                key = json.loads(self.run_ok(other, "key", "show", "--json"))["key"]
                self.assertEqual(key, other.public_key)
                psk = os.path.join(one.folder, "psk")
                with open(psk, "w", encoding="ascii") as file:
                    file.write("5a" * 32 + "\n")
                os.chmod(psk, 0o600)
                self.run_ok(one, "peer", "add", "--psk-file", psk, other.name,
                            f"127.0.0.1:{other.port}", key)
                self.run_ok(one, "config", "check")
                self.run_ok(one, "audio", "list", "--json")
                self.run_ok(one, "version")
                for words in (["status"], ["peers", "--json"], ["ptt", "down", "house"],
                              ["monitor"]):
                    self.run_ok(one, *words, code=3)
                one.known.append(other)
            scene.start()
            for one in scene.stations:
                self.assertTrue(one.status()["peers"][0]["psk"])
                lines = json.loads(self.run_ok(one, "gpio", "list", "--json"))
                self.assertIn("GPIO17", json.dumps(lines))
            kitchen.speak(500)
            garage.record()
            reply = json.loads(self.run_ok(kitchen, "ptt", "down", "house", "--json"))
            self.assertIn("garage", json.dumps(reply))
            span = listen()
            self.run_ok(kitchen, "ptt", "up", "house")
            self.assert_heard(garage.recorded().span(*span), 500)
            wait(lambda: not kitchen.is_talking(), "kitchen is silent")

            _, text, errors = kitchen.ctl("statsu")
            self.assertIn("status", text + errors)
            self.run_ok(kitchen, "statsu", code=2)
            self.run_ok(kitchen, "ptt", "down", code=2)
            self.run_ok(kitchen, "ptt", "down", "nowhere", code=1)
            self.run_ok(kitchen, "help")
            code, text, _ = kitchen.ctl("status")
            self.assertEqual(code, 4 if "\n! " in text else 0, text)
            for word in ("kitchen", "garage", "up"):
                self.assertIn(word, text)
            self.assertNotIn("\x1b", text, "colour without a terminal")
            kitchen.card.do("unplug")
            kitchen.problem("simcard:kitchen")
            self.assertIn("simcard:kitchen", self.run_ok(kitchen, "status", code=4))


if __name__ == "__main__":
    unittest.main()
