"""A card that tells of its periods up to 5 ms late, at ten minutes of talk: nobody hears it."""

from uml import minutes
from uml.design import BLOCK, DATA, FRAME, TICK, WAY

OFTEN = False
STATIONS, SECONDS = minutes.STATIONS, minutes.SECONDS
prepare = minutes.prepare

JITTER = 5
FRAME_NS = FRAME * 1_000_000
# ms: what comes late is waited for, by the jitter buffer and by the speaker.
MOST = WAY[1] + 2 * JITTER + FRAME + 2 * TICK


def play(world):
    garage = world["garage"]
    garage.simulate_card()
    garage.card.do("jitter", JITTER)
    minutes.play(world)


def judge(case):
    # The microphone's card tells of its sound by and by: so packets leave.
    sent = [one.ns for one in case.sent_between("garage", "kitchen", minutes.STEADY, minutes.END)
            if one.size == DATA]
    phases = [(ns - sent[0]) % FRAME_NS for ns in sent]
    middle = sorted(phases)[len(phases) // 2] if phases else 0
    apart = sorted(((phase - middle + FRAME_NS // 2) % FRAME_NS) / 1e6 for phase in phases) or [0]
    # One in a hundred has no sound in it, and goes when it likes.
    spread = apart[len(apart) * 98 // 100] - apart[len(apart) * 2 // 100]
    case.claim(0.9 * JITTER <= spread <= JITTER + 2 * TICK,
               f"packets leave up to {spread:.2f} ms late, as the card's {JITTER} ms say")
    for mouth, ear in (STATIONS, STATIONS[::-1]):
        minutes.judge_delay(case, (mouth, ear), MOST, BLOCK + 2 * TICK)
        minutes.judge_made_up(case, ear)
        minutes.judge_counts(case, ear, dropped_late=None)


def controls(case):
    yield from minutes.controls(case)
    other = case.spoiled()
    other.packets = [one._replace(ns=one.ns // FRAME_NS * FRAME_NS) for one in case.packets]
    yield "its card is as punctual as any other", other


MUTATIONS = (
    # The delay is left as it is: the pre-roll is never caught up.
    ("Sources/Audio/Playout/JitterBuffer+Delay.swift",
     "        guard case .playing = phase, invented == 0, let delay",
     "        guard case .waiting = phase, invented == 0, let delay"),
)
