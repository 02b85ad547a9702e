"""Sound on the wire: copies and concealment where some is lost, and lengths that tell nothing."""

import ctypes
import time

from lab import Scene, SceneTest, listen, sound, wait

from stage.wire import BadNet

RATE, NARROW_RATE = 46_400, 32_000
"""Bits of sound a second, and how many fit into a narrow way with all that is around them."""
KNOWN, FULL = 3, 10
"""Seconds until as many copies are sent as are needed, and until a queue is seen wherever the
questions fall: two slow answers and two reports, and twice as long."""
SOON = 0.05
"""Seconds in which a new size of frames is in use."""


class LossProtection(SceneTest):
    """Kitchen talks to garage through the weather, and to attic where all is well."""

    def setUp(self):
        self.kitchen, self.garage, self.attic = self.enter("kitchen", "garage", "attic")
        self.badnet = BadNet(self.scene, self.kitchen, self.garage, seed=5)
        self.scene.introduce(self.kitchen, self.garage, via=self.badnet)
        self.scene.introduce(self.kitchen, self.attic)
        self.scene.start()
        self.kitchen.speak(500)

    def ptt(self, action, target):
        self.kitchen.ask("ptt", action=action, target=target)

    def join(self, target):
        """Talks to another one, too: its pre-roll of 20 frames is sent whole, and what is said
        meanwhile to both."""
        sent = self.kitchen.counters()["packets_sent"]
        self.ptt("down", target)
        time.sleep(SOON)
        self.assertGreaterEqual(self.kitchen.counters()["packets_sent"] - sent, 26,
                                f"packets when {target} joins")

    def look(self):
        """(what kitchen says of garage, its bit rate, what garage has counted)."""
        status = self.kitchen.status()
        garage, = (one for one in status["peers"] if one["name"] == "garage")
        return garage, status["microphone"]["bitrate"], self.garage.counters()

    def talk(self, *weather, seconds):
        """Kitchen talks to garage in this weather; a look after each second."""
        self.badnet.do(*weather)
        self.ptt("down", "garage")
        self.garage.record()
        start = time.monotonic_ns()
        looks = []
        for _ in range(seconds):
            time.sleep(1)
            looks.append(self.look())
        span = start + KNOWN * 10**9, time.monotonic_ns()
        self.ptt("up", "garage")
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        heard = self.garage.recorded()
        self.badnet.do("clear", "both")
        return looks, heard, span

    def mended(self, looks):
        """Percent of the time concealed since copies are sent, and frames recovered a second."""
        seconds = len(looks) - 1 - KNOWN
        first, last = looks[KNOWN][2], looks[-1][2]
        concealed, recovered = (last[name] - first[name]
                                for name in ("concealed_ms", "frames_recovered"))
        return concealed / seconds / 10, recovered / seconds

    def test_copies_mend_random_loss(self):
        looks, heard, span = self.talk("loss", "ab", 10, seconds=14)
        depths = [garage["redundancy_depth"] for garage, *_ in looks[KNOWN:]]
        self.assertGreaterEqual(min(depths), 2, f"copies for every tenth that is lost: {depths}")
        self.assertFalse(any(garage["narrow"] for garage, *_ in looks), "that is no queue")
        share, recovered = self.mended(looks)
        self.assertGreater(recovered, 5)
        self.assertTrue(share <= 0.5, f"{share:.2f} % concealed")
        self.assert_steady(heard, span, 500, 0.995, "of all of it")

    def test_copies_apart_mend_bursts_of_loss(self):
        looks, _, _ = self.talk("loss", "ab", 10, 3, seconds=20)
        share, recovered = self.mended(looks[3:])
        print(f"{share:.2f} % concealed, {recovered:.1f} frames a second recovered")
        self.assertEqual(looks[-1][0]["redundancy_offset"], 2)
        self.assertGreater(recovered, 3)
        self.assertTrue(share <= 3, f"{share:.2f} % concealed")

    def test_packets_shrink_for_a_full_queue_and_cost_another_listener_nothing(self):
        looks, _, _ = self.talk("rate", "ab", 80, 200, seconds=15)
        depths = [garage["redundancy_depth"] for garage, *_ in looks]
        self.assertLessEqual(max(depths[1:]), depths[0], f"no more copies: {depths}")
        rates = [rate for _, rate, _ in looks]
        self.assertLess(max(rates[FULL - 1:]), RATE, f"fewer bits from the tenth second: {rates}")
        self.assertLess(min(rates), NARROW_RATE, f"so few that they fit: {rates}")
        self.assertTrue(looks[-1][0]["narrow"], "its peer calls the way narrow")
        # To attic, and in the middle of that to garage, whose way is still known as narrow.
        self.attic.record()
        self.ptt("down", "attic")
        time.sleep(0.4)
        start, rates = time.monotonic_ns(), [self.look()[1]]
        self.assertTrue(self.look()[0]["narrow"], "it is known still")
        self.join("garage")
        rates.append(self.look()[1])
        time.sleep(1.5)
        rates.append(self.look()[1])
        self.ptt("up", "garage")
        time.sleep(0.15 + SOON)
        rates.append(self.look()[1])
        time.sleep(1)
        end = time.monotonic_ns()
        self.assertEqual(rates, [RATE] * 4, "attic gets all before, beside and after garage")
        self.assert_steady(self.attic.recorded(), (start, end), 500, 0.999, "at attic")
        self.ptt("up", "attic")
        self.assertEqual((self.kitchen.peer("attic")["redundancy_depth"],
                          self.attic.counters()["frames_recovered"]), (0, 0), "sent twice to attic")
        # The other way round: attic comes to garage, and goes.
        time.sleep(1)
        self.ptt("down", "garage")
        time.sleep(0.4)
        rates = [self.look()[1]]
        self.join("attic")
        rates.append(self.look()[1])
        self.ptt("up", "attic")
        time.sleep(0.4)
        rates.append(self.look()[1])
        self.assertEqual(rates, [min(rates), RATE, min(rates)], "garage alone gets fewer bits")
        self.assertLess(min(rates), NARROW_RATE, "so few that they fit")


