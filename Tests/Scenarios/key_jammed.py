"""A jammed key is cut off at max-talk, with a tone, and talks again only after it was let go."""

from uml.design import DEBOUNCE, FRAME, TICK

OFTEN = True
SECONDS = 400
STATIONS = ("kitchen", "garage")

PTT, LATCH, LAMP = 17, 5, 23
LIMIT, DEFAULT = 3.0, 120.0
PRESSED, FREED, AGAIN, UP, LATCHED, ONCE_MORE, OFF = 1.0, 6.0, 7.0, 8.0, 9.0, 13.0, 14.0
CLEAR, END = 20.0, 143.0


def prepare(said):
    said.write("kitchen", said.tone(500, 16.0), said.silence(1))
    said.write("garage", said.silence(CLEAR), said.tone(700, END - CLEAR))


def play(world):
    kitchen, garage = world["kitchen"], world["garage"]
    kitchen.sections["talk"] = {"max-talk": f"{LIMIT:g}s", "cover": "off"}
    kitchen.sections["button latch"] = {
        "line": kitchen.chip.line(LATCH), "mode": "latch", "talk": "house"}
    world.start()
    world.live()
    world.until(PRESSED)
    kitchen.press()
    world.until(PRESSED + LIMIT - 0.1)
    kitchen.sees(LAMP, 0)
    # A finger that trembles has not let go.
    world.until(FREED - 1)
    kitchen.shake(PTT, (3,))
    world.until(FREED)
    kitchen.release()
    world.until(AGAIN)
    kitchen.press()
    world.until(UP)
    kitchen.release()
    world.until(LATCHED)
    kitchen.shake(LATCH, (200,))
    world.until(ONCE_MORE)
    kitchen.shake(LATCH, (100,))
    world.until(OFF)
    kitchen.shake(LATCH, (100,))
    # The limit that is not set, at the other station.
    world.until(CLEAR)
    garage.press()
    world.until(CLEAR + DEFAULT + 2)
    garage.release()
    world.until(END)


def judge(case):
    talks = case.talks("kitchen")
    case.claim(len(talks) == 4, f"kitchen talks {len(talks)} times: jammed, after it was let go, "
               f"latched too long, and once more")
    for (start, _), second in zip(talks, (PRESSED, AGAIN, LATCHED, ONCE_MORE)):
        press = min((one.ns for one in case.entries("kitchen", "press")),
                    key=lambda at, want=case.zero + second * 1e9: abs(at - want))
        took = (start - press) / 1e6
        case.claim(DEBOUNCE <= took <= DEBOUNCE + 2 * TICK + 0.1,
                   f"it begins {took:.2f} ms after the press")
    for name, limit, (start, end), count in (
            ("kitchen", LIMIT, case.talk("kitchen"), 2),
            ("kitchen, latched", LIMIT, case.talk("kitchen", 2), 2),
            ("garage", DEFAULT, case.talk("garage"), 1)):
        station = name.split(",", maxsplit=1)[0]
        over = (end - start) / 1e6 - limit * 1e3
        case.claim(0 <= over <= FRAME + TICK, f"{name} is cut off {over:.2f} ms after "
                   f"{limit:g} s: with the frame, and the tick that tells of it")
        stuck = [one.ns for one in case.entries(station, "stuck_key")]
        told = min((abs(one - start - limit * 1e9) / 1e6 for one in stuck), default=1e9)
        case.claim(len(stuck) == count and told <= FRAME + TICK,
                   f"{name}: stuck_key is told {told:.2f} ms after it ({len(stuck)} in all)")
        tones(case, station, (end - case.zero) / 1e9, name)
        # Of its packets only the three ends, a report or a heartbeat now and then.
        after = [one for one in case.sent(station) if end + 1e6 < one.ns < end + 0.9e9]
        case.claim(len(after) <= 6, f"{name}: {len(after)} packets in the 0.9 s after it; sound "
                   f"would be 90")
        other = "garage" if station == "kitchen" else "kitchen"
        second = (end - case.zero) / 1e9
        before = case.level(other, second - 0.5, second)
        silent = case.level(other, second + 0.15, second + 0.9)
        case.claim(before > -15 and silent < -60, f"{name}: {other} hears it until then "
                   f"({before:.0f} dBFS) and nothing after ({silent:.0f} dBFS)")
    dark = case.entry("kitchen", "lamp", level=0).ns - talks[0][1]
    case.claim(-0.2e6 < dark < 0.5e6, f"the lamp is dark {dark / 1e6:.2f} ms after")


def tones(case, name, second, label):
    """The tone at the station itself: three notes, the last one lower."""
    low, high = (case.tone(name, 330, second + 0.36, second + 0.6),
                 case.tone(name, 440, second + 0.03, second + 0.14))
    after = case.level(name, second + 0.75, second + 1.0)
    case.claim(min(low, high) > -25 and after < -60, f"{label}: who stands there hears a falling "
               f"tone ({high:.0f}, then {low:.0f} dBFS), and then nothing ({after:.0f} dBFS)")


def controls(case):
    yield "it is told late", case.later(100, "kitchen", "stuck_key")
    yield "the kitchen plays no tone", case.silent("kitchen")
    yield "garage hears nothing", case.silent("garage")
    yield "the talks end 12 ms later", case.later(12, None, "talk_end")
    yield "the lamp is dark 1 ms later", case.later(1, "kitchen", "lamp")


MUTATIONS = (
    # The limit is two frames late.
    ("Sources/Station/TalkKey.swift",
     "self.talkMax = talkMax", "self.talkMax = talkMax + .milliseconds(20)"),
    # Nobody is told.
    ("Sources/Media/Buttons/MediaLoop+Keys.swift",
     "        if action == .timeOut {", "        if action == .openMicrophone {"),
    # No tone.
    ("Sources/Media/Buttons/MediaLoop+Keys.swift", "            tones.play(.timeOut)\n", ""),
)
