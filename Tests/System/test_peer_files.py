"""Peers that are in the files and not yet in the daemon are told as that, wherever one looks."""

import unittest

from lab import Scene, SceneTest, listen
from stage.identity import Identity

ADD = "no peers; add one: intercomctl pair, or sudo intercomctl peer add NAME ADDRESS KEY"
SCREENS = (("status",), ("peers",), ("stats",))


class OneFolder(SceneTest):
    """Stations that all have the same peers.d, and so an entry of their own key."""

    def test_each_leaves_itself_out(self):
        scene = self.enterContext(Scene("kitchen", "garage"))
        for one in scene.stations:
            for peer in scene.stations:
                one.write_peer(peer.name, peer.public_key, f"127.0.0.1:{peer.port}")
            one.sections["channel house"] = {"members": "kitchen, garage"}
        kitchen, garage = scene.stations
        scene.start()
        for one, other in ((kitchen, garage), (garage, kitchen)):
            one.wait_for(other)
            self.assertEqual([peer["name"] for peer in one.status()["peers"]], [str(other)])
            self.assertNotIn("own name", one.log)
            code, text, complaint = one.ctl("config", "check")
            self.assertEqual((code, complaint), (0, ""), text)
            self.assertIn("1 peer", text)
            self.assertNotIn("not yet known", one.ctl("doctor", "peers")[1])
            self.assertNotIn(f"{one} ", one.ctl("peer", "list")[1].splitlines()[1])
        kitchen.speak(500)
        garage.record()
        with kitchen.talking():
            span = listen()
        self.assert_heard(garage.recorded().span(*span), 500)
        # The control: the key alone does not make it this station.
        kitchen.remove_peer("kitchen")
        kitchen.write_peer("attic", kitchen.public_key)
        code, _, complaint = kitchen.ctl("reload")
        self.assertEqual(code, 1)
        self.assertIn("key: it is this station's own key", complaint)


class PeerFiles(SceneTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = self.scene.stations
        self.scene.start()

    def last_line(self, *words):
        code, text, error = self.kitchen.ctl(*words)
        self.assertIn(code, (0, 4), error)
        return text.splitlines()[-1]

    def add(self, name, *options):
        code, text, error = self.kitchen.ctl("peer", "add", name, "-", Identity().text, *options)
        self.assertEqual(code, 0, error)
        return text

    def test_peers_of_the_files_alone_are_counted_with_the_command_that_applies_them(self):
        # The negative control: there are none at all.
        self.assertEqual(self.last_line("peers"), ADD)
        for words in (("status",), ("stats",)):
            self.assertEqual(self.last_line(*words), "no peers", words)
        self.assertIn("to apply it: intercomctl reload", self.add("garage", "--no-reload"))
        for count in ("1 peer", "2 peers"):
            said = f"no peers yet; the files have {count}: intercomctl reload applies them"
            for words in SCREENS:
                self.assertEqual(self.last_line(*words), said, words)
            if count == "1 peer":
                self.add("attic", "--no-reload")
        code, text, _ = self.kitchen.ctl("doctor", "peers")
        self.assertEqual(code, 4)
        for name in ("garage", "attic"):
            self.assertRegex(
                text, rf"(?m)^WARN  peer {name} +is in the files, and not yet known to the running "
                      "daemon  -> .*intercomctl reload$")
        # What is told to be typed does it.
        self.assertEqual(self.kitchen.ctl("reload")[0], 0)
        for words in SCREENS:
            _, text, _ = self.kitchen.ctl(*words)
            self.assertNotIn("no peers", text, words)
            self.assertRegex(text, "(?m)^garage +down", words)
        self.assertNotIn("not yet known", self.kitchen.ctl("doctor", "peers")[1])

    def test_one_that_is_added_while_another_is_known_is_missed_by_doctor(self):
        self.add("garage")
        self.add("attic", "--no-reload")
        text = self.kitchen.ctl("doctor", "peers")[1]
        self.assertRegex(text, r"(?m)^WARN  peer attic +is in the files, and not yet known")
        self.assertNotRegex(text, r"(?m)^WARN  peer garage +is in the files")


if __name__ == "__main__":
    unittest.main()
