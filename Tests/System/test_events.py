"""What happens is told as it was to journal, monitor, hook, log and history; what was set stays."""

import json
import os
import re
import socket
import threading

from lab import ROOT, SceneTest, listen, strip, wait


class ToldEvents(SceneTest):
    """What a hook, a log and the history tell of what happened is so."""

    def setUp(self):
        self.kitchen, self.garage = self.met("kitchen", "garage")
        self.told = self.scene.folder / "told"
        program = self.scene.folder / "program"
        program.write_text(
            "#!/bin/sh\necho \"$INTERCOM_EVENT|$INTERCOM_TARGET|$INTERCOM_DETAIL|$INTERCOM_SECONDS|"
            f'$INTERCOM_SENTENCE|$#|$HOME" >> {self.told}\n', encoding="ascii")
        program.chmod(0o755)
        self.kitchen.sections["events"] = {"on-event": str(program)}
        self.kitchen.sections["policy garage"] = {"drop-in": "allow"}
        self.scene.start()

    def hook(self, pattern):
        """Waits until the program was told this, without words and without a home."""
        return wait(lambda: re.search(rf"(?m)^{pattern}\|0\|$", self.told.read_text("utf-8")),
                    f"the program is told {pattern}")

    def test_the_hook_is_told_of_each_event_in_its_environment_alone(self):
        self.kitchen.ctl("volume", "ring", "40")
        self.hook(r"volume\|ring\|40%\|[^|]*\|[^|]*")
        self.hook(r"started\|[^\n]*")
        with self.kitchen.talking():
            listen()
        found = self.hook(r"talk_end\|house\|[^|]*\|(\d+\.\d)\|"
                          r"talk to house ended after (\d+\.\d) s")
        self.assertEqual(found[1], found[2])
        self.kitchen.said("talk to house, heard by: garage")

    def test_the_own_end_is_no_loss_of_peers(self):
        # The negative control: a peer that goes is one.
        self.garage.stop()
        self.kitchen.said("garage down")
        self.garage.start()
        self.kitchen.wait_for(self.garage)
        before = len(self.kitchen.log)
        self.kitchen.stop()
        last = self.kitchen.log[before:]
        self.assertIn("stopped\n", last)
        self.assertNotIn("garage down", last)

    def test_what_opens_by_itself_was_answered_by_nobody(self):
        self.assertEqual(self.garage.ctl("drop-in", "kitchen")[0], 0)
        self.assertEqual(self.garage.ctl("hangup")[0], 0)
        for station in self.scene.stations:
            def last(one=station):
                return json.loads(one.ctl("history", "--json")[1])["calls"][0]
            wait(lambda: last()["cause"] == "hung_up", "it is in the history")
            self.assertEqual((last()["kind"], last()["answered_by"]), ("drop_in", None))
            self.assertNotIn("answered by", station.ctl("history")[1])
        # One that rings is answered.
        self.garage.ctl("call", "kitchen")
        wait(lambda: self.kitchen.ctl("answer")[0] == 0, "it rings")
        self.kitchen.ctl("hangup")
        wait(lambda: last()["cause"] == "hung_up" and last()["kind"] == "call", "it is over")
        self.assertEqual(last()["answered_by"], "kitchen")

    def test_lines_of_a_log_are_for_people(self):
        self.garage.stop()
        self.kitchen.said("garage down")
        with self.kitchen.talking():
            self.kitchen.said("no listener can hear the talk to house")
        for line in self.kitchen.log.splitlines():
            self.assertNotRegex(line, r"^<\d>")

    def test_a_hook_that_fails_is_seen(self):
        self.assertNotIn("on-event", self.kitchen.ctl("doctor", "status", "config")[1])
        program = self.scene.folder / "program"
        program.chmod(0o600)
        self.kitchen.ctl("volume", "80")
        self.kitchen.said("on-event: run ")
        program.unlink()
        self.kitchen.ctl("volume", "90")
        wait(lambda: "on-event: its program failed" in self.kitchen.ctl("status")[1], "status")
        self.assertGreater(self.kitchen.counters()["hook_failed"], 0)
        said = self.kitchen.ctl("doctor", "status", "config")[1]
        self.assertIn("its program failed", said)
        self.assertIn("on-event: there is no program", said)
        self.assertEqual(self.kitchen.ctl("config", "check")[0], 4)
        # A program is complained of once a minute: this one is another station's.
        program.write_text("#!/bin/sh\nexit 3\n", encoding="ascii")
        program.chmod(0o755)
        self.garage.sections["events"] = {"on-event": str(program)}
        self.garage.reload()
        self.garage.said("on-event: the program ended with status 3")


