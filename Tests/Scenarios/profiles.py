"""Speech in each profile: from mouth to ear as soon as promised, as good as promised, no xrun."""

OFTEN = False
PAIRS = {
    # profile: (who talks, who hears, ms from mouth to ear, PESQ-WB)
    "voice": ("attic", "cellar", 38, 4.25),
    "studio": ("loft", "vault", 25, 4.5),
    "lowpower": ("tower", "moat", 65, 3.9),
    "ultra": ("spire", "crypt", 18, 4.5),
}
STATIONS = tuple(name for pair in PAIRS.values() for name in pair[:2])
SECONDS = 900

BEGIN, STEADY, END = 1, 4, 60
"""Seconds: the keys go down, and what is judged."""


def prepare(said):
    # A guest, which plays, has no numpy.
    from uml import speech  # pylint: disable=import-outside-toplevel

    for mouth, samples in speech.speeches([mouth for mouth, *_ in PAIRS.values()], END):
        said.write(mouth, samples)


def play(world):
    for profile, (mouth, ear, *_) in PAIRS.items():
        for one, other in ((mouth, ear), (ear, mouth)):
            world[one].sections["audio"]["profile"] = profile
            world[one].sections["talk"] = {"max-talk": "10m"}
            world[one].talk_alone_to(other)
    world.start()
    world.live()
    world.until(BEGIN)
    for mouth, *_ in PAIRS.values():
        world[mouth].press()
    world.until(STEADY)
    world.count()
    world.until(END)
    world.count()


def judge(case):
    # A guest, which plays, has no numpy.
    from uml import speech  # pylint: disable=import-outside-toplevel

    for profile, (mouth, ear, most, least) in PAIRS.items():
        speech.judge(case, profile, mouth, ear, (STEADY, END), least=least, most=most)
        for name in (mouth, ear):
            case.claim(case.xruns(name) == 0, f"{profile}: {name} has {case.xruns(name)} xruns")


def controls(case):
    for profile, (mouth, ear, *_) in PAIRS.items():
        yield f"{profile}: nothing is heard", case.silent(ear)
        yield f"{profile}: it is heard 20 ms later", case.heard_later(ear, 20)
        yield f"{profile}: there is an xrun", case.with_line(
            mouth, "counters", **{**case.counters(mouth), "capture_xruns": 1})


MUTATIONS = (
    # The speaker's queue of `voice` is of nine periods.
    ("Sources/Audio/Codec/Profile.swift",
     "frameSamples: 480, blockSamples: 240, periodSamples: 240, periods: 3,",
     "frameSamples: 480, blockSamples: 240, periodSamples: 240, periods: 9,"),
)
