"""A reload in the middle of a talk changes bitrate and pre-roll, and everybody goes on being heard.
"""

from uml.design import TAIL

OFTEN = False
STATIONS = ("kitchen", "garage")

HERTZ = {"kitchen": 500, "garage": 700}
RELOADS = ((2.0, "audio", "bitrate", "64k"), (3.0, "talk", "preroll", "0"),
           (7.5, "talk", "preroll", "60ms"))
TALKS = (("kitchen", 1.0, 4.0), ("garage", 5.0, 6.0), ("kitchen", 7.0, 8.0), ("garage", 9.0, 10.0))
"""Who talks, from and to which second."""
AFTER = 0.15
"""Seconds until a talk is heard, at most: half of it is the pre-roll. And so long nobody looks
after a new pre-roll, for which the card stops and starts: a frame or two are lost."""
STARTS, LOST = 2, 2


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, 11))


def play(world):
    world.start()
    world.live()
    acts = [(start, world[name].press, ()) for name, start, _ in TALKS]
    acts += [(end, world[name].release, ()) for name, _, end in TALKS]
    acts += [(at, reload, (world, world["kitchen"], *words)) for at, *words in RELOADS]
    for at, act, words in sorted(acts, key=lambda one: one[0]):
        world.until(at)
        act(*words)
    world.sleep(1)
    for one in world.stations.values():
        world.counters(one)


def reload(world, station, section, key, value):
    station.sections.setdefault(section, {})[key] = value
    station.write_config()
    world.log("world", "setting", key=key, value=value)
    station.ask("reload")


def judge(case):
    done = [one.figures["key"] for one in case.entries("world", "setting")]
    case.claim(done == [key for _, _, key, _ in RELOADS], f"the reloads of one talk: {done}")
    breaks = [at for at, _, key, _ in RELOADS if key == "preroll"]
    for name, start, end in TALKS:
        ear = "garage" if name == "kitchen" else "kitchen"
        marks = [start, *(at for at in breaks if start < at < end and name == "kitchen")]
        level = min(case.faintest(ear, HERTZ[name], at + AFTER, until + TAIL / 1e3)
                    for at, until in zip(marks, [at - TAIL / 1e3 for at in marks[1:]] + [end]))
        # A new encoder begins a little softer.
        case.claim(level > -16, f"{ear} hears {name} from {start:g} to {end:g} s, never below "
                   f"{level:.1f} dBFS")
    for name in STATIONS:
        lost = {what: case.counters(name)[what] for what in
                ("concealed_ms", "frames_lost", "capture_xruns", "playback_xruns")}
        most = LOST * STARTS if name == "garage" else 0
        case.claim(lost.pop("frames_lost") <= most and lost.pop("concealed_ms") <= 10 * most
                   and not any(lost.values()),
                   f"{name} has lost {most} frames at most, and nothing else: {lost}")


def controls(case):
    for name in STATIONS:
        yield f"{name} hears nothing", case.silent(name)
    yield "kitchen has lost frames", case.with_line("kitchen", "counters", frames_lost=9)


MUTATIONS = (
    # The speaker stays linked to a microphone that will rest after the talk.
    ("Sources/Media/Cards/CardPair.swift",
     "if isLinked, !keepsCapturing {",
     "if isLinked, !keepsCapturing, !isCapturing {"),
)
