"""Echo in a simulated room, through two whole stations.

The attic speaks; the cellar's loudspeaker plays it into a room, its microphone is open to the
attic, and what the attic hears of itself is the echo. Somebody in the cellar speaks too, for a
while; then the microphone is moved. What is heard without a canceller is the measure of what
each one takes away.
"""

import os
import tempfile
import time

import numpy

from stage import scene, speech, wav
from stage.talk import sleep_until

from . import room

FAR, DOUBLE, AGAIN, MOVED, END = 0.0, 14.0, 22.0, 26.0, 34.0
"""Seconds: the attic speaks throughout, the cellar from `DOUBLE` to `AGAIN`."""
ECHO_LEVEL, NEAR_LEVEL = -24.0, -27.0
"""dBFS RMS at the cellar's microphone: somebody there is 3 dB softer than the echo."""
CLIP = 8000
"""Where the loudspeaker that clips does so, softly, in steps of 16 bits."""
GOOD = 15.0
"""dB of echo gone from which a canceller counts as recovered."""
ROOMS = {"linear": {"noise": 10}, "clipping": {"noise": 10, "clip": CLIP},
         "noisy": {"noise": 140}}
SETTINGS = {"audio": {"duplex": "full", "period": "10ms", "periods": 2}}


def _level(samples):
    power = numpy.mean(numpy.square(samples.astype(numpy.float64)))
    return 10 * numpy.log10(power / 32768**2 + 1e-12)


def _leveled(samples, level):
    return samples * 10 ** ((level - _level(samples)) / 20)


def _voices(seconds):
    """Two people's speech, never the same sentence at once."""
    both = speech.talk(2 * seconds).astype(numpy.float64)
    half = len(both) // 2
    far, near = _leveled(both[:half], ECHO_LEVEL), _leveled(both[half:], NEAR_LEVEL)
    moment = numpy.arange(half) / wav.RATE
    near[(moment < DOUBLE) | (moment >= AGAIN)] = 0
    return far, near


class _Run:
    """What the attic heard: one kind of cellar, with or without each voice."""

    def __init__(self, folder, audio, place, *, has_far=True, has_near=True):
        os.makedirs(folder)
        far, self.near = _voices(END)
        cellar = {"sections": {"audio": {**SETTINGS["audio"], **audio}}}
        with scene.Scene(folder, ["attic", "cellar"], sections=SETTINGS,
                         each={"cellar": cellar}) as stations:
            stations.start()
            self._play(stations["attic"], stations["cellar"], place,
                       [far * has_far, self.near * has_near])

    def _play(self, attic, cellar, place, voices):
        gains = [room.write(os.path.join(cellar.folder, f"room{seed}.wav"), seed)
                 for seed in (1, 2)]
        cellar.card.do("room", os.path.join(cellar.folder, "room1.wav"), gains[0])
        cellar.card.do("noise", place["noise"])
        cellar.card.do("clip", place.get("clip", 0))
        paths = [os.path.join(cellar.folder, name) for name in ("far.wav", "near.wav")]
        for path, samples in zip(paths, voices):
            wav.write(path, samples)
        heard = os.path.join(cellar.folder, "heard.wav")
        recording = attic.card.record(heard)
        attic.press()
        cellar.press()
        before = cellar.status()["media"], time.monotonic_ns()
        said = attic.card.play(paths[0], at_ms=600)
        other = cellar.card.play(paths[1], at_ns=said.first_ns)
        sleep_until(said.first_ns + int(MOVED * 1e9))
        cellar.card.do("room", os.path.join(cellar.folder, "room2.wav"), gains[1])
        said.wait(END + 10)
        other.wait(10)
        self.status = cellar.status()
        self.processor = 100 * (self.status["media"]["cpu_ns"] - before[0]["cpu_ns"]) / (
            time.monotonic_ns() - before[1])
        recording.stop()
        first = max(0, (said.first_ns - recording.first_ns) * wav.RATE // 10**9)
        self.heard = wav.read(heard)[first:].astype(numpy.float64)

    def level(self, begin, end):
        """dBFS RMS of some seconds of the scene."""
        return _level(self.heard[int(begin * wav.RATE):int(end * wav.RATE)])

    def voice(self):
        """How much of the cellar's voice is in what was heard, as a ratio."""
        said = found = 0.0
        # Short parts: what a jitter buffer stretches between them does not count as lost.
        part, reach, size = wav.RATE // 4, wav.RATE // 4, 1 << 16
        for begin in range(int((DOUBLE + 0.5) * wav.RATE), int((AGAIN - 1) * wav.RATE), part):
            near = self.near[begin:begin + part]
            heard = self.heard[begin:begin + part + reach]
            product = numpy.fft.irfft(
                numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(near, size)), size)
            found += numpy.max(product[:reach])
            said += numpy.dot(near, near)
        return found / said


def _gone(without, canceller, begin, end):
    return round(without.level(begin, end) - canceller.level(begin, end), 1)


