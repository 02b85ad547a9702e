"""Latch, smart and momentary keys of one station start and stop its talk, to the millisecond."""

from uml.design import DEBOUNCE, FRAME, TAIL, TICK

OFTEN = True
STATIONS = ("kitchen", "garage")

PTT, LATCH, SMART, OTHER = 17, 5, 6, 7
SHORT = 0.4
"""A press of a smart key shorter than this goes on, in seconds."""
MARGIN = 0.002
"""The finger of the scenario may be a tick of the kernel late, at either edge."""

# (name, its edges: second and line; which edge starts the talk, which stops it, with a tail or not)
TALKS = (
    ("momentary", ((1.0, PTT), (1.4, PTT)), 0, 1, True),
    ("latch, a tap and a tap", ((2.0, LATCH), (2.05, LATCH), (2.6, LATCH), (2.7, LATCH)),
     0, 2, False),
    ("latch, held long", ((3.5, LATCH), (4.2, LATCH), (4.6, LATCH), (4.8, LATCH)), 0, 2, False),
    ("smart, 2 ms short of the limit",
     ((5.5005, SMART), (5.5005 + SHORT - MARGIN, SMART), (6.4, SMART), (6.5, SMART)), 0, 2, False),
    ("smart, 2 ms past the limit", ((7.5005, SMART), (7.5005 + SHORT + MARGIN, SMART)), 0, 1, True),
    ("smart, tapped, then held long to stop",
     ((8.5, SMART), (8.6, SMART), (9.0, SMART), (9.8, SMART)), 0, 2, False),
    ("two keys, one after the other", ((10.5, PTT), (10.8, OTHER), (11.1, PTT), (11.5, OTHER)),
     0, 3, True),
    ("two keys, one in the other", ((12.5, PTT), (12.7, OTHER), (12.9, OTHER), (13.5, PTT)),
     0, 3, True),
    ("a latch in a momentary",
     ((14.5, PTT), (14.7, LATCH), (14.8, LATCH), (15.0, PTT), (15.6, LATCH), (15.7, LATCH)),
     0, 4, False),
    ("pressed again within the tail", ((16.5, PTT), (16.8, PTT), (16.9, PTT), (17.3, PTT)),
     0, 3, True),
)


def prepare(said):
    said.write("kitchen", said.tone(500, 19.0))


def play(world):
    kitchen = world["kitchen"]
    for name, line, mode in (("latch", LATCH, "latch"), ("smart", SMART, "smart"),
                             ("other", OTHER, "momentary")):
        kitchen.sections[f"button {name}"] = {
            "line": kitchen.chip.line(line), "mode": mode, "talk": "house"}
    world.start()
    world.live()
    for _, edges, *_ in TALKS:
        for second, line in edges:
            world.until(second)
            kitchen.shake(line, ())
    world.sleep(1)


def judge(case):
    moments = [one.ns for one in case.log
               if one.who == "kitchen" and one.what in ("press", "release")]
    talks = case.talks("kitchen")
    case.claim(len(talks) == len(TALKS), f"{len(talks)} talks, {len(TALKS)} wanted")
    for (name, edges, first, last, has_tail), (start, end) in zip(TALKS, talks):
        these, moments = moments[:len(edges)], moments[len(edges):]
        took = (start - these[first]) / 1e6
        case.claim(DEBOUNCE <= took <= DEBOUNCE + 2 * TICK + 0.1,
                   f"{name}: talks {took:.2f} ms after its edge {first + 1}")
        least = DEBOUNCE + (TAIL if has_tail else 0)
        most = least + 2 * TICK + FRAME + TICK + 0.1
        took = (end - these[last]) / 1e6
        case.claim(least <= took <= most, f"{name}: ends {took:.2f} ms after its edge {last + 1}, "
                   f"{least:g} to {most:g}")
        # In half of the last second before the next: nothing; while it talked: the tone.
        begin, over = (start - case.zero) / 1e9, (end - case.zero) / 1e9
        heard = case.tone("garage", 500, begin + 0.1, over)
        after = case.level("garage", over + 0.15, over + 0.4)
        case.claim(heard > -14 and after < -60, f"{name}: heard as long ({heard:.1f} dBFS), and "
                   f"no longer ({after:.0f} dBFS)")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "the talks begin 3 ms later", case.later(3, "kitchen", "talk")
    yield "the talks end 15 ms later", case.later(15, "kitchen", "talk_end")
    yield "the talks end 15 ms earlier", case.later(-15, "kitchen", "talk_end")


MUTATIONS = (
    # A short press is one of up to 410 ms.
    ("Sources/Station/TalkKey.swift",
     "shortPress = Duration.milliseconds(400)", "shortPress = Duration.milliseconds(410)"),
    # A latch is momentary.
    ("Sources/Station/TalkKey.swift",
     "        case .latch: .latched(since: now)",
     "        case .latch: .held(since: now, latches: false)"),
    # The last key decides alone.
    ("Sources/Media/Buttons/TalkKeys.swift",
     "            wanted = wanted || slots[place].key.isTalking",
     "            wanted = slots[place].key.isTalking"),
    # The tail is longer.
    ("Sources/Station/TalkKey.swift",
     "state = .tail(until: now + settings.tail)",
     "state = .tail(until: now + settings.tail + .milliseconds(20))"),
)