def has_network():
    """Whether this machine's libopus (since 1.5) has a network to make up sound."""
    version = ctypes.CDLL("libopus.so.0").opus_get_version_string
    version.restype = ctypes.c_char_p
    numbers = version().decode().split()[1].split("-")[0].split(".")
    return tuple(map(int, numbers[:2])) >= (1, 5)


class Concealment(SceneTest):
    """Missing sound is made up by a network where libopus has one and the machine has the time."""

    def test_a_talk_that_lost_a_fifth_is_heard_without_a_heap_call(self):
        kitchen, garage = self.enter("kitchen", "garage")
        badnet = BadNet(self.scene, kitchen, garage, seed=7)
        self.scene.introduce(kitchen, garage, via=badnet)
        self.scene.start()
        how = garage.status()["audio"]["concealment"]
        self.assertIn(how, ("plain", "neural") if has_network() else ("plain",))
        badnet.do("loss", "both", 20, 3)
        kitchen.speak(500)
        garage.record()
        with kitchen.talking():
            time.sleep(1)
            span = listen(4)
        heard = garage.recorded()
        self.assertGreater(garage.counters()["concealed_ms"], 0)
        self.assert_steady(heard, span, 500, 0.6, f"of a talk concealed ({how})")
        for one in self.scene.stations:
            self.assert_no_heap_calls(one)


def sizes(datagrams):
    """How many of each length there are."""
    found = {}
    for one in datagrams:
        found[len(one)] = found.get(len(one), 0) + 1
    return found


class PacketSizes(SceneTest):
    """What is said does not show in the length of any packet."""

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
                kitchen.moved("frames_captured", kitchen.counters(), 100)
                kitchen.speak(sound.syllables(5, seed=4), loop=False)
                kitchen.moved("frames_captured", kitchen.counters(), 200)
            return sizes(badnet.captured(path, kitchen, 16))

    def test_silence_and_words_of_each_profile_are_of_one_length(self):
        for profile, size in (("voice", 89), ("lowpower", 102)):
            with self.subTest(profile):
                found = self.of_talk(profile)
                self.assertEqual(list(found), [size], f"{found}")
                self.assertGreater(found[size], 200)
        # The control: another length is seen.
        self.assertEqual(sizes([bytes(89), bytes(89), bytes(88)]), {89: 2, 88: 1})


MUTATIONS = (
    # Encoded sound is thrown away when another listener joins.
    ("Sources/Media/Talk/Talks.swift",
     "if talks.isTalking, !talks.isFrameSizeDue || sendWaiting() {", "if talks.isTalking {",
     "LossProtection.test_packets_shrink_for_a_full_queue_and_cost_another_listener_nothing"),
    # A listener that is left goes on with what another way bore.
    ("Sources/Media/Talk/Talks.swift", "isFrameSizeDue = true\n        hasEnded = true",
     "hasEnded = true",
     "LossProtection.test_packets_shrink_for_a_full_queue_and_cost_another_listener_nothing"),
)
