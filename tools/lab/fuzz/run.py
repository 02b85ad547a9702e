"""Datagrams and control lines that nobody should send, to a daemon in talk with its peer.

The program behind tools/fuzz; test_fuzz.py runs a short form of it. Kitchen talks to garage, round
after round: each round captures what garage is truly sent just then, sends it a heap of mutations
(tools/lab/fuzz), and judges what garage's speaker played meanwhile. All that arrived must be found
in a counter, and the daemon be of the size it was.
"""

import argparse
import json
import os
import random
import signal
import socket
import sys
import time

from soak import growth
from stage import place, process, tool, wire
from stage.people import PATIENCE, Scene, heard_meanwhile, heard_share, listen, wait
from stage.wire import BadNet

from .lines import REQUEST_MOST, answers_due, line

TONE = 500

REFUSED = ("dropped_length", "dropped_index", "dropped_counter", "dropped_authentication",
           "dropped_replay", "dropped_truncated")
"""The counters of what was refused; besides those of handshakes. Others are of true packets."""

WARM = 50_000
"""Datagrams before memory and the like are looked at for the first time."""

LINES_MOST = 200
"""Lines on one connection."""

LINES_LEAST_NS = 2_000_000_000
"""Lines are said for so long at least: of less speech nothing could be judged."""

STEADY = 0.9
"""The share of a round in which the tone must be there."""

RATES = (100_000, 25_000, 6_000)
"""Datagrams a second. The sender finds out what the machine bears, but not at once: where a round
disturbed the speech it is done again, slower. At the last rate any machine must bear it."""

SECONDS_MOST = 10
"""A round at a slower rate is shorter, too."""


GROWTH = {"anonymous": 512, "descriptors": 0, "threads": 0}
"""What each may grow by; memory in kB: an allocator keeps what it was once given. A million
datagrams that a peer seals cost about 100 kB of heap, nearly all within the first 100,000."""


def grown(before, after):
    """Complaints about what a daemon has more of."""
    return [f"{name} grew from {then} to {now}" for name, most in GROWTH.items()
            if None not in (then := getattr(before, name), now := getattr(after, name))
            and now > then + most]


