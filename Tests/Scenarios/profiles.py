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
    from stage import speech, wav  # pylint: disable=import-outside-toplevel

    for number, (mouth, *_) in enumerate(PAIRS.values()):
        # Nobody says the same at the same moment.
        said.write(mouth, speech.talk(END + 2 + 9 * number)[9 * number * wav.RATE:])


def play(world):
    for profile, (mouth, ear, *_) in PAIRS.items():
        for one, other in ((mouth, ear), (ear, mouth)):
            world[one].sections["audio"]["profile"] = profile
            world[one].sections["talk"] = {"max-talk": "10m"}
            del world[one].sections["channel house"]
            world[one].sections["button ptt"]["talk"] = other
    world.start()
    world.live()
    world.until(BEGIN)
    for mouth, *_ in PAIRS.values():
        world[mouth].press()
    world.until(STEADY)
    for one in world.stations.values():
        world.counters(one)
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
    for profile, (mouth, ear, most, least) in PAIRS.items():
        found = judges.verdict(Talk(case, mouth, ear), start, end)
        case.need(found.delay_ms is not None, f"{profile}: nothing of it is heard")
        case.claim(found.recognised >= 0.9, f"{profile}: {found.recognised:.0%} of it is known "
                   "again, at least 90 %")
        case.claim(found.delay_ms <= most, f"{profile}: {found.delay_ms:.1f} ms from mouth to ear, "
                   f"95 % within {found.delay_p95_ms:.1f}, at most {most} in the middle")
        if found.pesq is None:
            case.note(f"{profile}: no scorer of speech here (tools/lab/scorer), so none is judged")
        else:
            case.claim(found.pesq >= least, f"{profile}: PESQ {found.pesq:.2f}, at least {least}")
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
    ("Sources/Audio/Profile.swift",
     "frameSamples: 480, blockSamples: 240, periodSamples: 240, periods: 3,",
     "frameSamples: 480, blockSamples: 240, periodSamples: 240, periods: 9,"),
)
