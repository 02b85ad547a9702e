"""Lamps follow what they show within half a millisecond: talking, receiving, fault, unpaired."""

from stage import process
from uml.design import DEBOUNCE, FRAME, QUEUED, TAIL, TICK

OFTEN = False
STATIONS = ("kitchen", "garage")

TALKING, RECEIVING, FAULT, UNPAIRED, LOW = 23, 24, 25, 26, 27
SECOND = 5
GOODBYES = 40.0
"""A reload that takes a peer away says goodbye to it three times first, 20 ms apart; in ms."""
LATE = 0.5
"""How late a lamp may be, in ms: nothing waits, the rest is how often this looks."""


def prepare(said):
    said.write("kitchen", said.tone(500, 10.0))


def play(world):
    kitchen, garage = world["kitchen"], world["garage"]
    for one in (kitchen, garage):
        for name, line, show, active in (
                ("ear", RECEIVING, "receiving", "high"), ("fault", FAULT, "fault", "high"),
                ("alone", UNPAIRED, "unpaired", "high"), ("low", LOW, "talking", "low")):
            one.sections[f"lamp {name}"] = {
                "line": one.chip.line(line), "show": show, "active": active}
    world.start()
    world.live()
    dark(world, garage)
    # Talk: the lamp of the talker, both ways round, and of who hears it.
    world.until(1)
    kitchen.press()
    kitchen.sees(TALKING, 1)
    kitchen.sees(LOW, 0)
    garage.sees(RECEIVING, 1)
    world.until(2)
    kitchen.release()
    kitchen.sees(TALKING, 0)
    kitchen.sees(LOW, 1)
    garage.sees(RECEIVING, 0)
    # A key whose line somebody else holds is a fault.
    world.until(3)
    holder = world.beside("gpiomon", garage.chip.name, str(SECOND))
    world.sleep(0.1)
    garage.sections["button second"] = {"line": garage.chip.line(SECOND), "talk": "house"}
    garage.write_config()
    reload(world, "a line that is held")
    garage.sees(FAULT, 1)
    world.until(4.3)
    process.end(holder)
    world.log("garage", "free")
    garage.sees(FAULT, 0, 5)
    # Without a peer, and with one again.
    world.until(8)
    garage.remove_peer("kitchen")
    reload(world, "no peer")
    garage.sees(UNPAIRED, 1)
    world.until(9)
    garage.write_peer("kitchen", kitchen.public_key, kitchen.address)
    reload(world, "a peer")
    garage.sees(UNPAIRED, 0)
    world.sleep(1)
    dark(world, garage)
    # At its end all lamps are dark, the low one high.
    garage.press()
    world.sleep(0.3)
    kitchen.press()
    world.sleep(0.3)
    world.log("kitchen", "levels", when="before its end",
              lit=[kitchen.chip.level(line) for line in (TALKING, RECEIVING, LOW)])
    # As long as it holds the lines: free, they are pulled up.
    world.log("kitchen", "term")
    kitchen.process.terminate()
    for line, level in ((TALKING, 0), (RECEIVING, 0), (LOW, 1)):
        kitchen.sees(line, level)
    kitchen.stop()


def reload(world, why):
    """Garage is asked to read its settings again."""
    world.log("garage", "reload", why=why)
    world["garage"].ask("reload")


def dark(world, one):
    """Logs all lamps of a station to which nothing happens."""
    world.log(one.name, "levels", when="at rest",
              lit=[one.chip.level(line) for line in (TALKING, RECEIVING, FAULT, UNPAIRED)])