def _recovery(without, canceller):
    """Seconds after the microphone was moved until the echo stays gone; None: it does not."""
    step = 0.25
    last = None
    for part in range(int((END - MOVED - 1) / step)):
        begin = MOVED + 0.1 + part * step
        # Between two words there is no echo to judge by.
        if without.level(begin, begin + 0.5) < ECHO_LEVEL - 15:
            continue
        if _gone(without, canceller, begin, begin + 0.5) < GOOD:
            last = begin + 0.5 - MOVED
    return 0.0 if last is None else round(last, 2) if last < END - MOVED - 1 else None


def _measure(folder, name, place, near):
    without = _Run(os.path.join(folder, f"{name}-off"), {}, place, has_near=False)
    canceller = _Run(os.path.join(folder, f"{name}-on"), {"echo": "on"}, place)
    status = canceller.status
    return {
        "scene": name,
        "erle_early_db": _gone(without, canceller, 2, 5),
        "erle_far_db": _gone(without, canceller, 5, DOUBLE),
        "erle_after_double_talk_db": _gone(without, canceller, AGAIN + 0.5, MOVED),
        "erle_after_path_change_db": _gone(without, canceller, MOVED + 2, END - 0.5),
        "recovery_s": _recovery(without, canceller),
        "near_gain_db": round(20 * float(numpy.log10(canceller.voice() / near)), 1),
        "own_estimate_db": status["audio"]["echo_reduction_db"],
        "processor_percent": round(canceller.processor, 1),
        "processor_without_percent": round(without.processor, 1),
        "heap_calls": status["media"]["heap_calls"],
    }


PHRASES = 40
HANG = 0.3


def _phrases():
    """Many short talkspurts in a room with noise 15 dB below; where each is, in seconds."""
    said = speech.talk(PHRASES * 1.2 + 1).astype(numpy.float64)
    parts, places, begin = [wav.silence(1.5)], [], 1.5
    for number in range(PHRASES):
        part = said[int(number * 1.2 * wav.RATE):int((number + 1) * 1.2 * wav.RATE)]
        parts += [_leveled(part, -35.0), wav.silence(1.4)]
        places.append((begin, begin + 1.2))
        begin += 1.2 + 1.4
    return numpy.concatenate(parts), places


def _vox(folder):
    """How many of the talkspurts open the microphone, and how often something else does."""
    os.makedirs(folder)
    sound, places = _phrases()
    with scene.Scene(folder, ["attic", "cellar"], sections=SETTINGS) as stations:
        stations["cellar"].sections["button ptt"] = {
            "mode": "vox", "talk": "house", "vox-hang": f"{HANG}s"}
        stations.start()
        card, cellar = stations["cellar"].card, stations["cellar"]
        # White noise of -50 dBFS.
        card.do("noise", 179)
        path = os.path.join(folder, "said.wav")
        wav.write(path, sound)
        time.sleep(2)
        said = card.play(path, at_ms=300)
        open_at = []
        while (moment := (time.monotonic_ns() - said.first_ns) / 1e9) < len(sound) / wav.RATE:
            open_at.append((moment, cellar.status()["microphone"]["open"]))
            time.sleep(0.02)
        heap_calls = cellar.status()["media"]["heap_calls"]
    starts = [now for (_, was), (now, is_open) in zip(open_at, open_at[1:])
              if is_open and not was]
    missed = sum(not any(begin <= now <= end for now, is_open in open_at if is_open)
                 for begin, end in places)
    wrong = sum(not any(begin - 0.1 <= now <= end + HANG for begin, end in places)
                for now in starts)
    return {"scene": "vox", "talkspurts": len(places), "missed": missed,
            "false_openings": wrong, "minutes": round(len(sound) / wav.RATE / 60, 2),
            "heap_calls": heap_calls}


def run(_options):
    """Prints the table and returns its figures, a dictionary for each kind of room."""
    print("Echo in a room of 0.35 s, the microphone 12 cm from the speaker, as loud as it; dB gone")
    print()
    print(f"  {'':<10}{'2-5 s':>8}{'5-14 s':>8}{'after both':>12}{'after move':>12}"
          f"{'recovered':>11}{'near voice':>12}{'heap calls':>12}")
    found = []
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="intercom-echo-", dir=memory) as folder:
        quiet = _Run(os.path.join(folder, "near"), {}, ROOMS["linear"], has_far=False)
        near = quiet.voice()
        for name, place in ROOMS.items():
            one = _measure(folder, name, place, near)
            found.append(one)
            recovery = one["recovery_s"]
            print(f"  {name:<10}{one['erle_early_db']:>8.1f}{one['erle_far_db']:>8.1f}"
                  f"{one['erle_after_double_talk_db']:>12.1f}"
                  f"{one['erle_after_path_change_db']:>12.1f}"
                  f"{'never' if recovery is None else f'{recovery:.2f} s':>11}"
                  f"{one['near_gain_db']:>12.1f}{one['heap_calls'] or 0:>12}", flush=True)
        vox = _vox(os.path.join(folder, "vox"))
    print()
    print(f"  vox at 15 dB of signal to noise: {vox['missed']} of {vox['talkspurts']} talkspurts"
          f" missed, {vox['false_openings']} false openings in {vox['minutes']:.1f} minutes")
    print()
    return [*found, vox]
