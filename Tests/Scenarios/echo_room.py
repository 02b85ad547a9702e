"""Echo of a room, both speaking, the microphone moved, a speaker that clips: what the other hears.

Five pairs at once, in each the same words and walls: the first speaks through the loudspeaker of
the second, whose microphone hears that and somebody there (stage.duet). No pair hears another.
"""

from stage.duet import (
    CLIP, DOUBLE, ECHO_LEVEL, END, GOALS, MOVED, NEAR_GOAL, RECOVERY_GOAL)

OFTEN = False
PAIRS = {
    # name: (who is far, who is near, whether the echo is cancelled, whether the speaker clips)
    "linear": ("attic", "cellar", True, False),
    "linear, not cancelled": ("loft", "vault", False, False),
    "clipping": ("tower", "moat", True, True),
    "clipping, not cancelled": ("spire", "crypt", False, True),
}
ALONE = ("gable", "pit")
"""Nobody is far: what the near voice is without anything taken away."""
STATIONS = tuple(pair[0] for pair in (*PAIRS.values(), ALONE)) + tuple(
    pair[1] for pair in (*PAIRS.values(), ALONE))
SECONDS = 900

ROUND, PROFILE = 1, "voice"
"""Which words and walls, and how they speak."""
NOISE = 10
"""Of the microphone, in steps of 16 bits."""


def prepare(said):
    # A guest, which plays, has no numpy.
    from stage import echoes  # pylint: disable=import-outside-toplevel

    far, near = echoes.voices(ROUND)
    for first, second, is_cancelled, _ in PAIRS.values():
        said.write(first, far)
        said.write_round(second, near if is_cancelled else 0 * near, END)
    said.write_round(ALONE[1], near, END)
    said.write_walls(2 * ROUND + 1, 2 * ROUND + 2)


def play(world):
    for one in world.stations.values():
        one.sections["audio"]["profile"] = PROFILE
    for first, second, is_cancelled, _ in [*PAIRS.values(), (*ALONE, False, False)]:
        world[second].simulate_card()
        world[second].sections["audio"]["echo"] = "on" if is_cancelled else "off"
        for one, other in ((first, second), (second, first)):
            world[one].talk_alone_to(other)
    world.start()
    for _, name, _, clips in PAIRS.values():
        world[name].stand(0)
        world[name].card.do("noise", NOISE)
        world[name].card.do("clip", CLIP if clips else 0)
    for one in world.stations.values():
        one.press()
    world.live()
    world.until(MOVED)
    for _, name, _, _ in PAIRS.values():
        world[name].stand(1)
    world.until(END)
    world.count()


def judge(case):
    # A guest, which plays, has no numpy.
    from stage import echoes  # pylint: disable=import-outside-toplevel

    near = case.said(ALONE[1]).samples

    def heard(name):
        return echoes.Heard(case.heard(name).samples, near)

    alone = heard(ALONE[0])
    for name, least in GOALS.items():
        cancelled, without = heard(PAIRS[name][0]), heard(PAIRS[f"{name}, not cancelled"][0])
        echo = without.level(5, DOUBLE)
        case.claim(echo >= ECHO_LEVEL - 3,
                   f"{name}: without a canceller the echo is heard at {echo:.1f} dBFS")
        found = echoes.gone_by_part(without, cancelled)
        case.claim(found["erle_far_db"] >= least, f"{name}: {found['erle_far_db']} dB of the echo "
                   f"are gone after 5 s, at least {least:g} ({found})")
        after = found["erle_after_path_change_db"]
        case.claim(after >= least, f"{name}: {after} dB of it are gone 2 s after the microphone "
                   f"was moved, at least {least:g}")
        gain = echoes.near_gain(cancelled, alone)
        case.claim(gain >= NEAR_GOAL,
                   f"{name}: the near voice has {gain:+} dB, at least {NEAR_GOAL:g}")
        seconds = echoes.recovery(without, cancelled)
        case.claim(seconds is not None and seconds <= RECOVERY_GOAL, f"{name}: a moved microphone "
                   f"is known after {seconds} s, at most {RECOVERY_GOAL:g}")
    for name in STATIONS:
        case.claim(case.xruns(name) == 0, f"{name} has {case.xruns(name)} xruns")


def controls(case):
    for name in GOALS:
        first, _, _, _ = PAIRS[name]
        yield f"{name} is not cancelled", case.hearing(
            first, PAIRS[f"{name}, not cancelled"][0])
        yield f"{name} is half duplex", case.silent(first)
    yield "nothing is played where it is not cancelled", case.silent(
        PAIRS["linear, not cancelled"][0])


MUTATIONS = (
    # The canceller is told of what was played 0.1 s too late.
    ("Sources/Audio/Capture/CaptureChain.swift",
     "reference.sample(at: position + i)", "reference.sample(at: position + i - 4_800)"),
)
