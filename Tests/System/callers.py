"""Stations that call each other, and what `status`, `monitor` and `history` tell of it."""

import json
import subprocess

from lab import Scene, SceneTest, wait
from stage import place


class Watch:
    """What `monitor` tells at a station."""

    def __init__(self, scene, station):
        self.path = f"{station.folder}/events"
        # pylint: disable=consider-using-with
        self._file = open(self.path, "wb")
        scene.also_end(self)
        self._process = subprocess.Popen(
            [place.program("intercomctl"), "--config", str(station.etc), "monitor", "--json"],
            stdout=self._file, stderr=subprocess.DEVNULL)

    def end(self):
        self._process.kill()
        self._process.wait()
        self._file.close()

    def events(self, *kinds, **members):
        """All it told of these kinds, whose members are so."""
        with open(self.path, encoding="utf-8") as file:
            lines = file.read().split("\n")[:-1]
        events = [json.loads(line) for line in lines]
        return [event for event in events if event.get("event") in kinds
                and all(event.get(key) == value for key, value in members.items())]

    def saw(self, kind, **members):
        return wait(lambda: self.events(kind, **members),
                    f"monitor tells of {kind} {members or ''}")[-1]


class CallersTest(SceneTest):
    def scene(self, *names, **settings):
        """Stations that know each other, each with its `monitor`; `settings` are for all."""
        scene = self.enterContext(Scene(*names))
        scene.introduce(*scene.stations)
        for station in scene.stations:
            for title, entries in settings.items():
                station.sections.setdefault(title, {}).update(entries)
        scene.start()
        self.watches = {station: Watch(scene, station) for station in scene.stations}
        for station, watch in self.watches.items():
            # Who watches is told of everything from then on.
            def is_told(station=station, watch=watch):
                station.ctl("volume", "tones", "90")
                station.ctl("volume", "tones", "100")
                return watch.events("volume")
            wait(is_told, "monitor watches")
        return scene.stations

    def state(self, station):
        return station.status()["call"]["state"]

    def stands(self, station, state):
        wait(lambda: self.state(station) == state, f"{station} shows {state}")

    def do(self, station, *words):
        text = station.prints(*words)
        return text

    def call(self, caller, *words):
        """Does what begins a call; returns its id."""
        return json.loads(self.do(caller, *words, "--no-wait", "--json"))["call"]

    def ring(self, caller, called):
        """Calls, until it rings there; both show it under one id."""
        call = self.call(caller, "call", str(called))
        for station, state, event in ((called, "ringing", "ring"), (caller, "calling", "calling")):
            self.stands(station, state)
            self.assertEqual(station.status()["call"]["call"], call)
            self.watches[station].saw(event, call=call)
        return call

    def answered(self, caller, called):
        """A call that is answered."""
        call = self.ring(caller, called)
        self.do(called, "answer")
        for station in (caller, called):
            self.stands(station, "active")
            self.watches[station].saw("call_active", call=call)
        return call

    def history(self, station, call):
        found = json.loads(self.do(station, "history", "--json"))["calls"]
        return [one for one in found if one["call"] == call]

    def ended(self, call, stations, cause, missed=()):
        """It is over: each shows and tells how, and has it once in its history."""
        for station in stations:
            self.stands(station, "idle")
            is_missed = station in missed
            event = self.watches[station].saw(
                "missed_call" if is_missed else "call_ended", call=call)
            [one] = self.history(station, call)
            self.assertEqual(one["cause"], cause, str(station))
            self.assertEqual(event["cause"], cause, str(station))
            self.assertIsNotNone(one["ended_ms"])
            self.assertEqual(one["missed"], is_missed, str(station))
            shown = station.status()["call"]
            self.assertEqual((shown["last"], shown["last_cause"], shown["last_missed"]),
                             (call, cause, is_missed), str(station))
            self.assertIn(event["detail"], self.do(station, "history"))