class Fuzz:
    """The two stations, and whoever wishes the second one ill."""

    def __init__(self, scene, seed):
        self.scene, self.seed, self.round = scene, seed, 0
        self.kitchen, self.garage = scene.stations
        self.badnet = BadNet(scene, self.kitchen, self.garage, seed=1)
        scene.introduce(self.kitchen, self.garage, via=self.badnet)
        self.handshakes, self.complaints = [], []
        self.totals = {"sent": 0, "dropped": 0, "refused": 0, "answered": 0, "seconds": 0.0}

    def start(self):
        """Starts both, and sees that speech is heard."""
        file = self.badnet.capture("first")
        self.scene.start()
        self.handshakes = wait(
            lambda: [one for kind in (1, 2, 3) for one in
                     self.badnet.captured(file, self.kitchen, kind)], "a handshake is captured")
        self.badnet.do("capture", "off")
        self.kitchen.speak(TONE)
        self.check_speech("before")

    def check_speech(self, when):
        """Whether speech is heard just now."""
        self.garage.record()
        with self.kitchen.talking():
            start, end = listen(1.0)
        share = heard_share(self.garage.recorded(), start, end)
        if share < STEADY:
            self.complaints.append(f"speech {when}: {share:.1%} was heard")

    def samples(self):
        """A capture of what garage was sent of late: handshakes of the start, frames of now."""
        name = f"samples-{self.round}"
        file = self.badnet.capture(f"{name}.raw")
        net = self.badnet
        frames = wait(lambda: (found := net.captured(file, self.kitchen, 16))[64:] and found,
                      "frames are captured")
        self.badnet.do("capture", "off")
        file.unlink()
        path = self.scene.folder / name
        wire.write(path, self.handshakes + frames)
        return path

    def launch(self, samples, count, rate=RATES[0], flood=False):
        """Starts the sender of one round."""
        words = [place.lab("fuzz"), "--to", self.garage.port, "--samples", samples,
                 "--mac-key", self.garage.identity.mac_key.hex(), "--count", count, "--rate", rate,
                 "--seed", self.seed + self.round, *(["--flood"] if flood else [])]
        return process.launch(list(map(str, words)), output=process.subprocess.PIPE)

    def datagrams(self, count, rate=RATES[0], flood=False):
        """One round of datagrams; returns its figures."""
        self.round += 1
        with heard_meanwhile(self.kitchen, self.garage) as heard:
            samples = self.samples()
            opened, sent = self.mark()
            heard["from"] = time.monotonic_ns()
            sender = self.launch(samples, count, rate, flood)
            text, _ = sender.communicate(timeout=count / 1000 + 60)
        if not process.is_alive(self.garage.process) or sender.returncode != 0:
            return self.died(sender)
        found = json.loads(text)
        self.account(found, opened, sent)
        found["rate"] = rate
        found["share"] = heard["share"]
        return found

    def judged(self, count):
        """Rounds until one leaves the speech as it was; returns the figures of the last."""
        for rate in RATES:
            found = self.datagrams(min(count, rate * SECONDS_MOST), rate)
            if found["share"] >= STEADY:
                return found
            print(f"round {self.round}: {found}", flush=True)
        self.complaints.append(
            f"round {self.round}: {found['share']:.1%} of the speech was heard: {found}")
        return found

    def died(self, sender):
        """Notes that the daemon, or what tormented it, is gone."""
        code = self.garage.process.poll()
        self.complaints.append(
            f"round {self.round}, seed {self.seed + self.round}: the daemon ended with {code}, "
            f"the sender with {sender.returncode}")
        return {"sent": 0, "share": 0.0}

    def mark(self):
        """The counters of garage, and how many packets kitchen has sent."""
        return self.garage.counters(), self.kitchen.counters()["packets_sent"]

    def account(self, found, before, sent_before):
        """Finds each datagram that arrived in a counter."""
        after, sent = self.mark()
        grown = {name: after[name] - before[name] for name in after}
        refused = sum(value for name, value in grown.items()
                      if name in REFUSED or name.startswith("handshake_dropped_")
                      # The kernel's own count is asked for it (`dropped`).
                      and name != "handshake_dropped_full")
        dropped, own = sum(found["dropped"]), sent - sent_before
        known = refused + dropped + found["answers"] + grown["packets_opened"]
        found["unaccounted"] = found["sent"] + own - known
        found["refused"] = refused
        # Of the true packets; a few are on their way as the counters are read.
        found["lost"] = max(0, own - grown["packets_opened"] - 3) / max(1, own)
        # Packets under way as the counters were read, and a handshake of kitchen's.
        allowed = 50 + found["sent"] // 10_000
        if abs(found["unaccounted"]) > allowed:
            self.complaints.append(
                f"round {self.round}: {found['unaccounted']} datagrams of {found['sent']} are in "
                f"no counter: {found}, {({k: v for k, v in grown.items() if v})}")
        for name, value in (("sent", found["sent"]), ("dropped", dropped), ("refused", refused),
                            ("answered", found["answers"]), ("seconds", found["seconds"])):
            self.totals[name] += value

    def size(self):
        """What garage takes of the machine now, once nobody calls any more."""
        return growth.sample(self.garage.pid, 0)

    def judge_growth(self, before):
        """Complains when garage is larger than it was, after what callers there were are gone."""
        end = time.monotonic() + PATIENCE
        while (found := grown(before, self.size())) and time.monotonic() < end:
            time.sleep(0.3)
        self.complaints += found

    # --- the control socket ---

    def lines(self, count):
        """A round of lines, which leaves the speech as it was; returns its figures."""
        found = self.round_of_lines(count)
        if found["share"] < STEADY:
            self.complaints.append(f"lines: {found['share']:.1%} of the speech was heard")
        return found

    def round_of_lines(self, count):
        """So many lines of nonsense at least, and worse, while kitchen talks."""
        chance = random.Random(self.seed)
        answers = {"ok": 0, "refused": 0, "events": 0}
        with heard_meanwhile(self.kitchen, self.garage) as heard:
            left = count
            while (left > 0 or time.monotonic_ns() - heard["from"] < LINES_LEAST_NS) \
                    and process.is_alive(self.garage.process):
                size = min(left, LINES_MOST) if left > 0 else LINES_MOST
                left -= self.converse([line(chance) for _ in range(size)], answers, chance)
            seconds = (time.monotonic_ns() - heard["from"]) / 1e9
        if not process.is_alive(self.garage.process):
            self.complaints.append(f"lines, seed {self.seed}: the daemon ended")
            return {**answers, "share": 0.0}
        self.garage.ask("ptt", action="up", target="house")
        self.garage.ask("ptt", action="up", target="kitchen")
        return {**answers, "share": heard["share"], "seconds": seconds}

    def converse(self, lines, answers, chance):
        """Says lines on one connection; each has its answer. Returns how many were read."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.connect(os.path.join(self.garage.run, "control.sock"))
            link.settimeout(PATIENCE)
            ends = chance.random()
            try:
                link.sendall(b"\n".join(lines) + (b"\n" if ends < 0.8 else b""))
                if ends > 0.95:
                    return 0  # Gone without having read.
                link.shutdown(socket.SHUT_WR)
                with link.makefile("rb") as replies:
                    texts = list(replies)
            except (BrokenPipeError, ConnectionResetError):
                return 0  # Cut off for a line without end.
        counted = 0
        for text in texts:
            try:
                reply = json.loads(text)
            except ValueError:
                self.complaints.append(f"lines: no JSON: {text[:80]}")
                continue
            kind = "events" if "event" in reply else "ok" if reply["ok"] else "refused"
            answers[kind] += 1
            counted += kind != "events"
        expected = answers_due(lines if ends < 0.8 else lines[:-1])
        if counted != expected and not (ends >= 0.8 and len(lines[-1]) > REQUEST_MOST):
            self.complaints.append(f"lines: {counted} answers instead of {expected}")
        return expected


def control(fuzz):
    """The negative control, which ends the daemon: the same judges must see that it is gone.

    Returns what they did not see.
    """
    complaints, fuzz.complaints, totals, unseen = fuzz.complaints, [], dict(fuzz.totals), []
    fuzz.account({"sent": 1000, "dropped": [0], "answers": 0, "seconds": 1.0}, *fuzz.mark())
    if not fuzz.complaints:
        unseen.append("that datagrams are in no counter")
    fuzz.complaints, fuzz.totals = [], totals
    size = fuzz.size()
    seen = {name: value for name in GROWTH if (value := getattr(size, name)) is not None}
    larger = size._replace(**{name: value + GROWTH[name] + 1 for name, value in seen.items()})
    if len(grown(size, larger)) < len(seen):
        unseen.append("that it has grown")
    with heard_meanwhile(fuzz.kitchen, fuzz.garage) as heard:
        sender = fuzz.launch(fuzz.samples(), 10_000_000)
        time.sleep(0.5)
        heard["from"] = time.monotonic_ns()
        os.kill(fuzz.garage.pid, signal.SIGKILL)
        sender.communicate(timeout=PATIENCE)
        time.sleep(0.8)
    share = heard["share"]
    wait(lambda: not process.is_alive(fuzz.garage.process), "garage is gone")
    fuzz.died(sender)
    if not fuzz.complaints:
        unseen.append("that the daemon had ended")
    if share >= STEADY:
        unseen.append(f"that the speech had ended ({share:.1%})")
    fuzz.complaints = complaints
    return unseen


def whole_number(text):
    """A number of things, for argparse."""
    number = int(text.replace("_", ""))
    if number < 0:
        raise ValueError
    return number


def main():
    """Exit codes: 0 nothing found, 1 something was, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="tools/fuzz")
    parser.add_argument("--datagrams", type=whole_number, default=10_000_000)
    parser.add_argument("--lines", type=whole_number, default=100_000)
    parser.add_argument("--seed", type=whole_number, default=random.randrange(1 << 31))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    with Scene("kitchen", "garage") as scene:
        fuzz = Fuzz(scene, chosen.seed)
        fuzz.start()
        # What is made at a first time is made now.
        left = max(0, chosen.datagrams - WARM)
        rounds = -(-left // 500_000)
        fuzz.datagrams(WARM)
        fuzz.lines(WARM // 10)
        time.sleep(1)
        before = fuzz.size()
        print(f"before: {before}", flush=True)
        for number in range(rounds):
            count = left // (rounds - number)
            left -= count
            # The last tenth without mercy: then only what comes after it is judged.
            flood = rounds > 1 and number >= rounds - max(1, rounds // 10)
            found = fuzz.datagrams(count, flood=True) if flood else fuzz.judged(count)
            if not process.is_alive(fuzz.garage.process):
                break
            print(f"round {fuzz.round}: {found['sent']} at {found['sent'] / found['seconds']:.0f}/s"
                  f"{' without mercy' if flood else ''}, heard {found['share']:.1%}, kernel "
                  f"dropped {'+'.join(map(str, found['dropped']))}, refused {found['refused']}, "
                  f"answered {found['answers']}, unaccounted {found['unaccounted']}", flush=True)
        answers = {}
        if process.is_alive(fuzz.garage.process):
            fuzz.check_speech("after the datagrams")
            answers = fuzz.lines(chosen.lines)
            print(f"lines: {answers}", flush=True)
            fuzz.check_speech("after the lines")
            fuzz.judge_growth(before)
            print(f"after: {fuzz.size()}", flush=True)
            complaints = [f"the judges do not see {what}" for what in control(fuzz)]
            fuzz.complaints += complaints
    for complaint in fuzz.complaints:
        print(f"FOUND: {complaint}")
    print(json.dumps({**fuzz.totals, "lines": answers, "seed": chosen.seed,
                      "found": fuzz.complaints}))
    return 1 if fuzz.complaints else 0


if __name__ == "__main__":
    sys.exit(tool.run("fuzz", main))
