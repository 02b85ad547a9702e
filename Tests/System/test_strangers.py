"""A wrong key, psk or suite, an unknown station: nothing is heard, and each is counted. Nor does
the answer to a stranger's handshake tell that the station has started anew, or how long the next
answer takes, whose key it was."""

import secrets
import unittest

from lab import Scene, SceneTest, listen, random_psk, wait
from peer import keytext
from peer.handshake import Initiator
from peer.primitives import public_key
from pairs import CAPS
from stage.wire import HANDSHAKE_SIZES, M2, Stranger

COOKIE_SIZE = 56
TONES = {"garage": 500, "thief": 700, "forger": 900, "fossil": 1200, "nobody": 1600}


class Strangers(SceneTest):
    def test_only_the_right_key_psk_and_suite_are_heard(self):
        with Scene("kitchen", *TONES) as scene:
            kitchen, garage, thief, forger, fossil, nobody = scene.stations
            right = random_psk()
            scene.introduce(kitchen, garage, psk=right)
            scene.introduce(kitchen, thief, psk=[right, random_psk()])
            kitchen.knows(fossil, suite=1)
            fossil.knows(kitchen, suite=2)
            nobody.knows(kitchen)
            # Kitchen knows a forger, by a key that is not its own.
            own, forger.public_key = forger.public_key, type(forger.identity)().text
            kitchen.knows(forger)
            forger.public_key = own
            forger.knows(kitchen)
            scene.start(together=False)
            kitchen.wait_for(garage)
            garage.wait_for(kitchen)
            none = dict.fromkeys(kitchen.counters(), 0)

            # Either of the two may be first to say that the psk is not the same.
            wait(lambda: kitchen.counters()["handshake_dropped_psk"]
                 + thief.counters()["handshake_dropped_psk"] > 0, "the psk is refused")
            kitchen.moved("handshake_dropped_unknown_key", none)
            kitchen.moved("handshake_dropped_wrong_suite", none)
            forger.moved("handshake_dropped_mac", none)
            fossil.moved("handshake_dropped_wrong_suite", none)
            kitchen.said("unknown key")

            for one in scene.stations[1:]:
                one.speak(TONES[one.name])
                one.press()
            kitchen.record()
            span = listen()
            for one in scene.stations[1:]:
                one.release()
            heard = kitchen.recorded().span(*span)
            self.assert_heard(heard, TONES["garage"])
            for name in ("thief", "forger", "fossil", "nobody"):
                self.assert_not_heard(heard, TONES[name])

            for one in scene.stations[1:]:
                one.record()
            kitchen.speak(500)
            with kitchen.talking():
                span = listen()
            self.assert_heard(garage.recorded().span(*span), 500)
            for one in (thief, forger, fossil, nobody):
                self.assert_silent(one.recorded().span(*span))
                self.assertEqual(one.peer("kitchen")["state"], "down")
            for one in (thief, forger, fossil):
                self.assertEqual(kitchen.peer(one.name)["state"], "down")
            self.assertEqual(kitchen.peer("garage")["state"], "up")
            self.assertTrue(kitchen.peer("garage")["psk"])

            # Who does not know the public key gets no answer, whatever is asked.
            with Stranger(kitchen) as stranger:
                before = kitchen.counters()
                hello = bytes([1, 1, 1, 0]) + bytes(range(16, 20)) + bytes(1224)
                for _ in range(10):
                    stranger.send(hello[:-8] + nobody.identity.mac(hello[:-8]))
                kitchen.moved("handshake_dropped_mac", before, 10)
                self.assertEqual(stranger.answers(), [])
                # The silence is the mac's doing: who knows the key gets an M2, or is asked for a
                # cookie, as four stations have called in vain meanwhile, and no further.
                asked = hello[:8] + bytes([9]) + bytes(31) + bytes(1184)
                stranger.send(asked + kitchen.identity.mac(asked))
                answer = wait(stranger.answers, "who knows the public key is answered")
                self.assertIn([len(one) for one in answer], [[HANDSHAKE_SIZES[M2]], [COOKIE_SIZE]])

    def test_who_knows_the_public_key_does_not_learn_when_it_started(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            told = []
            for _ in range(2):
                with Stranger(kitchen) as stranger:
                    one = Initiator(secrets.token_bytes(32), kitchen.identity.public, caps=CAPS)
                    stranger.send(one.m1)
                    answer = wait(stranger.answers, "who knows the public key is answered")[0]
                one.finish(answer)
                told.append(one.other_caps)
                kitchen.kill()
                kitchen.start()
                kitchen.ready()
            self.assertEqual(told, [CAPS, CAPS])

    def test_people_are_told_of_it_after_the_next_answer_whosever_key_it_was(self):
        with Scene("kitchen", "garage", "attic", "cellar") as scene:
            callers = {}
            for station in scene.stations:
                # Half of the callers are peers of the station, but for a psk that they do not have.
                keys = [secrets.token_bytes(32) for _ in range(4)]
                callers[station] = keys
                for number, key in enumerate(keys[::2]):
                    name = f"peer{number}"
                    station.write_psk(f"{name}.psk", secrets.token_hex(32))
                    station.write_peer(name, keytext.written(public_key(key)), "",
                                       psk=f"file:{name}.psk")
            scene.start(together=False)
            early = {"wrong": 0, "unknown": 0}
            for place in range(4):
                for station, keys in callers.items():
                    early["unknown" if place % 2 else "wrong"] += self.is_told_at_once(
                        station, keys[place])
            print(f"told before the next answer, of 8 each: {early}")
            # One or the other may fall on the moment at which it is time to tell.
            for kind, count in early.items():
                self.judge(count < 4, f"{count} of 8 {kind} keys were told of at once")
            # They are told of alike, each once.
            for station in callers:
                wait(lambda: self.lines(station, " called from ") == 4, "all four are told of")
                self.assertEqual(self.lines(station, "but not with its secret, psk and suite"), 2)
                self.assertEqual(self.lines(station, "with the unknown key"), 2)

    def lines(self, station, text):
        """How many lines of the journal say that."""
        return sum(text in line for line in station.log.splitlines())

    def is_told_at_once(self, station, secret):
        """Somebody calls with that key, and asks at once again: was it told when he is answered?"""
        before = self.lines(station, " called from ")
        with Stranger(station) as stranger, Stranger(station) as next_one:
            one, other = (Initiator(secret, station.identity.public, caps=CAPS) for _ in range(2))
            stranger.send(one.m1)
            one.finish(wait(stranger.answers, "it is answered")[0])
            stranger.send(one.m3)
            next_one.send(other.m1)
            answers = []
            while not answers:
                answers = next_one.answers()
            told = self.lines(station, " called from ") - before
            self.assertEqual(stranger.answers(), [])
        return told > 0


if __name__ == "__main__":
    unittest.main()
