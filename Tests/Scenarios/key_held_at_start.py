"""A key held while the daemon starts opens nothing until it was let go and pressed again."""

from uml.design import DEBOUNCE, TICK

OFTEN = True
STATIONS = ("kitchen", "garage")

# Line and mode by name.
KEYS = {"ptt": (17, "momentary"), "latch": (5, "latch"), "smart": (6, "smart")}
QUIET, GAP = 3.0, 1.0
"""Nothing happens for so long, in seconds; then one key after the other is let go and pressed."""


def prepare(said):
    said.write("kitchen", said.tone(500, QUIET + 10 * GAP))


def play(world):
    kitchen = world["kitchen"]
    for name, (line, mode) in KEYS.items():
        kitchen.sections.setdefault(f"button {name}", {"talk": "house"}).update(
            line=kitchen.chip.line(line), mode=mode,
            # Where the daemon sets a bias the simulated chip forgets the finger.
            bias="none")
        kitchen.press(line)
    world.start()
    world.live()
    world.log("kitchen", "keys", **{one["name"]: one["state"] for one in
                                    kitchen.status()["buttons"]})
    # Contacts that move a little are not let go.
    world.until(1)
    kitchen.shake(KEYS["latch"][0], (3,))
    world.until(QUIET)
    for line, _ in KEYS.values():
        kitchen.release(line)
        world.sleep(GAP)
        kitchen.press(line)
        world.sleep(GAP)
        kitchen.release(line)
        world.sleep(GAP)
        if line == KEYS["latch"][0]:
            kitchen.shake(line, (50,))
            world.sleep(GAP)


def judge(case):
    talks = case.talks("kitchen")
    states = case.entry("kitchen", "keys").figures
    case.claim(set(states.values()) == {"pressed"} and len(states) == len(KEYS),
               f"all keys are held, and known to be: {states}")
    released = [one.ns for one in case.entries("kitchen", "release")
                if one.ns > case.zero + (QUIET - 0.01) * 1e9]
    early = [one for one in talks if one[0] < released[0] + GAP * 1e9]
    case.claim(not early, f"held at the start, and let go, no key talks ({len(early)} talks)")
    # Sound would be 100 packets a second.
    sent = [one for one in case.sent("kitchen") if case.zero < one.ns < released[0]]
    case.claim(len(sent) <= 6, f"{len(sent)} packets in {QUIET:g} s: no sound")
    silent = case.level("garage", 0, QUIET + GAP - 0.1)
    case.claim(silent < -60, f"garage hears nothing ({silent:.0f} dBFS)")
    case.claim(len(talks) == 3, f"pressed again, each key talks: {len(talks)} talks")
    for (name, (line, _)), (start, end) in zip(KEYS.items(), talks):
        press = max((one.ns for one in case.entries("kitchen", "press", line=line)
                     if one.ns <= start), default=0)
        took = (start - press) / 1e6
        case.claim(DEBOUNCE <= took <= DEBOUNCE + 2 * TICK + 0.1,
                   f"{name} talks {took:.2f} ms after it")
        heard = case.tone("garage", 500, (start - case.zero) / 1e9 + 0.1, (end - case.zero) / 1e9)
        case.claim(heard > -14, f"and garage hears it ({heard:.1f} dBFS)")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "the talks begin 3 ms later", case.later(3, "kitchen", "talk")
    yield "the talks begin 1.1 s earlier", case.later(-1100, "kitchen", "talk")


MUTATIONS = (
    # A key is thought to be up at the start, and its level a press.
    ("Sources/Media/Buttons/TalkKeySlot.swift",
     "key = TalkKey(settings, isDown: isDown && !talksLater, isSilenced: wasSilenced)",
     "key = TalkKey(settings, isDown: false, isSilenced: wasSilenced)\n"
     "        _ = key.handle(.level(isDown: isDown), at: Instant(nanoseconds: 0))"),
)
