"""A copied memory card: two stations with one key. Their peers notice, both are told, and what is
advised makes one of them another station.
"""

import json
import re
import subprocess
import unittest

from lab import Scene, SceneTest, wait


class CopiedCard(SceneTest):
    """One identity in two stations."""

    def scene_of_three(self):
        scene = self.enterContext(Scene("kitchen", "garage", "copy"))
        kitchen, garage, copy = scene.stations
        copy.identity = kitchen.identity
        copy.public_key = kitchen.public_key
        copy.write_identity(kitchen.identity.secret.hex())
        garage.knows(kitchen)
        kitchen.knows(garage)
        copy.knows(garage)
        for one in (garage, kitchen):
            one.start()
            one.ready()
        kitchen.wait_for(garage)
        return kitchen, garage, copy

    def test_a_copied_card_is_told_by_the_third_station(self):
        kitchen, garage, copy = self.scene_of_three()
        copy.start()
        copy.ready()
        copy.wait_for(garage)
        # It may as well have moved: nothing is said yet.
        self.assertEqual(garage.peer("kitchen")["shared_key_at"], [])
        # The first one notices that nobody hears it, and calls.
        with kitchen.talking():
            wait(lambda: garage.peer("kitchen")["shared_key_at"], "garage tells the two apart", 30)
        places = {f"127.0.0.1:{kitchen.port}", f"127.0.0.1:{copy.port}"}
        self.assertEqual(set(garage.peer("kitchen")["shared_key_at"]), places)
        code, text, _ = garage.ctl("status")
        self.assertEqual(code, 4)
        self.assertRegex(text, "(?m)^! kitchen: two stations use its key, at .*"
                               "memory card was probably copied")
        _, text, _ = garage.ctl("peers")
        self.assertIn("! kitchen: two stations use its key", text)
        code, text, _ = garage.ctl("doctor", "status")
        self.assertEqual(code, 4)
        self.assertRegex(text, "(?m)^FAIL  status +kitchen: two stations use its key")
        garage.said("two stations use its key")
        # Each of the two is told by garage, and how one of them becomes another station.
        with kitchen.talking(), copy.talking():
            for one in (kitchen, copy):
                one.problem("another station uses this station's own key, as garage reports")
        for one in (kitchen, copy):
            code, text, _ = one.ctl("doctor", "status")
            self.assertEqual(code, 4)
            self.assertIn("another station uses this station's own key", text)
            self.assertIn(f"sudo rm -r {one.state}/keys {one.state}/peers.d", text)

    def test_what_is_advised_makes_the_copy_a_station_of_its_own(self):
        kitchen, garage, copy = self.scene_of_three()
        copy.start()
        copy.ready()
        copy.wait_for(garage)
        with kitchen.talking():
            wait(lambda: garage.peer("kitchen")["shared_key_at"], "garage tells the two apart", 30)
        advice = garage.peer("kitchen")["problem"]
        found = re.search("sudo (rm -r \\S+ \\S+), sudo systemctl restart intercomd, then "
                          "intercomctl pair", advice)
        self.assertTrue(found, advice)
        copy.stop()
        # Each station of a test has folders of its own.
        subprocess.run(found[1].replace(garage.state, copy.state).split(), check=False)
        copy.forgets(garage)
        copy.start()
        copy.ready()
        key = json.loads(copy.ctl("key", "show", "--json")[1])["key"]
        self.assertNotEqual(key, kitchen.public_key)
        code, said, _ = garage.ctl("peer", "add", "copy", f"127.0.0.1:{copy.port}", key)
        self.assertEqual(code, 0, said)
        copy.knows(garage)
        copy.reload()
        copy.wait_for(garage)
        kitchen.wait_for(garage)

    def test_a_station_that_moves_and_starts_again_is_not_taken_for_two(self):
        kitchen, garage, copy = self.scene_of_three()
        for port in (copy.port, kitchen.port, copy.port):
            kitchen.stop()
            kitchen.sections["network"]["port"] = port
            kitchen.start()
            kitchen.ready()
            kitchen.wait_for(garage)
            wait(lambda p=port: garage.peer("kitchen")["endpoint"] == f"127.0.0.1:{p}", "it moved")
        self.assertEqual(garage.peer("kitchen")["shared_key_at"], [])
        self.assertIsNone(garage.peer("kitchen")["problem"])


if __name__ == "__main__":
    unittest.main()
