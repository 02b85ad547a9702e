"""Muted, with the other suite, by IPv6, half duplex: who talks is heard as that says.

A plain talk, heard while the key is held and never else, is the scenario two_stations.
"""

import time
import unittest

from lab import Scene, SceneTest, listen, sound, wait


class TwoStationsTalk(SceneTest):
    def test_a_muted_microphone_gives_silence(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.speak(500)
            garage.record()
            with kitchen.talking():
                wait(lambda: garage.hears(kitchen), "garage hears kitchen")
                before = listen()
                kitchen.ask("state", set="mute", what="mic", on=True)
                # What was said before is still on its way.
                listen()
                muted = listen()
                kitchen.ask("state", set="mute", what="mic", on=False)
                listen()
                after = listen()
            heard = garage.recorded()
            self.assert_heard(heard.span(*before), 500)
            self.assert_silent(heard.span(*muted))
            self.assert_heard(heard.span(*after), 500)
            # The judges of silence and of sound must tell them apart.
            with self.assertRaises(AssertionError):
                self.assert_silent(heard.span(*after))
            with self.assertRaises(AssertionError):
                self.assert_not_heard(heard.span(*after), 500)
            with self.assertRaises(AssertionError):
                self.assert_heard(heard.span(*muted), 500)
            with self.assertRaises(AssertionError):
                self.assert_heard(heard.span(*after), 800)

    def test_what_was_said_before_the_microphone_was_muted_is_in_no_pre_roll(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.speak(500)
            # The moment falls anywhere in a frame: how much of it has faded differs.
            for _ in range(4):
                garage.record()
                listen()
                kitchen.ask("state", set="mute", what="mic", on=True)
                begin = time.monotonic_ns()
                with kitchen.talking():
                    wait(lambda: garage.hears(kitchen), "garage hears kitchen")
                    _, end = listen(0.3)
                self.assert_silent(garage.recorded().span(begin, end))
                wait(lambda: not garage.hears(kitchen), "the talk has ended")
                kitchen.ask("state", set="mute", what="mic", on=False)

    def test_with_the_other_suite_a_psk_and_ipv6(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            for one, other in ((kitchen, garage), (garage, kitchen)):
                one.sections["network"]["listen"] = "*"
                one.write_psk("pair.psk", "0123456789abcdef" * 4)
                one.write_peer(other.name, other.public_key, f"[::1]:{other.port}", suite=2,
                               psk="file:pair.psk")
                one.known.append(other)
            scene.start()
            peer = garage.peer("kitchen")
            self.assertEqual((peer["suite"], peer["psk"]), (2, True))
            self.assertEqual(peer["endpoint"], f"[::1]:{kitchen.port}")
            kitchen.speak(500)
            garage.record()
            with kitchen.talking():
                during = listen()
            self.assert_heard(garage.recorded().span(*during), 500)

    def test_half_duplex_holds_the_speaker_down_while_talking(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            kitchen.sections["audio"]["duplex"] = "half"
            scene.introduce(kitchen, garage)
            scene.start()
            garage.speak(800)
            kitchen.record()
            with garage.talking():
                wait(lambda: kitchen.hears(garage), "kitchen hears garage")
                with kitchen.talking():
                    during = listen()
                after = listen()
            heard = kitchen.recorded()
            self.assert_heard(heard.span(*after), 800)
            held = sound.tone_level(heard.span(*during), 800)
            free = sound.tone_level(heard.span(*after), 800)
            self.assertLess(held, free - 12)


if __name__ == "__main__":
    unittest.main()
