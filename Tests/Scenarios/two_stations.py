"""Two stations find each other; one talks, the other hears it, and nothing else is heard."""

OFTEN = True
STATIONS = ("kitchen", "garage")


def prepare(said):
    said.write("kitchen", said.tone(500, 5.0))
    said.write("garage", said.tone(700, 5.0))


def play(world):
    world.start()
    world.live()
    world.until(1)
    world["kitchen"].press()
    world.until(3)
    world["kitchen"].release()
    world.until(4)
    world.count()


def judge(case):
    level = case.tone("garage", 500, 1.2, 3.0)
    case.claim(level > -13, f"garage hears the tone of kitchen at {level:.1f} dBFS")
    before, after = case.level("garage", 0, 1.0), case.level("garage", 3.4, 3.9)
    case.claim(max(before, after) < -60, f"and nothing before ({before:.0f} dBFS) or after it "
               f"({after:.0f} dBFS)")
    other = case.level("kitchen", 0, 3.9)
    case.claim(other < -60, f"kitchen, which nobody talks to, plays nothing ({other:.0f} dBFS)")


def controls(case):
    yield "garage hears nothing", case.silent("garage")


MUTATIONS = (
    ("Sources/Station/TalkKey.swift", "state = .tail(until: now + settings.tail)",
     "state = .tail(until: now + settings.tail + .seconds(1))"),
)
