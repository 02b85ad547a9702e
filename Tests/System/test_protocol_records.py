"""What a daemon does with each record: its answers, its reports, its copies, its calls; and that
none that somebody has held back opens a door later."""

import concurrent.futures
import secrets
import time

from conduct import DOOR, GARAGE, ConductTest, call_id, set_up
from lab import sound, wait
from peer import opus, records
from peer.frames import CONTROL
from peer.records import record

DONE, DENIED = range(2)
CALL, UNKNOWN_CALL = 0, 481
SLACK_S = 1.0
"""As long as a daemon is given to do what it must not do."""
UNKNOWN_KIND = 99
"""Of a record that is acknowledged, and means nothing."""

setUpModule = set_up


class Records(ConductTest):
    def test_a_spoilt_record_spoils_its_frame_and_an_unknown_one_is_acknowledged(self):
        peer, before = self.friend, self.kitchen.counters()
        since, ping = len(peer.arrivals), record("PING", data=b"mute")
        bad = [records.Record(6, bytes(5)), records.Record(30, bytes(3)),
               records.Record(2, bytes(5)), records.Record(2, b""), records.Record(9, b""),
               records.Record(10, b"\0\0"), records.Record(16, bytes(31))]
        for one in bad:
            peer.send(ping, one)
        peer.send_frame(CONTROL, ping.encoded + bytes([99, 60]) + bytes([1]) * 56)
        peer.send_frame(CONTROL, ping.encoded + bytes([99, 61]) + bytes(61), to=peer.address)
        self.kitchen.moved("dropped_records", before, len(bad) + 2)
        self.assert_nothing_came(peer, "ACK", since)
        self.assertEqual(len(peer.got("PONG", since)), 1)
        since, mid = len(peer.arrivals), peer.letters.new_mid()
        peer.send(records.Record(15, b""), records.Record(99, mid.to_bytes(4, "big") + b"more"),
                  records.Record(10, bytes([0, 255, 0, 7])), record("PING", data=b"good"))
        self.came(peer, "PONG", since, data=b"good")
        self.came(peer, "ACK", since, mids=[mid])

    def test_results_of_signals(self):
        def result(peer, name):
            since = len(peer.arrivals)
            letter = peer.post("SIGNAL", what=2, ref=records.relay(name), time=0)
            return self.came(peer, "RESULT", since, of=letter.mid)[0]["status"]

        self.assertEqual(result(self.friend, "door"), DONE)
        wait(lambda: self.kitchen.level(DOOR) == 0, "the pulse is over")
        # There is no gate, and the garage is not for friends: both look the same from outside.
        self.assertEqual(result(self.friend, "gate"), DENIED)
        self.assertEqual(result(self.friend, "garage"), DENIED)
        self.assertEqual(result(self.other, "door"), DENIED)
        self.assertEqual(result(self.other, "gate"), DENIED)
        self.kitchen.said("relay door: on")
        self.assertEqual(self.kitchen.level(GARAGE), 0)
        self.assertNotIn("relay garage: on", self.kitchen.log)

    def test_signals_of_kitchen(self):
        peer = self.friend
        for words, what, ref in ((("signal", "friend"), 1, bytes(8)),
                                 (("relay", "gate", "friend"), 2, records.relay("gate"))):
            since = len(peer.arrivals)
            with concurrent.futures.ThreadPoolExecutor() as pool:
                asked = pool.submit(self.kitchen.ctl, *words)
                asks = self.came(peer, "SIGNAL", since, what=what, ref=ref)[0]
                # A relay's time is its own station's.
                self.assertEqual(asks["time"] == 0, what == 2)
                peer.post("RESULT", of=asks["mid"], status=DENIED)
                code, out, error = asked.result()
            self.assertEqual(code, 1, error)
            self.assertIn("not allowed", out)

    def test_a_talker_gets_reports(self):
        peer, since = self.friend, len(self.friend.arrivals)
        peer.bind(1, records.channel("house"))
        talk = peer.talk(1, [opus.SILENCE] * 70)
        wait(lambda: talk.is_over and any(one.record.fields["highest"] == talk.sent[-1][0]
                                          for one in peer.got("REPORT", since)), "the last report")
        reports = [one.record.fields for one in peer.got("REPORT", since)]
        first = talk.sent[0][0]
        self.assertGreaterEqual(len(reports), 2)
        for one in reports:
            self.assertEqual(one["stream"], 1)
            self.assertLess((one["highest"] - first) & 0xFFFF, 70)
        self.assertEqual(sum(one["received"] for one in reports), 70)
        heard = [one.record.fields for one in peer.got("HEARD", since) if "total" in
                 one.record.fields]
        self.assertEqual({(one["stream"], one["share"], one["why"]) for one in heard},
                         {(1, 255, 0)})
        self.assertLessEqual(sum(one["played"] for one in heard), 1400)
        self.assertGreater(heard[-1]["total"] - heard[0]["total"] + heard[0]["played"], 1000)


class Copies(ConductTest):
    """§2.3: what is lost comes again in a later packet."""

    def test_kitchen_takes_copies_for_what_is_lost(self):
        peer, lost = self.friend, range(20, 60, 5)
        peer.bind(1, records.channel("house"))
        frames = opus.encoded(sound.tone(500, 1.4, -18))
        before = self.kitchen.counters()
        peer.talk(1, frames, depth=2, offset=2, lost=lost)
        self.kitchen.moved("packets_opened", before, len(frames) - len(lost))
        time.sleep(0.3)
        after = self.kitchen.counters()
        recovered, missing = (after[name] - before[name]
                              for name in ("frames_recovered", "frames_lost"))
        self.assertEqual((recovered, missing), (len(lost), 0))

    def test_kitchen_sends_copies_to_those_who_report_loss(self):
        peer = self.other
        peer.manners.reports = False
        self.kitchen.speak(500)
        with self.kitchen.talking():
            (stream,) = wait(lambda: list(peer.ear.streams), "it talks")
            heard = peer.ear[stream]
            for _ in range(6):
                peer.send(record("REPORT", stream=stream, highest=max(heard.frames) & 0xFFFF,
                                 loss=26, burst=8, jitter=20, delay=40, concealed=0, received=90))
                time.sleep(0.2)
        self.kitchen.hush()
        self.assertGreater(max(heard.depths), 0)
        self.assertEqual(heard.false_copies, 0)
        self.assertTrue(heard.missing() == [], f"each frame came: {heard.missing()} did not")
        peer.manners.reports = True


