"""Cards 100 ppm too fast and too slow play two minutes of talk: no gap, and no growing delay."""

from uml.design import FRAME, TICK, WAY

OFTEN = False
STATIONS = ("kitchen", "garage", "attic")
SECONDS = 600

PPM = {"garage": 100, "attic": -100}
BEGIN, STEADY, END = 1, 10, 130
# ms: what the two clocks come apart by while it is steady, and a tick of both cards.
DRIFT = (END - STEADY) * 1000 * 100 / 1e6
TICKS = 2 * TICK


def prepare(said):
    said.write("kitchen", said.syllables(END + 1, seed=21))


def play(world):
    for name, ppm in PPM.items():
        world[name].run_card(ppm)
    for one in world.stations.values():
        one.sections["talk"] = {"max-talk": "10m", "cover": "off"}
    world.start()
    world.live()
    world.until(BEGIN)
    world["kitchen"].press()
    for at in (STEADY, END):
        world.until(at)
        for one in world.stations.values():
            world.counters(one)
    world["kitchen"].release()
    world.sleep(1)


def judge(case):
    for name, ppm in PPM.items():
        judge_card(case, name, ppm)
        judge_delay(case, name, ppm)
        judge_counts(case, name)


def judge_card(case, name, ppm):
    """Whether it ran as it was told to."""
    first, last = (case.entry(name, "counters", which) for which in (0, 1))
    frames = grown(case, name, "frames_captured")
    wanted = (last.ns - first.ns) / 1e7 * (1 + ppm / 1e6)
    case.claim(abs(frames - wanted) <= 1,
               f"the card of {name} gave {frames} frames ({wanted:.1f} at {ppm:+} ppm)")


def judge_delay(case, name, ppm):
    """The delay in the time of the world: what was heard is in the time of the card."""
    found = []
    for at in range(STEADY, END - 1):
        for delay in case.delays("kitchen", name, at, at + 0.5):
            # The loudspeaker's n-th sample sounds 1/(1 + ppm) sooner.
            found.append(delay - (at * 1000 + delay) * ppm / 1e6)
    case.claim(len(found) >= (END - 1 - STEADY) - 2,
               f"{name} hears {len(found)} of {END - 1 - STEADY} half seconds as they were said")
    if not found:
        return
    case.claim(max(found) - min(found) <= FRAME + 2 * TICKS,
               f"from mouth to ear {min(found):.1f} to {max(found):.1f} ms: it wanders by "
               f"{max(found) - min(found):.1f} (a block and four ticks; alone it would drift by "
               f"{DRIFT:.0f} ms, and on)")
    case.claim(WAY[0] - TICKS <= min(found) and max(found) <= WAY[1] + 2 * TICKS,
               f"and is the way itself, and a block at most: {min(found):.1f} to "
               f"{max(found):.1f} ms of {WAY[0]} to {WAY[1]}")


def judge_counts(case, name):
    """What was done about it."""
    last = case.counters(name)
    for what in ("concealed_ms", "frames_lost", "dropped_late", "capture_xruns", "playback_xruns"):
        case.claim(last[what] == 0, f"{name}: {what} {last[what]}")
    stretched = grown(case, name, "stretched_ms")
    # By whole pieces, up to a block: so much is between what was done and what is to be done.
    case.claim(DRIFT - FRAME <= stretched <= DRIFT + FRAME,
               f"{name} has made up for {stretched} ms of {DRIFT:.0f}")


def grown(case, name, what):
    """What was counted while it was steady."""
    return case.counters(name, 1)[what] - case.counters(name, 0)[what]


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "attic hears nothing", case.silent("attic")


MUTATIONS = (
    # The delay is left as it is.
    ("Sources/Audio/Playout/JitterBuffer+Playout.swift",
     "        guard case .playing = phase, invented == 0, let delay",
     "        guard case .waiting = phase, invented == 0, let delay"),
    # The next block is mixed in the middle of a period, before what arrives by its end.
    ("Sources/Media/Loop/Woken.swift",
     "card || timer && master == .timer", "card || timer || commands"),
)
