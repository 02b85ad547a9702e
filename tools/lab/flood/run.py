"""A flood of recorded first messages, and a peer that restarts meanwhile.

The program behind tools/flood; test_load.py plays a short form of it in virtual time. Garage is
flooded, office talks to it, and kitchen is killed and started again, over and over. Judged: how
soon kitchen is up, and whether what office says is heard; here, how busy garage's control thread
is, too.
"""

import argparse
import contextlib
import secrets
import sys
import time

from flood import data
from stage import process, tool, wire
from stage.people import Scene, heard_share, listen

TONE = 500
M1S = 64
"""As many as a busy station shows in two hours."""

SECONDS_MOST = 2.0
"""A peer that was started is up so soon: two round trips, and the start of its daemon."""

GIVE_UP_S = 8.0
BEGUN_S = 1.0
"""So long after its begin a flood is at its height."""

STEADY = 0.9
"""The share of the speech that must be heard."""

BUSY_MOST = 0.5
"""The share of a processor that the control thread may take."""


def first_message(station):
    """A first message as good as a recorded one: nothing in it says who made it.

    Any 32 bytes are a key of X25519, and any 768 numbers below 3329 one of ML-KEM.
    """
    pairs = ((secrets.randbelow(3329), secrets.randbelow(3329)) for _ in range(384))
    packed = b"".join((low | high << 12).to_bytes(3, "little") for low, high in pairs)
    head = bytes([1, 1, 1, 0, 0x20]) + secrets.token_bytes(3 + 32) + packed
    head += secrets.token_bytes(32)
    return head + station.identity.mac(head)


class Flood:
    """Three stations, and a stranger who has recorded what it sends."""

    def __init__(self, scene, rate):
        self.scene, self.rate = scene, rate
        self.kitchen, self.garage, self.office = scene.stations
        scene.introduce(self.kitchen, self.garage)
        scene.introduce(self.office, self.garage)
        self.file = scene.folder / "recorded"
        wire.write(self.file, [first_message(self.garage) for _ in range(M1S)])

    def start(self):
        self.scene.start()
        self.office.speak(TONE)

    @contextlib.contextmanager
    def flooded(self, sources):
        """The flood lasts as long as the context; gives a dict that has its figures at the end."""
        found, before = {}, self.garage.counters()
        sender = wire.send(self.garage, self.file, self.rate, sources=sources)
        try:
            time.sleep(BEGUN_S)
            yield found
        finally:
            found["rate"] = round(wire.sent(sender))
        after = self.garage.counters()
        for name in ("handshake_initiations", "cookies_sent", "half_open_evicted",
                     "handshake_dropped_full"):
            found[name] = after.get(name, 0) - before.get(name, 0)

    def restart(self):
        """Seconds until kitchen is up after its daemon was started; None: not within `GIVE_UP_S`.
        """
        self.kitchen.kill()
        start = time.monotonic()
        self.kitchen.begin()
        while time.monotonic() < start + GIVE_UP_S:
            if self.kitchen.is_with(self.garage):
                return time.monotonic() - start
            time.sleep(0.02)
        return None

    def heard_share(self):
        """The share of office's speech that garage plays."""
        self.garage.record()
        with self.office.talking():
            start, end = listen(1.5)
        return heard_share(self.garage.recorded(), start, end)

    def round(self, sources, tries):
        """One flood; returns its figures."""
        with self.flooded(sources) as found:
            found["shares"] = [self.heard_share()]
            found["times"] = [self.restart() for _ in range(tries)]
            found["shares"].append(self.heard_share())
        return found


def complaints(found):
    """What a round has that it should not."""
    late = [one for one in found["times"] if one is None or one > SECONDS_MOST]
    bad = []
    if len(late) * 20 > len(found["times"]):
        bad.append(f"{len(late)} of {len(found['times'])} restarts took more than "
                   f"{SECONDS_MOST:g} s")
    if min(found["shares"]) < STEADY:
        bad.append(f"of the speech {min(found['shares']):.0%} was heard")
    return bad


def line(sources, found):
    """A round in one line."""
    times = sorted(GIVE_UP_S if one is None else one for one in found["times"])
    place_95 = min(len(times) - 1, len(times) * 95 // 100)
    return (f"{sources} sources, {found['rate']}/s: up after {times[len(times) // 2]:.2f} s "
            f"(median), {times[place_95]:.2f} s (95 of 100), {times[-1]:.2f} s (worst of "
            f"{len(times)}); control thread {found['busy']:.1%} of a processor, "
            f"{found['waited']:.1%} waiting for one; heard "
            f"{', '.join(f'{one:.0%}' for one in found['shares'])}; "
            f"{found['handshake_initiations']} first messages, {found['cookies_sent']} cookies, "
            f"{found['handshake_dropped_full']} left in the kernel, "
            f"{found['half_open_evicted']} evicted")


def main():
    """Exit codes: 0 all well, 1 something was not."""
    parser = argparse.ArgumentParser(prog="tools/flood")
    parser.add_argument("--tries", type=int, default=100)
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--data", action="store_true")
    parser.add_argument("--slower", type=int, default=data.SLOWER)
    chosen = parser.parse_args()
    if chosen.data:
        return data.main(chosen.slower)
    bad = []
    with Scene("kitchen", "garage", "office") as scene:
        flood = Flood(scene, chosen.rate)
        flood.start()
        for sources in (1, 1000):
            before, start = process.turns(flood.garage.pid, "intercomd"), time.monotonic()
            found = flood.round(sources, chosen.tries)
            found["busy"], found["waited"] = (
                (now - then) / (time.monotonic() - start) for now, then in
                zip(process.turns(flood.garage.pid, "intercomd"), before))
            print(line(sources, found), flush=True)
            bad += complaints(found)
            if found["busy"] > BUSY_MOST:
                bad.append(f"the control thread took {found['busy']:.0%} of a processor")
            # The load ends five seconds after the last of it; the next round begins in calm.
            time.sleep(6)
        if not process.is_alive(flood.garage.process):
            bad.append("the daemon ended")
    for one in bad:
        print(f"flood: {one}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(tool.run("flood", main))