class Calls(ConductTest):
    def state(self):
        return self.kitchen.status()["call"]["state"]

    def test_a_call_from_offer_to_bye(self):
        peer, since, call = self.friend, len(self.friend.arrivals), call_id()
        offer = peer.post("OFFER", id=call, mode=CALL, priority=0, ttl=20_000, ref=bytes(8))
        self.came(peer, "RINGING", since, id=call)
        self.assertTrue(offer.is_known)
        self.assertEqual(self.kitchen.ctl("answer")[0], 0)
        self.came(peer, "ANSWER", since, id=call, flags=1)
        self.came(peer, "STREAM", since, purpose=2, ref=call[-8:])
        peer.bind(31, call[-8:], purpose=2)
        wait(lambda: self.state() == "active", "they talk")
        peer.post("BYE", id=call, cause=0)
        wait(lambda: self.state() == "idle", "the call is over")
        # What is over stays over.
        since = len(peer.arrivals)
        peer.post("ANSWER", id=call, flags=1)
        self.came(peer, "BYE", since, id=call, cause=UNKNOWN_CALL)
        since = len(peer.arrivals)
        unknown = peer.post("RINGING", id=call_id())
        wait(lambda: unknown.is_known, "a record of an unknown call is acknowledged")
        self.assert_nothing_came(peer, "BYE", since)
        since = len(peer.arrivals)
        peer.bind(31, call[-8:], purpose=2)
        self.came(peer, "BYE", since, id=call, cause=UNKNOWN_CALL)

    def test_a_call_that_kitchen_makes(self):
        peer, since = self.friend, len(self.friend.arrivals)
        self.kitchen.prints("call", "friend", "--no-wait")
        (offer, *_) = self.came(peer, "OFFER", since, mode=CALL, ref=bytes(8))
        self.assertEqual(offer["id"][6] >> 4, 7)
        peer.post("RINGING", id=offer["id"])
        peer.post("ANSWER", id=offer["id"], flags=1)
        peer.bind(31, offer["id"][-8:], purpose=2)
        self.came(peer, "STREAM", since, purpose=2, ref=offer["id"][-8:])
        # Nothing comes from the peer now: it is asked for a sign of life each second.
        self.came(peer, "PING", len(peer.arrivals))
        self.assertEqual(self.kitchen.ctl("hangup")[0], 0)
        self.came(peer, "BYE", since, id=offer["id"], cause=0)


class HeldBack(ConductTest):
    """One request in several packets, as it is sent when no acknowledgement comes: it is acted on
    once, at once, or never."""

    def opened(self):
        return self.kitchen.log.count("relay door: on")

    def sealed(self, count):
        """So many packets of one request for the door."""
        peer = self.friend
        ask = record("SIGNAL", mid=peer.letters.new_mid(), what=2, ref=records.relay("door"),
                     time=0)
        return ask, [peer.sealed(ask) for _ in range(count)]

    def done(self, ask, packet):
        """The first of them opens it."""
        peer, since, before = self.friend, len(self.friend.arrivals), self.opened()
        peer.wire.send(packet, peer.address)
        self.came(peer, "RESULT", since, of=ask.mid, status=0)
        wait(lambda: self.opened() == before + 1, "the door opens")
        wait(lambda: self.kitchen.level(DOOR) == 0, "and shuts")

    def assert_stays_shut(self, packets):
        peer, before = self.friend, self.opened()
        for packet in packets:
            peer.wire.send(packet, peer.address)
        self.assert_answered(peer)
        end = time.monotonic() + SLACK_S
        while time.monotonic() < end:
            self.assertEqual(self.kitchen.level(DOOR), 0)
            time.sleep(0.005)
        self.assertEqual(self.opened(), before)

    def crowd(self, count):
        """So many other requests, each of its own number."""
        peer, counted = self.friend, self.kitchen.counters()
        for _ in range(count):
            mid = peer.letters.new_mid().to_bytes(4, "big")
            peer.send(records.Record(UNKNOWN_KIND, mid + secrets.token_bytes(4)))
        self.kitchen.moved("packets_opened", counted, count)

    def test_a_door_does_not_open_twice_however_many_others_ask_meanwhile(self):
        for others in (0, 100, 300):
            with self.subTest(others):
                ask, packets = self.sealed(3)
                self.done(ask, packets[0])
                self.crowd(others)
                self.assert_stays_shut(packets[1:])

    def test_nor_after_new_keys_nor_after_a_restart_of_who_asked(self):
        peer = self.friend
        ask, packets = self.sealed(3)
        self.done(ask, packets[0])
        self.renew(peer)
        self.assert_stays_shut(packets[1:2])
        ask, packets = self.sealed(3)
        self.done(ask, packets[0])
        peer.restart()
        self.renew(peer)
        # Another run of the peer: what was said in the one before is over.
        self.assert_stays_shut(packets[1:])
        _, packets = self.sealed(2)
        peer.restart()
        self.renew(peer)
        self.assert_stays_shut(packets)
