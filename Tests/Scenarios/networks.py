"""Speech over networks that lose, and that let packets overtake each other: how good it stays.

Six pairs at once, each over a network of its own, which is as bad both ways; the first seconds, in
which the talker has yet to learn of the loss, are left out.
"""

OFTEN = False
PAIRS = {
    # network: (who talks, who hears, what badnet does, PESQ-WB, ms from mouth to ear at most)
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
    from uml import speech  # pylint: disable=import-outside-toplevel

    for mouth, samples in speech.speeches([mouth for mouth, *_ in PAIRS.values()], END):
        said.write_round(mouth, samples, END)


def play(world):
    badnets = []
    for number, (mouth, ear, *_) in enumerate(PAIRS.values()):
        world[mouth].simulate_card()
        badnets.append(world.badnet(mouth, ear, seed=100 + number))
        for one, other in ((mouth, ear), (ear, mouth)):
            world[one].sections["talk"] = {"max-talk": "10m"}
            world[one].talk_alone_to(other)
    world.start()
    world.live()
    for badnet, (_, _, weather, *_) in zip(badnets, PAIRS.values()):
        for words in weather:
            badnet.do(*words)
    world.until(BEGIN)
    for mouth, *_ in PAIRS.values():
        world[mouth].press()
    world.until(END)
    world.count()


def judge(case):
    # A guest, which plays, has no numpy.
    from uml import speech  # pylint: disable=import-outside-toplevel

    for network, (mouth, ear, _, least, most) in PAIRS.items():
        speech.judge(case, network, mouth, ear, (STEADY, END), least=least, most=most)
        case.claim(case.xruns(ear) == 0, f"{network}: {ear} has {case.xruns(ear)} xruns")


def controls(case):
    for network, (_, ear, *_) in PAIRS.items():
        yield f"{network}: nothing is heard", case.silent(ear)
        yield f"{network}: it is heard 100 ms later", case.heard_later(ear, 100)


MUTATIONS = (
    # No report is ever acted on.
    ("Sources/Station/Switchboard/LossProtection.swift",
     "            act(at: now)\n            waiting = report", "            waiting = nil"),
)