class State(SceneTest):
    """What a person has set is there after a restart."""

    def setUp(self):
        self.kitchen, = self.enter("kitchen")
        strip(self.kitchen)

    def started(self):
        self.kitchen.begin()

    def say(self, *words, code=0):
        found, said, complaint = self.kitchen.ctl(*words)
        self.assertEqual(found, code, complaint)
        return said + complaint

    def test_what_was_set_is_there_after_a_restart(self):
        self.started()
        self.say("volume", "-5")
        self.say("mute", "mic")
        self.say("dnd", "on", "--for", "2h")
        before = json.loads(self.say("dnd", "--json"))
        self.assertEqual(before["volumes"]["speaker"], 95)
        self.assertEqual((before["mute_mic"], before["dnd"]["on"]), (True, True))
        self.kitchen.stop()
        self.started()
        self.assertEqual(json.loads(self.say("volume", "--json")), before)
        self.assertIn("MUTED: mic   do not disturb until ", self.say("status"))
        self.say("unmute", "mic")
        self.say("dnd", "off")
        self.assertNotIn("MUTED", self.say("status"))
        self.kitchen.stop()
        # A damaged file is said, set aside, and no hindrance.
        path = os.path.join(self.kitchen.state, "state")
        with open(path, "r+b") as file:
            file.write(b"x")
        self.started()
        self.assertIn("begin anew", self.kitchen.log)
        self.assertTrue(os.path.exists(f"{path}.bad"))
        self.assertIn("speaker 100%", self.say("volume"))
        self.kitchen.stop()


def fields_of(datagram):
    """An entry as journald reads it: NAME=value lines, or NAME, length, value."""
    fields = {}
    while datagram:
        name, _, rest = datagram.partition(b"\n")
        if b"=" in name:
            name, _, value = name.partition(b"=")
        else:
            size = int.from_bytes(rest[:8], "little")
            value, end, rest = rest[8:8 + size], rest[8 + size:9 + size], rest[9 + size:]
            assert end == b"\n", f"a field that does not end: {name}"
        assert re.fullmatch(rb"[A-Z][A-Z0-9_]{0,63}", name), f"no name of a field: {name}"
        assert name.decode() not in fields, f"twice: {name}"
        fields[name.decode()] = value.decode()
        datagram = rest
    return fields


class Journal:
    """A journald that keeps what it is sent for one station."""

    def __init__(self, station):
        self.station = station
        self.path = os.path.join(station.run, "journal")
        os.makedirs(station.run, exist_ok=True)
        self.entries = []
        self.socket = self.reader = None
        self.open()
        log = os.stat(station.log_path)
        station.environment |= {
            "JOURNAL_STREAM": f"{log.st_dev}:{log.st_ino}", "INTERCOM_JOURNAL_SOCKET": self.path}

    def open(self, reads=True):
        """Takes entries at once (the socket has room for about ten), or lets them lie."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        if reads:
            self.reader = threading.Thread(target=self._read, args=(self.socket,), daemon=True)
            self.reader.start()

    def _read(self, source):
        while datagram := source.recv(65536):
            self.entries.append(fields_of(datagram))

    def close(self):
        """A journald that is gone, and has left its socket's name."""
        if self.reader is not None:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.sendto(b"", self.path)
            self.reader.join()
            self.reader = None
        self.socket.close()
        os.unlink(self.path)

    def end(self):
        if os.path.exists(self.path):
            self.close()

    def of(self, event):
        return [entry for entry in self.entries if entry.get("INTERCOM_EVENT") == event]

    def await_one(self, event, count=1):
        wait(lambda: len(self.of(event)) >= count, f"{count} {event} in the journal of "
             f"{self.station}")
        return self.of(event)[-1]


def ids():
    """The kinds of event and their ids, as the manual page lists them."""
    page = (ROOT / "docs/intercomd.8").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z_]+)\t([0-9a-f]{32})$", page, re.MULTILINE))


