"""Bouncing contacts are one press and one release, a glitch is none; each at its exact time."""

from uml.design import FRAME, TAIL, TICK

OFTEN = True
STATIONS = ("kitchen", "garage")

BUTTONS = {
    "ptt": (17, 5, "momentary"), "latch": (5, 5, "latch"), "slow": (6, 20, "latch"),
    "quick": (7, 0, "momentary"),
}
"""Line, debounce in ms, and mode, by name."""
# Contacts as they are: ms from edge to edge.
BOUNCE = (0.1, 0.3, 1.2, 2.5, 0.4, 3.0)


def steps():
    """(second, button, what, gaps between its edges), in order."""
    found, second = [], 1.0
    for name, (_, debounce, mode) in BUTTONS.items():
        # A little shorter than the bounce time, as far as the kernel's tick can tell.
        glitch = debounce - 1.5
        rows = [("glitch", [glitch]), ("glitches", [glitch, 3.0] * 4 + [glitch])] if glitch > 0 \
            else []
        rows += [("press", BOUNCE if debounce else ())]
        rows += [("glitch", [glitch])] if glitch > 0 else []
        rows += [("release", BOUNCE if debounce else ())]
        rows += [("press", BOUNCE), ("release", BOUNCE)] if mode == "latch" else []
        for what, gaps in rows:
            found.append((second, name, what, gaps))
            second += 0.4137
    return found


def play(world):
    kitchen = world["kitchen"]
    for name, (line, debounce, mode) in BUTTONS.items():
        kitchen.sections.setdefault(f"button {name}", {"talk": "house"}).update(
            line=kitchen.chip.line(line), debounce=f"{debounce}ms", mode=mode)
    world.start()
    world.live()
    for second, name, _, gaps in steps():
        world.until(second)
        kitchen.shake(BUTTONS[name][0], gaps)
    world.sleep(1)


def judge(case):
    talks = iter(case.talks("kitchen"))
    edges = [one.ns for one in case.log
             if one.who == "kitchen" and one.what in ("press", "release")]
    begun, ends = None, 0
    for second, name, what, gaps in steps():
        _, debounce, mode = BUTTONS[name]
        moments, edges = edges[:len(gaps) + 1], edges[len(gaps) + 1:]
        since = [one.ns for one in case.log if one.who == "kitchen"
                 and one.what in ("talk", "talk_end") and "peer" not in one.figures
                 and 0 <= one.ns - moments[0] < 0.4e9]
        label = f"{name}, {debounce} ms: {what} of {len(moments)} edges"
        starts = what == "press" and begun is None
        stops = begun is not None and (what == "release") == (mode == "momentary") \
            and what in ("press", "release")
        if not starts and not stops:
            case.claim(not since, f"{label}: nothing ({len(since)})")
            continue
        case.claim(len(since) == 1, f"{label}: one {'start' if starts else 'end'} ({len(since)})")
        took = ((since or [0])[0] - moments[-1]) / 1e6
        least = debounce + (TAIL if what == "release" else 0)
        # The kernel tells an edge at its tick, and wakes for the end of the bounce at one; the
        # last frame of a talk ends with the card's period.
        most = least + 2 * TICK + (FRAME + TICK if stops else 0) + 0.1
        case.claim(least <= took <= most, f"{label}: {took:.2f} ms after the last edge, "
                   f"{least:g} to {most:g}")
        begun = next(talks, None) if starts else None
        ends += stops
    whole = case.talks("kitchen")
    case.claim(ends == len(whole) == 4, f"{len(whole)} talks in all, one of each key")


def controls(case):
    yield "a talk never ended", case.without("kitchen", "talk_end", seconds=case.entries(
        "kitchen", "talk_end")[0].figures["seconds"])
    yield "the talks begin 3 ms later", case.later(3, "kitchen", "talk")
    yield "the talks begin 3 ms earlier", case.later(-3, "kitchen", "talk")
    yield "the talks end 15 ms later", case.later(15, "kitchen", "talk_end")


MUTATIONS = (
    # Every edge counts.
    ("Sources/Station/Contact.swift",
     "            settlesAt = now + debounce\n", "            settlesAt = now\n"),
    # The time runs from the first edge, whatever comes after it.
    ("Sources/Station/Contact.swift",
     "            settlesAt = nil\n        } else if", "        } else if"),
)
