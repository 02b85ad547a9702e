"""Three xruns a minute at each of two who talk for ten minutes: each costs itself, and no more."""

from uml import minutes
from uml.design import BLOCK, FRAME, TICK, WAY

OFTEN = False
STATIONS, SECONDS = minutes.STATIONS, minutes.SECONDS
prepare, controls = minutes.prepare, minutes.controls

EVERY = 20
AFTER = {"kitchen": 5.0, "garage": 15.0}
"""Seconds: each stands still every twenty, at moments of its own."""
STILL = (0.02, 0.03, 0.05, 0.08)
"""For so long, in turn: more than what is queued for the speaker."""
SETTLED = 3.0
"""Seconds after one in which the delay is not looked at."""
# ms: the periods of two cards fall anew after each.
MOST = WAY[1] + FRAME + 4 * TICK


def moments():
    """[(second, name, for how long)] in order."""
    found = [(minutes.STEADY + number * EVERY + after, name, STILL[number % len(STILL)])
             for name, after in AFTER.items() for number in range(minutes.MINUTES * 60 // EVERY)]
    return sorted(one for one in found if one[0] < minutes.END - 2)


def play(world):
    minutes.play(world, freeze)


def freeze(world):
    """Each stands still now and then."""
    for second, name, still in moments():
        world.until(second)
        world[name].freeze()
        world.sleep(still)
        world[name].thaw()


def judge(case):
    around = [(second - 1, second + SETTLED) for second, _, _ in moments()]
    for mouth, ear in (STATIONS, STATIONS[::-1]):
        minutes.judge_delay(case, (mouth, ear), MOST, BLOCK + 2 * TICK, leave_out=around)
        mine = [still for _, name, still in moments() if name == ear]
        others = [still for _, name, still in moments() if name == mouth]
        xruns = case.xruns(ear)
        case.claim(xruns == len(mine), f"{ear} counts {xruns} of {len(mine)} xruns")
        # What it lost itself it does not make up, but for what came meanwhile and is too old.
        minutes.judge_made_up(case, ear, 1000 * sum(others))
        gone = [one for one in ("peer_up", "peer_down", "peer_lost")
                for entry in case.entries(ear, one) if entry.ns > case.zero]
        case.claim(not gone, f"{ear} keeps its session ({gone})")


MUTATIONS = (
    # What the card lost is no time to whoever hears it.
    ("Sources/Media/Talk/Talks.swift",
     "spurts[target].lose(lost, before:", "spurts[target].lose(lost * 0, before:"),
)
