"""What README and docs tell a member of group `intercom` to type does its work for that member, who
is not root; what they tell with sudo does it for root.

Each command that stands there is run as it stands, with the names of the two stations here: it ends
with its code, says what it says, and what it is for has happened.
"""

import contextlib
import json
import os
import re
import threading

import examples
from lab import sound, wait
from member import NAME, PAGES, STATE, MemberTest
from stage import wav

DOOR, BELL = "GPIO24", "GPIO25"
PEER = f"{STATE}/peers.d/garage.conf"
TOLD = "(?m)^"


class Work(MemberTest):
    """`WORK`: of a command, its codes, what it says, what is done around it, and what came of it.
    """

    WORK = {
        "announce house --file .*": (0, r"heard: garage \d+ %"),
        "answer": (0, "", "ringing", lambda self: self.call() == "active"),
        "audio list": (0, "."),
        "call (garage|house)": (0, "ringing at garage", "call_after",
                                lambda self: self.garage_call() == "ringing"),
        "config check": (0, f"{TOLD}ok: "),
        "site (list|export)": ((0, 1), "in no site|site house|station "),
        "site join( garage)?": (1, "no peer shows a site|shows no site|is in the site"),
        "dnd off": (0, "do not disturb is off", "resting", lambda self: not self.rests()),
        "dnd on": (0, f"{TOLD}do not disturb$", "rest_after"),
        "dnd on --for 1h": (0, "do not disturb until", "rest_after", lambda self: self.rests()),
        "doctor.*": ((0, 4), r"\d+ failures?, \d+ warnings?$"),
        "drop-in garage": (0, ".", "call_after", lambda self: self.garage.is_talking()),
        "gpio list": (0, f"{TOLD}GPIO17 +gpiochip0/17 .*intercomd"),
        "hangup": (0, "", "calling", lambda self: self.call() == "idle"),
        "history.*": (0, f"{TOLD}(WHEN|no (missed )?calls)"),
        "key show": (0, f"{TOLD}intercom1:"),
        "key show --fingerprint": (0, r"^(\d{4} ){5}\d{4}$"),
        "keys list": (0, "."),
        "levels.*": ((0, -15), r"microphone +-?\d+ dBFS"),
        "listen garage": (0, ".", "call_after", lambda self: self.garage.is_talking()),
        "message list": (0, "no messages|PEER"),
        "message play": ((0, 1), "no message waits|played"),
        "message record (garage|house).*": (0, "message to (garage|house): "),
        "message send garage .*": (0, "message to garage: 1.0 s"),
        "monitor": (-15, r"  talk +garage", "events"),
        "mute house": (0, "MUTED: house", "mute_after"),
        "unmute house": (0, "nothing is muted", "muted"),
        "page house.*": (0, r"heard: garage \d+ %"),
        "peer list": (0, f"{TOLD}garage "),
        "peer show garage": (0, f"{TOLD}garage: up at "),
        "peers": (0, f"{TOLD}garage +up "),
        "ptt down (garage|house)": (0, r"^talking to (garage|house): garage$", "release_after",
                                    lambda self: self.is_open()),
        "ptt up (garage|house)": (
            0, "stopped talking to", "pressed", lambda self: not self.is_open()),
        # The member's folder here cannot be written.
        "recording keygen house.key": (1, "house.key: Read-only file system"),
        "recording open --key-file house.key .*": (1, "/nowhere: No such file"),
        "relay door": (0, "relay door is on for", "",
                       lambda self: self.kitchen.level(DOOR) == 1),
        "relay door garage": (0, "relay door: done", "",
                              lambda self: self.garage.level(DOOR) == 1),
        "reload": (0, "nothing has changed"),
        "replay( garage)?": (1, "nothing is kept: .replay. keep = off"),
        "reply down": (0, "^talking to garage: garage$", "heard", lambda self: self.is_open()),
        "reply up": (0, "stopped talking to garage", "replying", lambda self: not self.is_open()),
        "signal garage": (0, "call light: done"),
        "stats garage": (0, f"{TOLD}garage +"),
        "status": ((0, 4), f"{TOLD}kitchen +up "),
        "status --json": ((0, 4), '"name":"kitchen"'),
        "talk (garage|house).*": (0, "heard by garage"),
        "test (hear|wire)": (0, f"{TOLD}MOS "),
        "test speaker": (0, "done  played"),
        "volume": (0, "speaker 100%"),
        "volume -10": (0, "speaker 90%", "loud_after"),
        "volume 60": (0, "speaker 60%", "loud_after"),
        # Sentences that only name a command.
        "peer add|peer remove|ptt|talk": (2, "usage: intercomctl "),
        "recording": (2, "needs a subcommand"),
    }
    ROOTS = {
        "peer replace garage .*": (1, "has that key already|unknown peer"),
        "doctor": WORK["doctor.*"],
        "reload": WORK["reload"],
        # Of another house, with the key that the garage has here.
        "peer add cabin .*": (1, "garage"),
        "peer add garage - .*": (0, ".", "anew"),
        "peer add --psk-file .*": (0, "applied", "anew", lambda self: "psk = " in self.file()),
        "peer remove garage": (0, "removed garage", "anew", lambda self: not self.file()),
        "peer rename garage-2 garage": (1, "unknown peer"),
        "peer set garage --revoked yes": (0, "applied", "anew",
                                          lambda self: "revoked = yes" in self.file()),
        "peer set garage --revoked no": (0, "applied", "anew",
                                         lambda self: "revoked" not in self.file()),
        "peer set garage --suite 2": (0, "applied", "anew",
                                      lambda self: "suite = 2" in self.file()),
        "peer set garage --address .*": (0, "applied", "anew",
                                         lambda self: "address = 127.0.0.1:" in self.file()),
        "peer verify garage( \\d{4}){6}": (0, "garage is verified", "anew",
                                         lambda self: "verified = " in self.file()),
        # With whole keys, and the others that it names: test_site.
        "site init house": ((0, 1), "to introduce a station|is in the site house"),
        "site init house --take-over": ((1, 2), "in no site|say --yes"),
        "site (add|replace) (garage|attic)( .*)?": (
            1, "not introduce|introduces no site|key|in the site already|unknown station"),
        "site rename garage workshop": (1, "not introduce|introduces no site|unknown station"),
        "site channel .*": (1, "not introduce|introduces no site|unknown station"),
        "site remove garage": (1, "not introduce|introduces no site|unknown station"),
        "site leave": ((1, 2), "in no site|introduces the site"),
        "setup( --force)?": (0, f"{TOLD}button +GPIO17"),
    }

    watched = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open("/etc/intercomd/intercomd.conf", "a", encoding="ascii") as file:
            file.write(f"\n[relay door]\nline = {DOOR}\npulse = 2s\n")
        code, said = cls.type(NAME, "reload")
        assert (code, "relay door" in said) == (0, True), said
        # The key that its first start has made, as a person carries it.
        cls.kitchen.public_key = cls.type(NAME, "key", "show")[1].strip()
        cls.garage.sections |= {
            "relay door": {"line": DOOR, "pulse": "2s"},
            "lamp bell": {"line": BELL, "show": "calling"},
            "policy": {"relay": "door", "drop-in": "allow", "monitor": "allow"}}
        cls.garage.knows(cls.kitchen, port=5577, calls=False)
        cls.garage.reload()
        folder = cls.scene.folder
        cls.files = {".wav": f"{folder}/said.wav", ".psk": f"{folder}/house.psk"}
        wav.write(cls.files[".wav"], sound.tone(900, 1, -20))
        os.chmod(cls.files[".wav"], 0o644)
        with open(os.open(cls.files[".psk"], os.O_CREAT | os.O_WRONLY, 0o600), "w",
                  encoding="ascii") as file:
            file.write("5a" * 32 + "\n")
        cls.kitchen.speak(300)
        cls.garage.speak(500)

    def setUp(self):
        self.meet()

    # What there is.

    def status(self):
        return json.loads(self.type("root", "status", "--json")[1])

    def call(self):
        return self.status()["call"]["state"]

    def garage_call(self):
        return self.garage.status()["call"]["state"]

    def is_open(self):
        return self.status()["microphone"]["open"]

    def rests(self):
        return "do not disturb until" in self.type("root", "volume")[1]

    def file(self):
        """What is written of the garage."""
        with contextlib.suppress(FileNotFoundError), open(PEER, encoding="ascii") as file:
            return file.read()
        return ""

    def meet(self):
        wait(lambda: self.status()["peers"][0]["state"] == "up", "the two have a session", 40)

    def root(self, *words):
        code, said = self.type("root", *words)
        self.assertIn(code, (0, 4), said)

    # What is done around a command.

    @contextlib.contextmanager
    def around(self, before=(), after=(), until=lambda: True):
        if before:
            self.root(*before)
        wait(until, f"{before} has come about")
        try:
            yield
        finally:
            if after:
                self.type("root", *after)
                wait(lambda: not self.is_open(), "the microphone is closed")

    def surroundings(self, name, words):
        """The context of a command, by its name in `WORK`."""
        to = words[-1]
        hang = ("hangup",)
        made = {
            "": ((), ()), "call_after": ((), hang), "rest_after": ((), ("dnd", "off")),
            "mute_after": ((), ("unmute", "house")), "release_after": ((), ("ptt", "up", to)),
            "loud_after": ((), ("volume", "100")), "muted": (("mute", "house"), ()),
            "resting": (("dnd", "on"), ("dnd", "off")),
            "calling": (("call", "garage"), (), lambda: self.call() == "calling"),
            "pressed": (("ptt", "down", to), ("ptt", "up", to), self.is_open)}
        if name in made:
            return self.around(*made[name])
        return getattr(self, name)()

    @contextlib.contextmanager
    def ringing(self):
        self.assertEqual(self.garage.ctl("call", self.kitchen.name, "--no-wait")[0], 0)
        with self.around((), ("hangup",), lambda: self.call() == "ringing"):
            yield

    @contextlib.contextmanager
    def heard(self):
        with self.garage.talking():
            wait(lambda: self.status()["peers"][0]["talking"], "kitchen hears garage")
        with self.around((), ("reply", "up")):
            yield

    @contextlib.contextmanager
    def replying(self):
        with self.heard(), self.around(("reply", "down"), (), self.is_open):
            yield

    @contextlib.contextmanager
    def events(self):
        """The garage talks again and again while somebody watches."""
        is_over = threading.Event()

        def talk():
            while not is_over.wait(0.2):
                self.garage.press()
                is_over.wait(0.2)
                self.garage.release()
        talker = threading.Thread(target=talk)
        talker.start()
        try:
            yield
        finally:
            is_over.set()
            talker.join()

    @contextlib.contextmanager
    def anew(self):
        """The peer is afterwards as it was."""
        yield
        self.type("root", "peer", "remove", "garage")
        self.root("peer", "add", "garage", f"127.0.0.1:{self.garage.port}",
                  self.garage.public_key)
        self.meet()

    # The judge.

    def fitted(self, words):
        words = self.fitting(words)
        if words[0] not in ("levels", "monitor") and examples.UNTIL_CTRL_C.match(" ".join(words)):
            # A person presses Ctrl-C.
            words += ["--seconds", "3"]
        return words

    def complaint(self, is_root, words):
        """What is wrong with what a command did; empty where it did its work."""
        words = self.fitted(words)
        line = " ".join(words)
        found = [work for pattern, work in (self.ROOTS if is_root else self.WORK).items()
                 if re.fullmatch(pattern, line)]
        if not found:
            return f"{line}: nobody has said what it is to do"
        codes, told, *more = found[-1]
        name, effect = (*more, *("", None)[len(more):])
        codes = codes if isinstance(codes, tuple) else (codes,)
        user = "root" if is_root else NAME
        with self.surroundings(name, words):
            code, said = self.type(user, *words)
            if code not in codes or not re.search(told, said):
                return f"{user}: intercomctl {line}: ended with {code}:\n{said}"
            if effect:
                try:
                    wait(lambda: effect(self), "its effect", 5)
                except AssertionError:
                    return f"{user}: intercomctl {line}: nothing came of it:\n{said}"
        return ""

    def test_each_command_of_readme_and_docs_does_its_work(self):
        lines = self.unique(line for page in PAGES for line in examples.typed(examples.read(page)))
        self.assertGreater(sum(not is_root for is_root, _ in lines), 50)
        self.assertGreater(sum(is_root for is_root, _ in lines), 6)
        for is_root, words in lines:
            with self.subTest(" ".join(words), root=is_root):
                complaint = self.complaint(is_root, words)
                self.assertEqual(complaint, "")

    def test_a_command_that_does_not_do_its_work_is_noticed(self):
        # A door that may not be opened, one that is not there, and a peer whom nothing reaches.
        self.assertEqual(self.complaint(False, ("relay", "door", "garage")), "")
        self.garage.sections["policy"]["relay"] = "deny"
        self.garage.reload()
        try:
            self.assertIn("ended with 1", self.complaint(False, ("relay", "door", "garage")))
        finally:
            self.garage.sections["policy"]["relay"] = "door"
            self.garage.reload()
        self.assertIn("nobody has said", self.complaint(False, ("relay", "gate")))
        # Root's work is not a member's.
        set_ = ("peer", "set", "garage", "--suite", "2")
        self.assertIn("nobody has said", self.complaint(False, set_))
        code, said = self.type(NAME, *set_)
        self.assertEqual(code, 1)
        self.assertIn("try it with sudo", said)
        self.assertNotIn("suite = 2", self.file())
        # It says that it talks, and the microphone does not open.
        self.WORK["volume"] = (0, "speaker 100%", "", lambda _: False)
        try:
            self.assertIn("nothing came of it", self.complaint(False, ("volume",)))
        finally:
            self.WORK["volume"] = (0, "speaker 100%")
