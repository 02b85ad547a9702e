"""Speech that opens a key: how many talkspurts do not, and how often something else does.

It makes no sound: real prompts in noises of four colours, 15 dB below them, go through the daemon's
own detector (VoxProbe).
"""

import concurrent.futures
import os
import subprocess

import numpy

from stage import measure, place, speech, wav

LEVEL, NOISE = -35.0, -50.0
"""dBFS RMS of each talkspurt, and of the noise at all times."""
MINUTES = 10
"""In each colour."""
THRESHOLD, HANG, BLOCK = 8, 0.5, 240
"""As a key has them when nothing is set (dB, s), and a block of the profile `voice`."""
LINGER = 1.0
"""s: a pause that is longer than the hang and this must close the key."""
PREROLL = 0.2
"""s: what was said so long before the key opened is heard, too."""
SHORTEST, LONGEST = 0.4, 6.0
"""s: a prompt of that length is a talkspurt."""
COLOURS = {"white": 0, "pink": 1, "brown": 2, "blue": -1}
"""By how many times 3 dB an octave the noise falls."""
MISSED_GOAL, FALSE_GOAL = 2.0, 1.0
"""Per cent of the talkspurts, and a minute."""


def _prompts():
    """All of the one speaker that are talkspurts."""
    names = sorted(os.path.splitext(name)[0] for name in os.listdir(speech.FOLDER)
                   if name.endswith(".g722"))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(speech.prompt, names))
    return [one for one in found if SHORTEST <= len(one) / wav.RATE <= LONGEST]


def noise(colour, count, seed):
    """Noise of one colour from 40 Hz to 16 kHz, at `NOISE`."""
    spectrum = numpy.fft.rfft(numpy.random.default_rng(seed).standard_normal(count))
    hertz = numpy.fft.rfftfreq(count, 1 / wav.RATE)
    spectrum[(hertz < 40) | (hertz > 16000)] = 0
    spectrum *= numpy.maximum(hertz, 40) ** (-COLOURS[colour] / 2)
    return measure.leveled(numpy.fft.irfft(spectrum, count), NOISE)


def scene_of(prompts, colour, seed):
    """(samples, where each talkspurt is, in s): prompts by chance, pauses of 1.5 to 4 s."""
    chance = numpy.random.default_rng(seed)
    sound = numpy.zeros(MINUTES * 60 * wav.RATE)
    places, at = [], 3 * wav.RATE
    while True:
        part = measure.leveled(prompts[chance.integers(len(prompts))], LEVEL)
        if at + len(part) + wav.RATE > len(sound):
            break
        sound[at:at + len(part)] = part
        places.append((at / wav.RATE, (at + len(part)) / wav.RATE))
        at += len(part) + int(chance.uniform(1.5, 4.0) * wav.RATE)
    for start in range(0, len(sound), 60 * wav.RATE):
        part = sound[start:start + 60 * wav.RATE]
        part += noise(colour, len(part), seed + 1000 + start)
    return sound, places


def openings(samples):
    """[(from, to)] in s: when a key that listens to it is open."""
    program = os.path.join(os.environ["INTERCOM_PROBES"], "VoxProbe")
    done = subprocess.run(
        [program, str(THRESHOLD), str(round(1000 * HANG)), str(BLOCK)],
        input=numpy.rint(samples).clip(-32768, 32767).astype("<i2").tobytes(),
        capture_output=True, check=False)
    if done.returncode != 0:
        raise place.StageError(f"VoxProbe: {done.stderr.decode().strip()}")
    return [tuple(int(word) / wav.RATE for word in line.split())
            for line in done.stdout.decode().splitlines()]


def judge(places, spans):
    """(talkspurts that never opened it, those whose beginning is lost, openings at nothing).

    A key that does not close in a long pause has been opened at nothing, too.
    """
    missed = sum(not any(start < end and stop > begin for start, stop in spans)
                 for begin, end in places)
    late = sum(not any(start < begin + PREROLL and stop > begin for start, stop in spans)
               for begin, end in places) - missed
    wrong = sum(not any(begin - 0.1 <= start <= end + HANG for begin, end in places)
                for start, _ in spans)
    wrong += sum(begin - end >= HANG + LINGER
                 and any(start < end and stop >= begin - 0.1 for start, stop in spans)
                 for (_, end), (begin, _) in zip(places, [*places[1:], (float("inf"), 0)]))
    return missed, late, wrong


def _soundless(prompts, colour, seed):
    samples, places = scene_of(prompts, colour, seed)
    # Both judges must be able to say no.
    silent = judge(places, openings(numpy.zeros(len(samples))))
    nothing = judge([], openings(samples))
    stuck = judge(places, [(0, float("inf"))])
    if silent[0] != len(places) or nothing[2] == 0 or stuck[2] < 2:
        raise place.StageError(f"the judge of vox is blind: {silent}, {nothing}, {stuck}")
    return _row(colour, judge(places, openings(samples)), len(places))


def _row(name, counts, talkspurts):
    missed, late, wrong = counts
    return {"scene": name, "talkspurts": talkspurts, "missed": missed, "late": late,
            "false_openings": wrong, "minutes": MINUTES,
            "missed_percent": round(100 * missed / talkspurts, 2),
            "false_per_minute": round(wrong / MINUTES, 2),
            "met": 100 * missed <= MISSED_GOAL * talkspurts and wrong <= FALSE_GOAL * MINUTES}


def run(_options):
    """Prints the table and returns its figures, a dictionary for each colour."""
    print(f"Vox: speech of {LEVEL:g} dBFS in noise of {NOISE:g}; at most {MISSED_GOAL:g} % missed, "
          f"{FALSE_GOAL:g} false opening a minute")
    print()
    print(f"  {'':<10}{'talkspurts':>12}{'missed':>8}{'begun late':>12}{'false':>7}{'minutes':>9}")
    prompts = _prompts()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda one: _soundless(prompts, one[1], 100 + one[0]),
                             enumerate(COLOURS)))
    for row in rows:
        print(f"  {row['scene']:<10}{row['talkspurts']:>12}{row['missed']:>8}{row['late']:>12}"
              f"{row['false_openings']:>7}{row['minutes']:>9.1f}"
              f"   {'ok' if row['met'] else 'MISSED'}")
    print()
    return rows
