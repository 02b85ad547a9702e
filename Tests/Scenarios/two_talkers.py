"""Two people talk at once: a third hears both as loud as alone, they themselves only each other.

The third reads what came before each block, by when the kernel says it came; the clock of the day,
by which it says so, is set meanwhile.
"""

import time

from stage import process
from uml.design import DEBOUNCE, FRAME, QUEUED, TAIL, TICK

OFTEN = True
STATIONS = ("kitchen", "garage", "attic")
TONES = {"kitchen": 500, "garage": 1250}
LEVEL = -12.0
TALKS = {"kitchen": (1.0, 4.0), "garage": (2.0, 5.0)}
BOTH = 2.1, 3.0
# In 4 ms both tones, and the space between them, have whole cycles: one does not show as the other.
STEP = 0.004

# s: spans of one who talks and of two, and when the clock of the day jumps: at all moments of a
# block, so that packets wait meanwhile.
ONE, TWO = (1.2, 1.9), (2.3, 2.9)
JUMPS = [3.1 + 0.031 * number for number in range(20)]
DAY = 86_400 * 10**9
BLOCKS = 200
"""Blocks a second; each packet of two talkers would wake as often once more."""

# ms. The pre-roll is there at once: turn of the loop, block, queue of the speaker.
FIRST = (0, DEBOUNCE + 2 * FRAME + QUEUED + TICK)
# The frame in which the tail ends is the last: it is queued whole, and may wait for its block, and
# in the jitter buffer for another.
LAST = (TAIL + QUEUED + FRAME - TICK, TAIL + DEBOUNCE + QUEUED + 4 * FRAME + TICK)


def prepare(said):
    for name, hertz in TONES.items():
        said.write(name, said.tone(hertz, 7.0, LEVEL))


def play(world):
    world.start()
    world.live()
    world.until(1)
    world["kitchen"].press()
    counted(world, ONE)
    world.until(2)
    world["garage"].press()
    counted(world, TWO)
    right = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.monotonic_ns()
    for number, at in enumerate(JUMPS):
        world.until(at)
        off = 0 if number % 2 else -DAY
        time.clock_settime_ns(time.CLOCK_REALTIME, time.monotonic_ns() + right + off)
    world.until(4)
    world["kitchen"].release()
    world.until(5)
    world["garage"].release()
    world.until(6)
    world.count()


def counted(world, span):
    """Logs how often the third has waited, at both ends of a span."""
    for at in span:
        world.until(at)
        world.log("attic", "sleeps", count=process.sleeps(world["attic"].pid, "media"))


def edge(case, who, what):
    """The moment of a key, in s after zero."""
    return case.since_zero(case.entry(who, what))


def judge(case):
    for who, hertz in TONES.items():
        listeners = [name for name in STATIONS if name != who]
        for name in listeners:
            judge_voice(case, name, who, hertz)
        own = max(case.tone(who, hertz, at, at + 0.5) for at in (1.0, 2.0, 3.0, 4.0, 5.0))
        # What is left of the others' tones at this pitch lies some 50 dB below them.
        case.claim(own < -55, f"{who} does not hear itself ({own:.0f} dBFS)")
    judge_mix(case)
    judge_turns(case)
    for name in STATIONS:
        found = case.counters(name)
        odd = {what: count for what, count in found.items()
               if what.startswith("dropped") or what in ("frames_lost", "concealed_ms")}
        case.claim(not odd, f"{name} lost nothing and made nothing up ({odd})")


