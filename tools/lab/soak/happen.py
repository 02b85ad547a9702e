"""What each kind of event of the plan does to the town."""

import os
import random
import signal
import time

from stage import people
from stage.wire import Stranger


class Happen:
    """Does events, and has people talk in the middle of them by `talk(talkers, seconds, calm)`."""

    def __init__(self, town, talk, note):
        self.town, self.talk, self.note = town, talk, note

    def do(self, event):
        """One event, until what it broke is whole again."""
        words = event.kind.replace(" ", "_")
        getattr(self, f"_{words}")(event, self.town[event.station], self.town[event.other])

    def _talk(self, *_):
        """The talk that ends every event is all."""

    def _talk_together(self, event, one, other):
        self.talk([one, other], event.seconds)

    def _keys(self, event, one, _):
        for _ in range(int(event.scale(5, 40))):
            one.press()
            one.release()
        people.wait(lambda: not one.is_talking(), f"{one} is silent")

    def _weather(self, event, one, _):
        badnet, way = self.town.badnet(event), event.way
        badnet.do("loss", way, round(event.scale(2, 15)), 1 + event.seed % 3)
        badnet.do("delay", way, event.seed % 30, event.seed // 30 % 40)
        badnet.do("reorder", way, round(event.scale(0, 20)), 30)
        badnet.do("duplicate", way, round(event.scale(0, 10)))
        self.talk([one], max(event.seconds, 1.2), calm=False)
        badnet.do("clear", "both")

    def _outage(self, event, *_):
        badnet = self.town.badnet(event)
        badnet.do("drop", event.way, "any")
        time.sleep(event.scale(0.2, 6))
        badnet.do("clear", "both")

    def _unplug(self, event, one, _):
        one.card.do("unplug")
        people.wait(lambda: one.has_card("absent"), f"{one} has no card")
        time.sleep(event.scale(0, 3))
        one.card.do("replug")

    def _unplug_in_talk(self, event, one, other):
        self._in_talk(one, lambda: self._unplug(event, (one, other)[event.seed % 2], None))

    def _in_talk(self, one, what):
        one.press()
        people.wait(one.is_talking, f"{one} talks")
        what()
        one.release()

    def _suspend(self, event, one, _):
        def sleep():
            one.card.do("suspend")
            time.sleep(event.scale(0.1, 2))
            one.card.do("resume")
        self._in_talk(one, sleep)

    def _xrun(self, event, one, _):
        for _ in range(1 + event.seed % 3):
            one.card.do("xrun", ("capture", "playback")[event.seed // 3 % 2])

    def _terminate(self, event, one, _):
        one.process.send_signal(signal.SIGTERM)
        code = one.ended()
        assert code == 0, f"{one} ended with {code} when told to"
        self._begin(event, one)

    def _kill(self, event, one, _):
        one.kill()
        self._begin(event, one)

    def _begin(self, event, one):
        time.sleep(event.scale(0, 3))
        one.begin()

    def _watchers(self, event, one, _):
        self.town.watch(one, 1 + event.seed % 4)

    def _strangers(self, event, one, _):
        chance = random.Random(event.seed)
        with Stranger(one) as stranger:
            for _ in range(int(event.scale(200, 3000))):
                stranger.send(chance.randbytes(chance.choice([0, 1, 40, 96, 1188, 1232, 1400])))
            time.sleep(0.2)
            assert not stranger.answers(), f"{one} answers strangers"

    # The files change and are read again.

    def _ask_reload(self, event, one, works=True):
        if event.seed % 2 and works:
            os.kill(one.pid, signal.SIGHUP)
            return
        code, text, errors = one.ctl("reload")
        assert (code in (0, 4)) == works, f"{one}: reload ended with {code}: {text}{errors}"

    def _reload(self, event, one, _):
        self._in_talk(one, lambda: self._ask_reload(event, one))

    def _reload_without(self, event, one, other):
        names = lambda: [peer["name"] for peer in one.status()["peers"]]
        with self.town.apart_from(one, other):
            self._ask_reload(event, one)
            people.wait(lambda: other.name not in names(), f"{one} no longer knows {other}")
            self.talk([one], event.seconds)
        self._ask_reload(event, one)
        people.wait(lambda: other.name in names(), f"{one} knows {other} again")

    def _reload_address(self, event, one, other):
        self.note(f"{one} now has {other} at {self.town.move(one, other)}")
        self._ask_reload(event, one)

    def _reload_nonsense(self, event, one, other):
        path = self.town.peer_file(one, other)
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "nonsense = 1\n", encoding="utf-8")
        self._ask_reload(event, one, works=False)
        path.write_text(text, encoding="utf-8")