class JournalTest(SceneTest):
    """What happens is one structured entry in the journal, which can hold up nothing."""

    def setUp(self):
        self.kitchen, self.garage = self.met("kitchen", "garage")
        self.journal = self.scene.also_end(Journal(self.kitchen))

    def key(self, count):
        """Presses and lets go a key that is not there, so often."""
        for _ in range(count):
            self.kitchen.ask("ptt", action="down", target="house")
            wait(self.kitchen.is_talking, "kitchen talks")
            self.kitchen.ask("ptt", action="up", target="house")
            wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")

    def test_journal_and_monitor_tell_the_same_with_fields(self):
        self.kitchen.begin()
        watcher = socket.socket(socket.AF_UNIX)
        self.addCleanup(watcher.close)
        watcher.connect(os.path.join(self.kitchen.run, "control.sock"))
        watcher.sendall(b'{"v":1,"do":"monitor"}\n')
        watched = watcher.makefile("rb")
        self.assertTrue(json.loads(watched.readline())["ok"])
        self.garage.start()
        self.scene.together()
        with self.kitchen.talking():
            pass
        self.journal.await_one("key_up")
        self.garage.stop()
        self.journal.await_one("peer_down")
        self.kitchen.stop()
        # The collector may be behind the daemon's end.
        self.journal.await_one("stopped")
        told = [json.loads(line) for line in watched]
        first = next(place for place, entry in enumerate(self.journal.entries)
                     if entry.get("INTERCOM_EVENT") == told[0]["event"])
        entries = self.journal.entries[first:]
        self.assertEqual(
            [(e["INTERCOM_EVENT"], e.get("INTERCOM_PEER"), e.get("INTERCOM_TARGET"),
              e.get("INTERCOM_BUTTON")) for e in entries],
            [(t["event"], t["peer"], t["target"], t["button"]) for t in told])
        known = ids()
        for entry in entries:
            self.assertEqual(entry["MESSAGE_ID"], known[entry["INTERCOM_EVENT"]])
            self.assertEqual(entry["SYSLOG_IDENTIFIER"], "intercomd")
            self.assertIn(int(entry["PRIORITY"]), range(3, 8))
        up = self.journal.of("peer_up")[0]
        self.assertEqual(up["INTERCOM_PEER"], "garage")
        self.assertTrue(up["MESSAGE"].startswith("garage up, suite 1"), up)
        self.assertEqual(self.journal.of("key_down")[0]["INTERCOM_BUTTON"], "ptt")
        self.assertIn(self.kitchen.public_key, self.journal.of("started")[0]["MESSAGE"])
        self.assertEqual(self.kitchen.log, "", "told twice")

    def test_a_stream_that_is_not_the_journals_gets_the_lines(self):
        self.kitchen.environment["JOURNAL_STREAM"] = "1:2"
        self.scene.start()
        self.kitchen.said("\ngarage up, suite 1")
        self.assertEqual(self.journal.entries, [])

    def test_without_a_journal_or_with_one_that_is_full_the_station_goes_on(self):
        self.scene.start()
        self.journal.await_one("peer_up")
        self.journal.close()
        # Nobody takes the entries: the socket is soon full, and then the lines go to the log.
        self.journal.open(reads=False)
        for _ in range(200):
            self.key(1)
            if "talking to house" in self.kitchen.log:
                break
            # Of one kind too few are written to fill it.
            self.garage.stop()
            wait(lambda: not self.kitchen.is_with(self.garage), "garage is down")
            self.garage.start()
            self.kitchen.wait_for(self.garage)
        self.assertIn("talking to house", self.kitchen.log)
        self.journal.close()
        size = len(self.kitchen.log)
        self.garage.stop()
        wait(lambda: "garage down" in self.kitchen.log[size:], "the log tells it")
        before = len(self.journal.of("peer_up"))
        self.journal.open()
        self.garage.start()
        self.journal.await_one("peer_up", before + 1)
        self.assertTrue(self.kitchen.is_up())


MUTATIONS = (
    # Volumes are forgotten at a restart.
    ("Sources/Files/Storage/StateKeeper.swift",
     "state = read", "state.doNotDisturb = read.doNotDisturb",
     "State.test_what_was_set_is_there_after_a_restart"),
    # A program that fails is not told of.
    ("Sources/Files/Storage/Journal.swift", "} else if status != 0 {", "} else if status < 0 {",
     "ToldEvents.test_a_hook_that_fails_is_seen"),
)
