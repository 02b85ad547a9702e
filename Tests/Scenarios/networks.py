"""Speech over networks that lose, and that let packets overtake each other: how good it stays.

Six pairs at once, each over a network of its own, which is as bad both ways; the first seconds, in
which the talker has yet to learn of the loss, are not judged.
"""

OFTEN = False
PAIRS = {
    # network: (who talks, who hears, what the relay does, PESQ-WB, ms from mouth to ear at most)
    "2 % lost": ("attic", "cellar", [("loss", "both", 2, 1)], 4.2, 90),
    "5 % lost": ("loft", "vault", [("loss", "both", 5, 1)], 4.2, 90),
    "10 % lost": ("tower", "moat", [("loss", "both", 10, 1)], 4.2, 90),
    "20 % lost": ("spire", "crypt", [("loss", "both", 20, 1)], 4.0, 120),
    "10 % lost, 3 in a row": ("gable", "pit", [("loss", "both", 10, 3)], 3.3, 150),
    "0-40 ms late, reordered": ("dome", "well", [("delay", "both", 0, 40, "free")], 4.1, 90),
}
STATIONS = tuple(pair[1] for pair in PAIRS.values()) + tuple(pair[0] for pair in PAIRS.values())
"""The first have cards of the kernel's, the others simulated ones."""
SECONDS = 900

BEGIN, STEADY, END = 1, 9, 73
"""Seconds: the keys go down, and what is judged: 64 s."""


def prepare(said):
    # A guest, which plays, has no numpy.
    from stage import speech, wav  # pylint: disable=import-outside-toplevel

    for number, (mouth, *_) in enumerate(PAIRS.values()):
        # Nobody says the same at the same moment.
        said.write_round(mouth, speech.talk(END + 2 + 9 * number)[9 * number * wav.RATE:], END)


def play(world):
    relays = []
    for number, (mouth, ear, *_) in enumerate(PAIRS.values()):
        world[mouth].simulate_card()
        relays.append(world.relay(mouth, ear, seed=100 + number))
        for one, other in ((mouth, ear), (ear, mouth)):
            world[one].sections["talk"] = {"max-talk": "10m"}
            del world[one].sections["channel house"]
            world[one].sections["button ptt"]["talk"] = other
    world.start()
    world.live()
    for relay, (_, _, weather, *_) in zip(relays, PAIRS.values()):
        for words in weather:
            relay.do(*words)
    world.until(BEGIN)
    for mouth, *_ in PAIRS.values():
        world[mouth].press()
    world.until(END)
    for one in world.stations.values():
        world.counters(one)


class Talk:
    """What a judge of talks looks at."""

    def __init__(self, case, mouth, ear):
        self.said, self.heard = case.said(mouth), case.heard(ear)


def judge(case):
    from bench import judge as judges  # pylint: disable=import-outside-toplevel

    start, end = (case.zero + second * 10**9 for second in (STEADY, END))
    for network, (mouth, ear, _, least, most) in PAIRS.items():
        found = judges.verdict(Talk(case, mouth, ear), start, end)
        case.need(found.delay_ms is not None, f"{network}: nothing of it is heard")
        case.claim(found.recognised >= 0.9, f"{network}: {found.recognised:.0%} of it is known "
                   "again, at least 90 %")
        case.claim(found.delay_ms <= most, f"{network}: {found.delay_ms:.1f} ms from mouth to ear, "
                   f"95 % within {found.delay_p95_ms:.1f}, at most {most} in the middle")
        if found.pesq is None:
            case.note(f"{network}: no scorer of speech here (tools/lab/scorer), so none is judged")
        else:
            case.claim(found.pesq >= least, f"{network}: PESQ {found.pesq:.2f}, at least {least}")
        case.claim(case.xruns(ear) == 0, f"{network}: {ear} has {case.xruns(ear)} xruns")


def controls(case):
    for network, (_, ear, *_) in PAIRS.items():
        yield f"{network}: nothing is heard", case.silent(ear)
        yield f"{network}: it is heard 100 ms later", case.heard_later(ear, 100)


MUTATIONS = (
    # No report is ever acted on.
    ("Sources/Intercomd/Protection.swift",
     "        act(at: now)\n        waiting = report", "        waiting = nil"),
)
