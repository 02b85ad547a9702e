"""A peer's current fails mid-word, as talker and as listener; it comes back and is heard."""

from uml.design import M1

OFTEN = False
STATIONS = ("kitchen", "garage", "attic")
SECONDS = 600

HERTZ = {"kitchen": 500, "garage": 700, "attic": 900}
STALE, DOWN, BACK = 20.0, 50.0, 3.0
"""Seconds, as operate.md (STATE), protocol.md §1.7 (rule 6) and troubleshoot.md have them."""


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, 160.0))


def play(world):
    kitchen, garage, attic = world.stations.values()
    world.start()
    world.live()
    # As the talker.
    world.until(1.0)
    kitchen.press()
    world.until(1.5)
    attic.press()
    world.until(2.5)
    kitchen.cut()
    kitchen.release()
    world.until(4.0)
    attic.release()
    # Back when all have given it up, while garage talks to it.
    world.until(58.0)
    garage.press()
    world.until(60.0)
    kitchen.boot()
    world.until(60.5)
    kitchen.press()
    world.until(62.0)
    kitchen.release()
    world.until(64.0)
    garage.release()
    # As the listener; after that nobody has told it where the others are.
    for other in (garage, attic):
        kitchen.write_peer(other.name, other.public_key)
    world.until(66.0)
    garage.press()
    world.until(68.0)
    kitchen.cut()
    world.until(78.0)
    kitchen.boot()
    world.until(84.0)
    garage.release()
    # Once more, until it is given up; nobody can find it but who talks to it.
    world.until(85.0)
    kitchen.cut()
    world.until(140.0)
    garage.press()
    world.until(143.3)
    kitchen.boot()
    world.until(150.0)
    garage.release()
    world.until(152.0)


def judge(case):
    cut, again, last = (case.since_zero(one) for one in case.entries("kitchen", "cut"))
    boots = [case.since_zero(one) for one in case.entries("kitchen", "boot")]
    cut_talking(case, cut)
    given_up(case, cut)
    calls(case, boots[0])
    undisturbed(case, again)
    is_called(case, boots[1], 84.0)
    given_up(case, last, ("garage",))
    is_called(case, boots[2], 150.0)


def cut_talking(case, cut):
    """What the listeners hear of a talker whose current fails."""
    # The last frame plays within 50 ms (voice.md, "Delay"), then it is concealed: 60 ms as it was,
    # gone after 100, given up after 200.
    quiet, over = cut + 0.06 + 0.1, cut + 0.06 + 0.2
    for name in ("garage", "attic"):
        before = case.faintest(name, HERTZ["kitchen"], 1.1, cut - 0.02)
        case.claim(before > -13, f"{name} hears the word until the cut, at {before:.1f} dBFS")
        after = case.tone(name, HERTZ["kitchen"], quiet, 4.0)
        case.claim(after < -60, f"{name}: of it {after:.0f} dBFS are left 160 ms after the cut")
        end = case.since_zero(case.entry(name, "talk_end", peer="kitchen"))
        case.claim(cut + 0.19 < end < over + 0.01,
                   f"{name} says that the talk ended {(end - cut) * 1e3:.0f} ms after the cut")
    still = max(case.level("attic", quiet, 57.9), case.level("garage", 4.5, 60.4))
    case.claim(still < -90, f"then nothing is heard for a minute ({still:.0f} dBFS)")
    other = case.faintest("garage", HERTZ["attic"], 1.6, 4.1)
    case.claim(other > -13, f"garage hears attic all the time, at {other:.1f} dBFS or more")


def given_up(case, cut, who=("garage", "attic")):
    """Stale, down, and calling, at the times of the protocol."""
    for name in who:
        heard = max((case.since_zero(one) for one in case.packets
                     if one.station == name and one.way == "in" and one.source.endswith(".1:5577")
                     and case.since_zero(one) <= cut), default=0)
        after = {}
        for what in ("peer_stale", "peer_down"):
            after[what] = next((case.since_zero(one) - heard for one in case.log
                                if one.who == name and one.what == what
                                and one.figures.get("peer") == "kitchen"
                                and case.since_zero(one) > cut), 0)
        case.claim(STALE < after["peer_stale"] <= STALE + 1
                   and abs(after["peer_down"] - DOWN) < 0.01,
                   f"{name} calls kitchen stale {after['peer_stale']:.3f} s and down "
                   f"{after['peer_down']:.3f} s after its last packet")
        asked = [case.since_zero(one) - heard - DOWN for one in case.sent(name)
                 if one.size == M1 and one.target.startswith("10.77.0.1:")
                 and cut < case.since_zero(one) < heard + DOWN + 5]
        waits = [b - a for a, b in zip(asked, asked[1:])]
        good = len(asked) == 3 and abs(asked[0]) < 0.01 and all(
            0.8 * base <= wait <= 1.2 * base + 0.002 for base, wait in zip((1, 2), waits))
        case.claim(good, f"{name} calls it then, {[round(one, 3) for one in asked]} s after that")


