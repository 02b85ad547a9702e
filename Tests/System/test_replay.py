"""A capture that is sent again changes nothing: not heard, counted, and the session stays."""

import unittest

from lab import Scene, SceneTest, listen, wait
from stage.wire import HANDSHAKE_SIZES, M1, M2, M3, BadNet

DATA = 16


class Replay(SceneTest):
    def test_sound_and_handshakes_sent_again_change_nothing(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            badnet = BadNet(scene, kitchen, garage)
            file = badnet.capture()
            kitchen.knows(garage, badnet.port_for(kitchen))
            garage.knows(kitchen, calls=False)
            scene.start()
            kitchen.speak(500)
            garage.record()
            with kitchen.talking():
                first = listen()
            badnet.do("capture", "off")
            sent = badnet.captured(file, kitchen, DATA)
            self.assertGreater(len(sent), 50)
            self.assert_heard(garage.recorded().span(*first), 500)

            # Everything again, in silence.
            listen()
            before, age = garage.counters(), garage.peer("kitchen")["session_age_s"]
            garage.record()
            badnet.do("replay", badnet.way(kitchen), file, "data", 1)
            span = listen()
            garage.moved("dropped_replay", before, len(sent))
            self.assert_silent(garage.recorded().span(*span))

            # The same under speech, which does not care.
            before = garage.counters()
            garage.record()
            with kitchen.talking():
                listen(0.1)
                badnet.do("replay", badnet.way(kitchen), file, "data", 2)
                span = listen()
            heard = garage.recorded()
            self.assert_heard(heard.span(*span), 500)
            self.assert_steady(heard, span, 500, 0.95, "the replay disturbed the speech")
            garage.moved("dropped_replay", before, len(sent))

            handshakes = [badnet.captured(file, kitchen, kind) for kind in (M1, M3)]
            self.assertEqual([len(h[0]) for h in handshakes],
                             [HANDSHAKE_SIZES[M1], HANDSHAKE_SIZES[M3]])
            # For 5 s an M3 may be a repeat that is welcome; after that nobody waits for it.
            wait(lambda: garage.peer("kitchen")["session_age_s"] > 6, "the handshake is long over")
            before = garage.counters()
            answers = badnet.sent_by(garage)["kinds"].get(str(M2), 0)
            for kind in (M1, M3):
                badnet.do("replay", badnet.way(kitchen), file, kind, 1)
            badnet.do("replay", badnet.way(garage), file, M2, 1)
            garage.moved("handshake_dropped_index", before)
            wait(lambda: badnet.sent_by(garage)["kinds"].get(str(M2), 0) > answers,
                 "an M1 cannot be told from a new one, and gets an M2 nobody wants")
            wait(lambda: kitchen.counters()["handshake_dropped_index"] > 0, "M2 is dropped")
            self.assertGreater(garage.peer("kitchen")["session_age_s"], age, "a new session")

            # To a garage that has started again the old packets mean nothing at all.
            garage.stop()
            garage.start()
            garage.ready()
            scene.together()
            none = garage.counters()
            garage.record()
            badnet.do("replay", badnet.way(kitchen), file, "data", 1)
            span = listen()
            garage.moved("dropped_index", none, len(sent))
            self.assert_silent(garage.recorded().span(*span))
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")


if __name__ == "__main__":
    unittest.main()
