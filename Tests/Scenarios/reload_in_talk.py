"""A reload takes the pre-roll away in a talk: the microphone then rests between talks, and the
speaker goes on, also while the microphone starts.

The kernel's cards are linked with pre-roll and not without. Simulated cards know no links; the
system tests `reload` and `keys` claim the rest.
"""

OFTEN = False
STATIONS = ("kitchen", "garage")

HERTZ = {"kitchen": 500, "garage": 700}
TALKS = (("kitchen", 1.0, 3.0), ("garage", 4.0, 5.0))
"""Who talks, from and to which second."""
PRESSES = [6 + number * 1.0023 for number in range(10)]
"""So kitchen talks, without pre-roll, at several phases of the periods."""
HELD = 0.3
RELOAD = 2.0
AFTER = 0.15
"""Seconds until a talk is heard, at most. A new encoder begins a little softer, and the card stops
and starts for other settings: meanwhile nobody looks."""


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, PRESSES[-1] + 1))


def play(world):
    # With two periods queued the speaker runs dry where it gets nothing at some of the presses.
    world["kitchen"].sections["audio"] |= {"periods": "2"}
    world.start()
    world.live()
    acts = [(start, world[name].press) for name, start, _ in TALKS]
    acts += [(end, world[name].release) for name, _, end in TALKS]
    for at in PRESSES:
        acts += [(at, world["kitchen"].press), (at + HELD, world["kitchen"].release)]
    for at, act in sorted([*acts, (RELOAD, lambda: reload(world["kitchen"]))],
                          key=lambda one: one[0]):
        world.until(at)
        act()
    world.sleep(1)
    world.count()


def reload(station):
    station.sections.setdefault("talk", {})["preroll"] = "0"
    station.write_config()
    station.ask("reload")


def judge(case):
    for name, ear, start, end in (("kitchen", "garage", 1.0, RELOAD),
                                  ("kitchen", "garage", RELOAD, 3.0),
                                  ("garage", "kitchen", 4.0, 5.0)):
        level = case.faintest(ear, HERTZ[name], start + AFTER, end)
        case.claim(level > -16, f"{ear} hears {name} from {start:g} to {end:g} s, never below "
                   f"{level:.1f} dBFS")
    for name in STATIONS:
        xruns = case.xruns(name)
        case.claim(xruns == 0, f"no card of {name} runs dry ({xruns})")


def controls(case):
    for name in STATIONS:
        yield f"{name} hears nothing", case.silent(name)
    yield "a card runs dry", case.with_line("kitchen", "counters", capture_xruns=1)


MUTATIONS = (
    # The speaker stays linked to a microphone that will rest after the talk.
    ("Sources/Media/Cards/CardPair.swift", "if isLinked, !keepsCapturing {",
     "if isLinked, !keepsCapturing, !isCapturing {"),
    # The speaker waits for the microphone.
    ("Sources/Media/Cards/MediaLoop+Cards.swift",
     "if cards.master.source == .card(.capture) { playSound() }\n        } catch", "} catch"),
)
