"""20,000 datagrams of nonsense: no answer, no crash, and the speech goes on."""

import random
import time
import unittest

from lab import Scene, SceneTest, test_seed, wait
from stage import process
from stage.wire import HANDSHAKE_SIZES, M1, BadNet, Stranger

COUNT = 20_000


def nonsense(chance, frames):
    """One datagram nobody should send, of one kind or another."""
    kind = chance.randrange(8)
    if kind == 0:
        return b""
    if kind == 1:
        return chance.randbytes(chance.randrange(1, 8))
    if kind == 2:  # A handshake message, but for its content.
        which = chance.choice([1, 2, 3])
        return bytes([which, 1, 1, 0]) + chance.randbytes(HANDSHAKE_SIZES[which] - 4)
    if kind == 3:  # One cut short.
        return bytes([chance.randrange(16), 1, 1, 0]) + chance.randbytes(chance.randrange(1300))
    if kind == 4:  # A true frame, cut short or grown.
        frame = chance.choice(frames)
        return frame[: chance.randrange(len(frame))] + chance.randbytes(chance.choice([0, 40]))
    if kind == 5:  # A true index and nothing true behind it.
        return chance.choice(frames)[:4] + chance.randbytes(chance.choice([83, 200, 1228]))
    return chance.randbytes(chance.randrange(1, 1500))


class Garbage(SceneTest):
    def test_is_dropped_and_never_answered_while_speech_goes_on(self):
        chance = random.Random(test_seed())
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            badnet = BadNet(scene, kitchen, garage)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            kitchen.speak(500)
            file = badnet.capture()
            with kitchen.talking(), Stranger(garage) as stranger:
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                frames = wait(lambda: badnet.captured(file, kitchen, 16), "frames are captured")
                badnet.do("capture", "off")
                before, lines = garage.counters(), len(garage.log.splitlines())
                size = process.memory(garage.pid)["rss"]
                time.sleep(0.3)
                garage.record()
                start = time.monotonic_ns()
                for count in range(COUNT):
                    stranger.send(nonsense(chance, frames))
                    # 65,507 bytes is the most UDP can carry.
                    if count % 500 == 0:
                        stranger.send(chance.randbytes(65_507))
                        stranger.send(bytes([1]) + bytes(65_506))
                    if count % 20 == 0:
                        time.sleep(0.002)
                end = time.monotonic_ns()
                time.sleep(0.1)
                heard = garage.recorded()
                self.assertEqual(stranger.answers(), [])
            self.assertTrue(process.is_alive(garage.process))
            # A machine that stands still is told of, too.
            more = garage.log.splitlines()[lines:]
            self.judge(len(more) < 5, f"it fills the journal: {more}")
            if size is not None:
                # The simulated card's ring is touched as it plays; datagrams kept would be 12 MB.
                self.assertLess(process.memory(garage.pid)["rss"], size + 5000, "it grows")
            share = self.assert_steady(
                heard, (start, end), 500, 0.95, "the speech was disturbed")
            print(f"{(end - start) / 1e9:.1f} s, heard {share:.1%}")
            after = garage.counters()
            dropped = {name: after[name] - before[name] for name in after if "dropped" in name}
            print({name: value for name, value in dropped.items() if value})
            for name in ("dropped_length", "dropped_index", "dropped_authentication",
                         "dropped_truncated", "handshake_dropped_length",
                         "handshake_dropped_header", "handshake_dropped_mac"):
                self.assertGreater(dropped[name], 0, name)
            # A full socket may lose some unseen; most were seen, and refused.
            self.assertGreater(sum(dropped.values()), COUNT // 2)
            self.assertTrue(garage.is_with(kitchen))

    def test_a_flood_of_first_messages_does_not_touch_the_speech(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.speak(500)
            with kitchen.talking(), Stranger(garage) as stranger:
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                time.sleep(0.3)
                garage.record()
                start, answers, chance = time.monotonic_ns(), 0, random.Random(test_seed())
                # Someone who knows garage's public key, and so gets its M2s.
                while time.monotonic_ns() - start < 2e9:
                    for _ in range(4):
                        hello = bytes([M1, 1, 1, 0, 0x20]) + chance.randbytes(35) + bytes(1184)
                        stranger.send(hello + garage.identity.mac(hello))
                    answers += len(stranger.answers())
                    time.sleep(0.002)
                end = time.monotonic_ns()
                heard = garage.recorded()
            self.assertGreater(answers, 0)
            self.assert_steady(heard, (start, end), 500, 0.95, "the speech was disturbed")
            self.assertTrue(garage.is_with(kitchen))

    def test_a_flood_takes_no_packet_of_two_who_talk_at_once(self):
        with Scene("kitchen", "garage", "attic") as scene:
            kitchen, garage, attic = scene.stations
            scene.introduce(kitchen, garage, attic)
            scene.start()
            kitchen.speak(500)
            garage.speak(1250)
            with kitchen.talking(), garage.talking(), Stranger(attic) as stranger:
                wait(lambda: attic.hears("kitchen") and attic.hears("garage"), "attic hears both")
                time.sleep(1)
                before, start = attic.counters(), time.monotonic()
                sent = 0
                # 100 in a period are more than one turn takes.
                while (took := time.monotonic() - start) < 3:
                    while sent < 20_000 * took:
                        stranger.send(bytes([0x40]) * 40)
                        sent += 1
                    time.sleep(0.0005)
                after = attic.counters()
            print(f"{sent} datagrams in {took:.1f} s")
            names = ("packets_opened", "frames_lost", "concealed_ms")
            opened, lost, concealed = (after[name] - before[name] for name in names)
            self.judge(opened >= 190 * took and lost + concealed / 10 < 10,
                       f"{opened} opened, {lost} lost, {concealed} ms made up")


if __name__ == "__main__":
    unittest.main()
