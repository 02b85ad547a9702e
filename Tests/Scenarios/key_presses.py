"""Keys of each mode start and stop a talk at their exact time, and bouncing contacts are one press.

A glitch shorter than the bounce time is none.
"""

from uml.design import FRAME, TAIL, TICK

OFTEN = True
STATIONS = ("kitchen", "garage")

KEYS = {
    "ptt": (17, 5, "momentary"), "latch": (5, 5, "latch"), "smart": (6, 5, "smart"),
    "other": (7, 5, "momentary"), "slow": (12, 20, "latch"), "quick": (13, 0, "momentary"),
}
"""Line, debounce in ms, and mode, by name."""
SHORT = 0.4
"""A press of a smart key shorter than this goes on, in seconds."""
MARGIN = 0.002
"""The finger of the scenario may be a tick of the kernel late, at either edge."""
# Contacts as they are: ms from edge to edge.
BOUNCE = (0.1, 0.3, 1.2, 2.5, 0.4, 3.0)


def bouncing(start, name):
    """A talk of a key that bounces, with glitches a little shorter than its bounce time, as far as
    the kernel's tick can tell; a latch is released and pressed once more."""
    _, debounce, mode = KEYS[name]
    glitch = (debounce - 1.5,)
    moves = [glitch, glitch + (3.0, *glitch) * 4, BOUNCE, glitch, BOUNCE]
    moves += [BOUNCE, BOUNCE] if mode == "latch" else []
    return (f"{name}, bouncing", [(start + 0.4137 * number, name, gaps)
                                  for number, gaps in enumerate(moves)],
            2, 5 if mode == "latch" else 4, mode != "latch")


# (name, its moves: second, key and the gaps between the edges of one; which of them starts the
# talk, which stops it, with a tail or not)
TALKS = (
    ("latch, a tap and a tap", ((2.0, "latch"), (2.05, "latch"), (2.6, "latch"), (2.7, "latch")),
     0, 2, False),
    ("smart, 2 ms short of the limit",
     ((4.5005, "smart"), (4.5005 + SHORT - MARGIN, "smart"), (5.4, "smart"), (6.2, "smart")),
     0, 2, False),
    ("smart, 2 ms past the limit", ((7.5005, "smart"), (7.5005 + SHORT + MARGIN, "smart")),
     0, 1, True),
    ("two keys, one after the other",
     ((10.5, "ptt"), (10.8, "other"), (11.1, "ptt"), (11.5, "other")), 0, 3, True),
    ("two keys, one in the other",
     ((12.5, "ptt"), (12.7, "other"), (12.9, "other"), (13.5, "ptt")), 0, 3, True),
    ("a latch in a momentary",
     ((14.5, "ptt"), (14.7, "latch"), (14.8, "latch"), (15.0, "ptt"), (15.6, "latch"),
      (15.7, "latch")), 0, 4, False),
    ("pressed again within the tail",
     ((16.5, "ptt"), (16.8, "ptt"), (16.9, "ptt"), (17.3, "ptt")), 0, 3, True),
    ("without a bounce time", ((18.5, "quick"), (19.0, "quick")), 0, 1, True),
    bouncing(20.0, "ptt"), bouncing(24.0, "slow"),
)


def moves():
    """(second, key, gaps) of all, in order."""
    return [(second, name, *(gaps or [()])) for _, row, *_ in TALKS for second, name, *gaps in row]


def prepare(said):
    said.write("kitchen", said.tone(500, 29.0))


def play(world):
    kitchen = world["kitchen"]
    for name, (line, debounce, mode) in KEYS.items():
        kitchen.sections.setdefault(f"button {name}", {"talk": "house"}).update(
            line=kitchen.chip.line(line), debounce=f"{debounce}ms", mode=mode)
    world.start()
    world.live()
    for second, name, gaps in moves():
        world.until(second)
        kitchen.shake(KEYS[name][0], gaps)
    world.sleep(1)


def judge(case):
    edges = [one.ns for one in case.log
             if one.who == "kitchen" and one.what in ("press", "release")]
    last = []
    for _, _, gaps in moves():
        last.append(edges[len(gaps)] if len(gaps) < len(edges) else 0)
        edges = edges[len(gaps) + 1:]
    talks = case.talks("kitchen")
    case.claim(len(talks) == len(TALKS), f"{len(talks)} talks, {len(TALKS)} wanted")
    for (name, row, begins, ends, has_tail), (start, end) in zip(TALKS, talks):
        moments, last = last[:len(row)], last[len(row):]
        took = (start - moments[begins]) / 1e6
        least = KEYS[row[begins][1]][1]
        # The kernel tells an edge at its tick, and wakes for the end of the bounce at one; the
        # last frame of a talk ends with the card's period.
        most = least + 2 * TICK + 0.1
        case.claim(least <= took <= most, f"{name}: talks {took:.2f} ms after its edge, "
                   f"{least:g} to {most:g}")
        took = (end - moments[ends]) / 1e6
        least = KEYS[row[ends][1]][1] + (TAIL if has_tail else 0)
        most = least + 2 * TICK + FRAME + TICK + 0.1
        case.claim(least <= took <= most, f"{name}: ends {took:.2f} ms after its edge, "
                   f"{least:g} to {most:g}")
        # While it talked: the tone; then nothing.
        begin, over = (start - case.zero) / 1e9, (end - case.zero) / 1e9
        heard = case.tone("garage", 500, begin + 0.1, over)
        after = case.level("garage", over + 0.15, over + 0.4)
        case.claim(heard > -14 and after < -60, f"{name}: heard as long ({heard:.1f} dBFS), and "
                   f"no longer ({after:.0f} dBFS)")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "a talk never ended", case.without("kitchen", "talk_end", seconds=case.entries(
        "kitchen", "talk_end")[0].figures["seconds"])
    for shift, what in ((3, "talk"), (-3, "talk"), (15, "talk_end"), (-15, "talk_end")):
        yield f"{what} is told {shift} ms later", case.later(shift, "kitchen", what)


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
    # Every edge counts.
    ("Sources/Station/Channel.swift",
     "            settlesAt = now + debounce\n", "            settlesAt = now\n"),
    # The time runs from the first edge, whatever comes after it.
    ("Sources/Station/Channel.swift",
     "            settlesAt = nil\n        } else if", "        } else if"),
)