def judge_voice(case, name, who, hertz):
    """One voice in what a station hears: when, and how loud."""
    track = case.track(name, hertz, 0, 6.0, STEP)
    places = [place for place, level in enumerate(track) if level > LEVEL - 6]
    if not places:
        case.claim(False, f"{name} hears {who}")
        return
    first, last = places[0] * STEP, (places[-1] + 1) * STEP
    begin, end = edge(case, who, "press"), edge(case, who, "release")
    early, late = (first - begin) * 1e3, (last - end) * 1e3
    grain = STEP * 1e3
    case.claim(FIRST[0] <= early <= FIRST[1] + grain,
               f"{name} hears {who} {early:.0f} ms after its key (0 to {FIRST[1]})")
    case.claim(LAST[0] - grain <= late <= LAST[1] + grain,
               f"and until {late:.0f} ms after it was let go ({LAST[0]} to {LAST[1]})")
    case.need(last - first > 0.1, f"{name} hears {who} for {last - first:.3f} s")
    # But for its first and last step it is all there; in 20 ms, as an ear takes it.
    whole = case.track(name, hertz, first + STEP, last - STEP, 0.02)
    case.claim(abs(whole - LEVEL).max() <= 1,
               f"all the while within 1 dB of {LEVEL:.0f} dBFS "
               f"({whole.min():.2f} to {whole.max():.2f})")


def judge_mix(case):
    """The two together in the attic: no louder, no softer, and no more noise than both have."""
    for who, alone in (("kitchen", (1.2, 1.9)), ("garage", (4.3, 5.0))):
        one = case.tone("attic", TONES[who], *alone)
        two = case.tone("attic", TONES[who], *BOTH)
        case.claim(abs(one - two) <= 1, f"{who} in the mix is as loud as alone "
                   f"({two:.2f} and {one:.2f} dBFS)")
    tones = TONES.values()
    noise = [case.beside("attic", tones, *span) for span in ((1.2, 1.9), (4.3, 5.0))]
    sum_of_both = sum_of(noise)
    mixed = case.beside("attic", tones, *BOTH)
    case.claim(mixed <= sum_of_both + 3 and mixed < LEVEL - 30,
               f"beside the tones are {mixed:.1f} dBFS; alone {noise[0]:.1f} and {noise[1]:.1f}")
    peak = abs(case.span("attic", *BOTH)).max() / 32768
    case.claim(0.9 < peak / (2 * 10 ** (LEVEL / 20) * 2**0.5) < 1.1,
               f"the two peaks add up, unlimited ({peak:.2f} of full scale)")


def judge_turns(case):
    """One talker's packets wake the third between its blocks, those of two wait for them.

    One talker's packets may also come with the blocks, by when the stations have opened their
    cards: then there is none between them.
    """
    found = [(one.ns, one.figures["count"]) for one in case.entries("attic", "sleeps")]
    one, two = ((last[1] - first[1]) * 1e9 / (last[0] - first[0])
                for first, last in (found[:2], found[2:]))
    case.claim(one < 1.1 * BLOCKS or one > 1.4 * BLOCKS,
               f"one talker: attic wakes {one:.0f} times a second")
    case.claim(two < 1.1 * BLOCKS, f"two talkers: {two:.0f} times")


def sum_of(levels):
    """Of powers, in dB."""
    from math import log10  # pylint: disable=import-outside-toplevel
    return 10 * log10(sum(10 ** (level / 10) for level in levels))


def controls(case):
    yield "every packet wakes attic", case.with_last(
        "sleeps", lambda figures: {"count": figures["count"] + BLOCKS // 2})
    yield "attic hears nothing", case.silent("attic")


MUTATIONS = (
    # Each packet wakes the loop.
    ("Sources/Media/Listen/Intake.swift",
     "static let severalVoices = 2", "static let severalVoices = 9"),
    # What came by another time of day is believed.
    ("Sources/Media/Listen/MediaLoop+Listen.swift",
     "return max(turnBefore, min(now, readAt - inbox.waited(place)))",
     "return readAt - inbox.waited(place)"),
    # The last voice is heard alone.
    ("Sources/Audio/Mix/Mixer.swift",
     "sums[i] &+= Int32(samples[i]) }", "sums[i] = Int32(samples[i]) }"),
    # The limiter begins where two voices are loud, not where they are too loud.
    ("Sources/Audio/Mix/Mixer.swift",
     "let ceiling: Float = 32_767", "let ceiling: Float = 16_384"),
)