def judge(case):
    for one in case.entries("garage", "levels", when="at rest"):
        lit = one.figures["lit"]
        case.claim(lit == [0, 0, 0, 0], f"at rest all are dark: {lit}")
    start, end = case.talk("kitchen")
    heard = [case.entry("garage", what, peer="kitchen").ns for what in ("talk", "talk_end")]
    follows(case, "kitchen", TALKING, 1, start, "talks")
    follows(case, "kitchen", LOW, 0, start, "talks, active low")
    follows(case, "kitchen", TALKING, 0, end, "talks no more")
    follows(case, "kitchen", LOW, 1, end, "talks no more, active low")
    follows(case, "garage", RECEIVING, 1, heard[0], "hears")
    follows(case, "garage", RECEIVING, 0, heard[1], "hears no more")
    press, release = (case.entry("kitchen", what).ns for what in ("press", "release"))
    near(case, press, lamp(case, "kitchen", TALKING, 1), DEBOUNCE, DEBOUNCE + 2 * TICK + LATE,
         "from the press to the talking lamp")
    near(case, release, lamp(case, "kitchen", TALKING, 0), DEBOUNCE + TAIL,
         DEBOUNCE + TAIL + 2 * TICK + FRAME + TICK + LATE, "from the release to its dark")
    near(case, start, lamp(case, "garage", RECEIVING, 1), 0, FRAME + TICK + LATE,
         "from the talk to the receiving lamp over there")
    sound = case.heard("garage").span(start, end + 400_000_000).nonzero()[0]
    first, last = (sound[0], sound[-1]) if len(sound) else (0, 0)
    # The card counts its samples by the tick.
    near(case, lamp(case, "garage", RECEIVING, 1), start + round(first / 48e-6), -TICK - LATE,
         QUEUED + 2 * TICK, "from the receiving lamp to the sound")
    near(case, lamp(case, "garage", RECEIVING, 0), start + round(last / 48e-6), -TICK - LATE,
         QUEUED + 2 * TICK, "from its dark to the end of the sound")
    near(case, asked(case, "a line that is held"), lamp(case, "garage", FAULT, 1), 0, LATE,
         "from the reload to the fault lamp")
    near(case, case.entry("garage", "free").ns, lamp(case, "garage", FAULT, 0), 0, 2000 + LATE,
         "from the free line to its dark, two seconds between two tries")
    near(case, asked(case, "no peer"), lamp(case, "garage", UNPAIRED, 1), 0, GOODBYES + LATE,
         "from the reload to the unpaired lamp, with the goodbyes to a peer")
    near(case, asked(case, "a peer"), lamp(case, "garage", UNPAIRED, 0), 0, LATE,
         "from the reload to its dark")
    lit = case.entry("kitchen", "levels").figures["lit"]
    case.claim(lit == [1, 1, 0], f"talking and hearing, both lamps are lit: {lit}")
    term = case.entry("kitchen", "term").ns
    for line, level in ((TALKING, 0), (RECEIVING, 0), (LOW, 1)):
        near(case, term, lamp(case, "kitchen", line, level, -1), 0, LATE,
             f"from SIGTERM to the dark of lamp {line}")


def lamp(case, name, line, level, which=0):
    """When a lamp was seen."""
    return case.entry(name, "lamp", which, line=line, level=level).ns


def asked(case, why):
    """When a reload was asked for."""
    return case.entry("garage", "reload", why=why).ns


def follows(case, name, line, level, cause, what):
    """A lamp after the event that tells the same."""
    took = (lamp(case, name, line, level) - cause) / 1e6
    case.claim(-LATE < took < LATE, f"{name} {what}: its lamp follows in {took:.2f} ms")


def near(case, cause, effect, least, most, what):
    """The time between two moments, in ms."""
    took = (effect - cause) / 1e6
    case.claim(least <= took <= most, f"{what}: {took:.2f} ms, {least:g} to {most:g}")


def controls(case):
    for line in (TALKING, RECEIVING, LOW):
        other = case.spoiled()
        other.log = [one._replace(ns=one.ns + 1_000_000) if one.what == "lamp"
                     and one.figures["line"] == line else one for one in other.log]
        yield f"lamp {line} is 1 ms late", other
    yield "all lamps are 40 ms early", case.later(-40, None, "lamp")
    yield "garage hears nothing", case.silent("garage")
    yield "garage is a frame late", case.heard_later("garage", 10)


MUTATIONS = (
    # Active low is not heeded.
    ("Sources/Hardware/Lines.swift",
     "name: lamp.line, activeLow: lamp.isActiveLow", "name: lamp.line, activeLow: false"),
    ("Sources/Switchboard/Lamps.swift",
     "case .receiving: isReceiving ? .steady : nil", "case .receiving: .steady"),
    ("Sources/Switchboard/Lamps.swift",
     "case .fault: hasFault ? .steady : nil", "case .fault: nil"),
    ("Sources/Switchboard/Lamps.swift",
     "case .unpaired: isUnpaired ? .steady : nil", "case .unpaired: nil"),
    # The lamp follows the key, not the gate.
    ("Sources/Intercomd/Loop/ControlLoop+Devices.swift",
     "        switchboard.lamps(isListening: isListening, hasFault: hasFault)\n",
     "        var facts = switchboard.lamps(isListening: isListening, hasFault: hasFault)\n"
     "        facts.isTalking = devices.lines.keys.contains { $0.isDown == true }\n"
     "        return facts\n"),
)
