"""Five stations on one channel: whoever talks is heard by the four others at once, and only then.
"""

from uml.design import TAIL

OFTEN = False
STATIONS = ("kitchen", "garage", "attic", "cellar", "gate")
TONES = {name: 400 + 170 * place for place, name in enumerate(STATIONS)}
TURN = 1.5
"""Seconds from one press to the next."""

TALK = 1.0


def prepare(said):
    for name, hertz in TONES.items():
        said.write(name, said.tone(hertz, TURN * (len(STATIONS) + 2)))


def play(world):
    world.start()
    world.live()
    for place, one in enumerate(world.stations.values()):
        world.until(press_of(place))
        one.press()
        world.until(press_of(place) + TALK)
        one.release()
    world.until(press_of(len(STATIONS)))
    for one in world.stations.values():
        world.counters(one)


def press_of(place):
    return 1 + place * TURN


def judge(case):
    for place, talker in enumerate(STATIONS):
        start, end = press_of(place), press_of(place) + TALK
        others = [name for name in STATIONS if name != talker]
        levels = [case.tone(name, TONES[talker], start + 0.2, end) for name in others]
        case.claim(max(abs(level + 12) for level in levels) < 1,
                   f"the four others hear {talker} as loud as it is: "
                   f"{min(levels):.1f} to {max(levels):.1f} dBFS of -12")
        own = case.level(talker, start, end + TAIL / 1000)
        case.claim(own < -60, f"{talker} does not hear itself ({own:.0f} dBFS)")
        counts = [len(case.sent_between(talker, name, start, end)) for name in others]
        # Twenty frames of preroll, one every 10 ms; of the last talk its report may come too.
        case.claim(min(counts) >= 119 and max(counts) <= 122,
                   f"each of them is sent every frame: {counts} packets")
        starts = {name: case.entries(name, "talk", peer=talker) for name in others}
        moments = [(found[0].ns - case.zero) / 1e9 for found in starts.values() if found]
        case.claim(len(moments) == 4 and max(moments) - min(moments) < 0.005
                   and max(moments) < start + 0.02,
                   f"and knows it {(max(moments, default=9) - start) * 1000:.1f} ms after it")
    for place, name in enumerate(STATIONS):
        pause = case.level(name, press_of(len(STATIONS)) - 0.15, press_of(len(STATIONS)))
        case.claim(pause < -60, f"{name} is silent at the end ({pause:.0f} dBFS)")


def controls(case):
    yield "gate hears nothing", case.silent("gate")
    yield "garage is told of no talk", case.without("garage", "talk", peer="attic")


MUTATIONS = (
    ("Sources/Media/Peers/DataSocket.swift",
     "            seal(to: peer, flags, at: now)",
     "            if peer < 3 { seal(to: peer, flags, at: now) }"),
)
