"""A key is held and the other station hears it; let go, it does not."""

import unittest

from lab import Scene, SceneTest, listen, wait


class TwoStationsTalk(SceneTest):
    def test_heard_while_the_key_is_held_and_never_else(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.speak(500)
            garage.record()
            before = listen()
            with kitchen.talking():
                during = listen()
                self.assertTrue(kitchen.is_lit())
                wait(lambda: garage.hears(kitchen), "garage shows who talks")
            wait(lambda: not garage.hears(kitchen), "garage shows that nobody talks")
            after = listen()
            self.assertFalse(kitchen.is_lit())
            heard = garage.recorded()
            self.assert_silent(heard.span(*before))
            self.assert_heard(heard.span(*during), 500)
            self.assert_silent(heard.span(*after))
            # The judges of silence and of sound must tell them apart.
            with self.assertRaises(AssertionError):
                self.assert_silent(heard.span(*during))
            with self.assertRaises(AssertionError):
                self.assert_not_heard(heard.span(*during), 500)
            with self.assertRaises(AssertionError):
                self.assert_heard(heard.span(*after), 500)
            with self.assertRaises(AssertionError):
                self.assert_heard(heard.span(*during), 800)


if __name__ == "__main__":
    unittest.main()