def calls(case, boot):
    """Kitchen is back, and has their addresses."""
    for name in ("garage", "attic"):
        up = next((case.since_zero(one) for one in case.entries(name, "peer_up", peer="kitchen")
                   if case.since_zero(one) > boot), 1e9) - boot
        case.claim(up < 0.2, f"{name} has kitchen again {up * 1e3:.1f} ms after its boot")
        level = case.faintest(name, HERTZ["kitchen"], boot + 0.7, boot + 2.1)
        case.claim(level > -13, f"{name} hears what it says then, at {level:.1f} dBFS or more")
    heard_whole(case, boot, 64.0, 0.2)


def heard_whole(case, boot, end, within):
    """Of a talk under way kitchen hears all that is said from its session on."""
    began = next((case.since_zero(one) for one in case.entries("kitchen", "talk", peer="garage")
                  if case.since_zero(one) > boot), 1e9) - boot
    case.claim(began < within, f"kitchen hears garage {began:.3f} s after its boot, of at most "
               f"{within} s")
    if began < within:
        first, settled = boot + began + 0.04, boot + began + 0.1
        # A decoder that begins in the middle of a tone rings for 80 ms.
        level = case.faintest("kitchen", HERTZ["garage"], first, settled)
        case.claim(level > -14, f"and its first sound, at {level:.1f} dBFS or more")
        level = case.faintest("kitchen", HERTZ["garage"], settled, end + 0.15)
        case.claim(level > -13, f"and all of it from then on, at {level:.1f} dBFS or more")


def undisturbed(case, cut):
    """A listener's current fails; the other one hears all."""
    level = case.faintest("attic", HERTZ["garage"], 66.2, 84.1)
    pause = case.pause("garage", "attic", 66.02, 84.15)
    case.claim(level > -13 and pause < 11,
               f"attic hears garage all the time, at {level:.1f} dBFS or more, with "
               f"{pause:.2f} ms between two packets at most")
    ends = [one for one in case.entries("garage", "talk_end", target="house")
            if "peer" not in one.figures and 66 < case.since_zero(one) < 84.1]
    case.claim(not ends, "the talker goes on")
    for name, other in (("garage", "attic"), ("attic", "garage")):
        lost = [one for what in ("peer_stale", "peer_down") for one in
                case.entries(name, what, peer=other)]
        case.claim(not lost, f"{name} has {other} all the time")
    case.claim(case.level("kitchen", cut + 0.1, cut + 9.9) < -90, "without current nothing sounds")


def is_called(case, boot, end):
    """Kitchen is back, and has nobody's address: who talks to it finds it."""
    asked = [one for one in case.sent("kitchen") if one.size == M1
             and boot < case.since_zero(one) < end]
    case.claim(not asked, f"kitchen cannot call ({len(asked)})")
    heard_whole(case, boot, end, BACK)


def controls(case):
    yield "kitchen hears nothing", case.silent("kitchen")
    yield "garage hears nothing", case.silent("garage")
    yield "attic hears nothing", case.silent("attic")
    yield "garage is never told of the talk's end", case.without(
        "garage", "talk_end", peer="kitchen", seconds=case.entries(
            "garage", "talk_end", peer="kitchen")[0].figures["seconds"])
    yield "kitchen is down half a second late", case.later(500, "garage", "peer_down")
    yield "kitchen is stale a second late", case.later(1000, "attic", "peer_stale")
    yield "kitchen is up 200 ms late", case.later(200, "attic", "peer_up")
    yield "kitchen hears 3 s late", case.later(3000, "kitchen", "talk")
    other = case.spoiled()
    middle = case.zero + 70 * 10**9
    other.packets = [one for one in case.packets if not 0 <= one.ns - middle < 10**7]
    yield "a packet for attic is missing", other
    other = case.spoiled()
    other.packets = [one for one in case.packets if one.size != M1]
    yield "garage does not call kitchen", other


MUTATIONS = (
    ("Sources/Peering/Session/SessionLimits.swift", "static let downAfter = Duration.seconds(50)",
     "static let downAfter = Duration.seconds(60)"),
    ("Sources/Station/Switchboard/DownWatch.swift",
     "static let staleAfter = Duration.seconds(20)",
     "static let staleAfter = Duration.seconds(22)"),
    ("Sources/Intercomd/Loop/ControlLoop.swift", "        followListeners()\n", ""),
    ("Sources/Station/Switchboard/Switchboard+Peers.swift",
     "for target in openTalks.targets { want(listeners(of: target)) }", ""),
)
