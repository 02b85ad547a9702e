"""A peer gets another address: its next words are heard, and it is found again as promised."""

from uml.design import M1

OFTEN = False
STATIONS = ("kitchen", "garage")
SECONDS = 600

HERTZ = {"kitchen": 500, "garage": 700}
SILENT, DOWN, RELOADED = 2.5, 50.0, 0.2
"""Seconds: of no answer to a talker until it asks, of silence to be down (protocol.md §1.7, rule
6); of a reload until the new address has a session, a matter of two ways and three packets."""


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, 120.0))


def play(world):
    kitchen, garage = world.stations.values()
    world.start()
    world.live()
    # (a) It calls from the new address.
    world.until(1)
    garage.move(12)
    garage.press()
    world.until(6)
    garage.release()
    # It can be called there, though the settings have its first address.
    world.until(7)
    kitchen.press()
    world.until(8)
    kitchen.release()
    # (b) Both are idle for a while first; whoever calls it meanwhile is not heard.
    world.until(10)
    garage.move(22)
    world.until(14)
    kitchen.press()
    world.until(18)
    kitchen.release()
    world.until(70)
    kitchen.press()
    world.until(72)
    kitchen.release()
    # (c) Kitchen starts again; of the addresses it has, none leads anywhere. Garage finds it.
    world.until(73)
    kitchen.cut()
    world.until(75)
    kitchen.boot()
    world.until(76)
    garage.press()
    world.until(80)
    garage.release()
    # (d) Under a talk, and then the settings say so.
    world.until(83)
    kitchen.press()
    world.until(84)
    garage.press()
    world.until(85)
    garage.move(32)
    world.until(86)
    kitchen.write_peer("garage", garage.public_key, garage.address)
    world.log("world", "reload")
    kitchen.ask("reload")
    world.until(89)
    kitchen.release()
    garage.release()
    world.until(91)
    for one in world.stations.values():
        world.counters(one)


def judge(case):
    asks_while_talking(case, 1.0, 6.0)
    heard(case, "kitchen", 1.2, 6.15, "(a) its words from the new address are heard at once")
    heard(case, "garage", 7.2, 8.15, "(a) and then it is called there")
    idle(case)
    heard(case, "garage", 70.2, 72.15, "(b) it is called where it called from")
    asked = [one for one in case.sent("kitchen") if one.size == M1
             and 75 < case.since_zero(one) < 80 and one.target == "10.77.0.22:5577"]
    case.claim(not asked, f"(c) kitchen, which has started again, cannot call it ({len(asked)})")
    found = asks_while_talking(case, 76.0, 80.0)
    heard(case, "kitchen", found + 0.2, 80.15, "(c) garage, which has its address, is heard")
    reload(case)
    for name in case.stations:
        downs = case.entries(name, "peer_down")
        case.claim(len(downs) == (name == "garage"), f"{name}: down {len(downs)} times")


def heard(case, name, start, end, what):
    """Every 20 ms of the other's tone."""
    other = "garage" if name == "kitchen" else "kitchen"
    level = case.faintest(name, HERTZ[other], start, end)
    case.claim(level > -13, f"{what}: {level:.1f} dBFS or more from {start:.2f} s on")


def asks_while_talking(case, press, release):
    """Garage talks, hears nothing of kitchen, and asks; returns when that was."""
    talk = case.since_zero(case.pick(
        [one for one in case.entries("garage", "talk", target="house")
         if "peer" not in one.figures and case.since_zero(one) >= press], 0, "talk of garage"))
    asked = [case.since_zero(one) for one in case.sent("garage")
             if one.size == M1 and press <= case.since_zero(one) < release]
    case.claim(len(asked) == 1 and abs(asked[0] - talk - SILENT) < 0.002,
               f"garage, which nobody answers, asks {[round(one - talk, 4) for one in asked]} s "
               "after it began to talk")
    return asked[0] if asked else release


def idle(case):
    """(b) Garage hears no heartbeat at its new address, and calls when kitchen is down."""
    still = case.tone("garage", HERTZ["kitchen"], 14.0, 18.3)
    case.claim(still < -90, f"(b) who calls where it was is not heard ({still:.0f} dBFS)")
    asked = [one for one in case.sent("kitchen") if one.size == M1
             and 12 < case.since_zero(one) < 70]
    targets = {one.target for one in asked}
    case.claim(targets == {"10.77.0.2:5577", "10.77.0.12:5577"},
               f"kitchen asks where it was last, and where the settings say: {sorted(targets)}")
    begun = min(map(case.since_zero, asked), default=0)
    case.claim(abs(begun - 14.0 - SILENT) < 0.01,
               f"and does so {begun - 14.0:.3f} s after the key was pressed")
    last = max((case.since_zero(one) for one in case.packets if one.station == "garage"
                and one.way == "in" and case.since_zero(one) < 10), default=0)
    called = [case.since_zero(one) for one in case.sent("garage")
              if one.size == M1 and 10 < case.since_zero(one) < 75]
    case.claim(len(called) == 1 and abs(called[0] - last - DOWN) < 0.01,
               f"garage calls {[round(one - last, 3) for one in called]} s after it last heard "
               "anything")
    again = [case.since_zero(one) for one in case.entries("kitchen", "rekey")
             if 10 < case.since_zero(one) < 75]
    case.claim(len(again) == 1 and called and again[0] - called[0] < 0.1, "and then has a session")


def reload(case):
    """(d) The settings say where it is."""
    at = case.since_zero(case.entry("world", "reload"))
    still = case.tone("garage", HERTZ["kitchen"], 85.3, at)
    case.claim(still < -60, f"(d) garage has moved and hears nothing ({still:.0f} dBFS)")
    asked = [case.since_zero(one) for one in case.sent("kitchen")
             if one.size == M1 and case.since_zero(one) >= at and one.target == "10.77.0.32:5577"]
    case.claim(len(asked) == 1 and asked[0] - at < 0.01,
               f"kitchen calls the new address {[round(one - at, 4) for one in asked]} s after the "
               "reload")
    heard(case, "garage", at + RELOADED, 89.15, "and its talk is heard again")
    heard(case, "kitchen", 84.2, 89.15, "while garage's was heard all the time")
    pause = case.pause("garage", "kitchen", 84.02, 89.15)
    case.claim(pause < 11, f"with {pause:.2f} ms between two packets of it at most")


def controls(case):
    yield "kitchen hears nothing", case.silent("kitchen")
    yield "garage hears nothing", case.silent("garage")
    other = case.spoiled()
    other.packets = [one._replace(ns=one.ns + (one.size == M1) * 10**8) for one in case.packets]
    yield "who asks does so 100 ms late", other
    other = case.spoiled()
    other.packets = [one for one in case.packets if one.target != "10.77.0.32:5577"
                     or one.size != M1]
    yield "nobody calls the address of the reload", other


MUTATIONS = (
    ("Sources/Switchboard/Switchboard.swift",
     "station.deadline, callLight.deadline, doubts.deadline, ownTalks.deadline,",
     "station.deadline, callLight.deadline, ownTalks.deadline,"),
    ("Sources/Switchboard/Whereabouts.swift", "places[peer].hasMoved = true", ""),
    ("Sources/Session/Association+Initiation.swift",
     "candidates.insert(endpoint, at: 0)", ""),
    ("Sources/Session/PeerTable+Receive.swift",
     "let endpoint = entry.source", "let endpoint = association.endpoint ?? source"),
)
