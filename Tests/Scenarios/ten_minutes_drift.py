"""Two whose cards are 100 ppm apart talk for ten minutes: no gap, and no growing delay."""

from uml import minutes
from uml.design import BLOCK, FRAME, TICK, WAY

OFTEN = False
STATIONS, SECONDS = minutes.STATIONS, minutes.SECONDS
prepare, controls = minutes.prepare, minutes.controls

PPM = {"kitchen": 50, "garage": -50}
# ms: what the two clocks come apart by while it is judged.
DRIFT = (minutes.END - minutes.STEADY) * 1000 * 100 / 1e6
# A block is held until so much of it is due; and by a tick of each card, twice.
MOST = WAY[1] + FRAME + 4 * TICK


def play(world):
    for name, ppm in PPM.items():
        world[name].run_card(ppm)
    minutes.play(world)


def judge(case):
    for mouth, ear in (STATIONS, STATIONS[::-1]):
        minutes.judge_delay(case, (mouth, ear), MOST, BLOCK + 2 * TICK,
                            (PPM[mouth], PPM[ear]))
        minutes.judge_made_up(case, ear)
        minutes.judge_counts(case, ear)
        stretched = case.counters(ear)["stretched_ms"] - case.counters(ear, 0)["stretched_ms"]
        # By whole pieces, up to a block: so much is between what was done and what is to be done.
        case.claim(abs(stretched - DRIFT) <= FRAME,
                   f"{ear} has made up for {stretched} ms of {DRIFT:.0f}")


MUTATIONS = (
    # The delay is left as it is.
    ("Sources/Audio/Playout/JitterBuffer+Delay.swift",
     "        guard case .playing = phase, invented == 0, let delay",
     "        guard case .waiting = phase, invented == 0, let delay"),
)
