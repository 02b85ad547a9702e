"""What is said does not show in the length of any packet."""

import unittest

from lab import Scene, SceneTest, sound, wait
from stage.wire import BadNet

SECONDS = 3


def sizes(datagrams):
    """How many of each length there are."""
    found = {}
    for one in datagrams:
        found[len(one)] = found.get(len(one), 0) + 1
    return found


class PacketSizes(SceneTest):
    def of_talk(self, profile):
        """The lengths in a talkspurt that begins with silence and goes on with words."""
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            kitchen.sections["audio"]["profile"] = profile
            badnet = BadNet(scene, kitchen, garage, seed=5)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            path = badnet.capture()
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                silent = kitchen.counters()
                kitchen.moved("frames_captured", silent, 100)
                kitchen.speak(sound.syllables(SECONDS + 2, seed=4), loop=False)
                kitchen.moved("frames_captured", kitchen.counters(), 200)
            return sizes(badnet.captured(path, kitchen, 16))

    def test_silence_and_words_of_each_profile_are_of_one_length(self):
        for profile, size in (("voice", 89), ("lowpower", 102)):
            with self.subTest(profile):
                found = self.of_talk(profile)
                print(f"{profile}: {found}")
                self.assertEqual(list(found), [size], f"{found}")
                self.assertGreater(found[size], 200)

    def test_another_length_would_be_seen(self):
        self.assertEqual(sizes([bytes(89), bytes(89), bytes(88)]), {89: 2, 88: 1})


if __name__ == "__main__":
    unittest.main()
