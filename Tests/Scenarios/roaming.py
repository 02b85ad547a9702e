"""Stations that move: who talks is heard at once and hears within half a second, who is idle is
found at once, and two that move together find each other by name.

A claim about IPv4: guests have no other. What it does with IPv6 is the same code, which
Tests/System/test_roaming.py tries.
"""

from uml.design import DATA, M1
from uml.world import net
from uml.world.names import Names

OFTEN = False
STATIONS = ("kitchen", "garage", "attic", "cellar")
SECONDS = 600

HERTZ = {"kitchen": 500, "garage": 700, "attic": 900, "cellar": 1100}
PAIRS = (("kitchen", "garage"), ("attic", "cellar"))
SILENT = 2.5
"""Seconds: of no answer to a talker until it asks (protocol.md §1.7, rule 6)."""
TALKING, IDLE, TOGETHER = 0.5, 3.0, 5.0
"""Seconds until a station that has moved hears again: while it talks, after its next packet when
it is idle, and when its peer has moved as well."""
MOVED, BOTH, AGAIN = 3.0, 4.0, 14.0
"""When garage moves in its talk, when attic and cellar do, and when garage does in silence."""


def other(name):
    return next(one for pair in PAIRS if name in pair for one in pair if one != name)


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, 60.0))


def play(world):
    kitchen, garage, attic, cellar = world.stations.values()
    names = Names(world)
    for name in ("attic", "cellar"):
        names.ask_from_one_port(name)
        names.found[f"{name}.example"] = world[name].address
    for pair in PAIRS:
        for name in pair:
            one, peer = world[name], world[other(name)]
            one.talk_alone_to(peer.name)
            is_named = name in ("attic", "cellar")
            one.write_peer(peer.name, peer.public_key,
                           f"{peer.name}.example" if is_named else peer.address)
            one.write_config()
    for one in world.stations.values():
        one.start()
    world.wait(world.is_up, "all stations are up")
    world.live()
    # (a) In a talk, both ways.
    world.until(1)
    for one in world.stations.values():
        one.press()
    world.until(MOVED)
    garage.move(12)
    # (b) Both of a pair, at the same time.
    world.until(BOTH)
    attic.move(13)
    cellar.move(14)
    for name in ("attic", "cellar"):
        names.found[f"{name}.example"] = world[name].address
    world.until(8)
    kitchen.release()
    garage.release()
    world.until(12)
    attic.release()
    cellar.release()
    # (c) In silence.
    world.until(AGAIN)
    garage.move(22)
    world.until(AGAIN + IDLE)
    world.log("kitchen", "endpoint", of="garage", at=kitchen.peer("garage")["endpoint"])
    kitchen.press()
    world.until(19)
    kitchen.release()
    # (d) Kitchen starts again; of the addresses it has, none leads anywhere. Garage finds it.
    world.until(20)
    kitchen.cut()
    world.until(22)
    kitchen.boot()
    world.until(23)
    garage.press()
    world.until(27)
    garage.release()
    world.until(29)
    for one in world.stations.values():
        world.counters(one)


def judge(case):
    talking(case)
    together(case)
    idle(case)
    asked = [one for one in case.sent("kitchen") if one.size == M1
             and 22 < case.since_zero(one) < 27 and one.target == place(22)]
    case.claim(not asked, f"(d) kitchen, which has started again, cannot call it ({len(asked)})")
    found = asks_while_talking(case, 23.0, 27.0)
    heard(case, "kitchen", found + 0.2, 27.15, "(d) garage, which has its address, is heard")


def place(host):
    """The socket of a host's station."""
    return f"{net.NETWORK}.{host}:5577"


def heard(case, name, start, end, what):
    """Every 20 ms of the other's tone."""
    level = case.faintest(name, HERTZ[other(name)], start, end)
    case.claim(level > -13, f"{what}: {level:.1f} dBFS or more from {start:.2f} s on")


def returns(case, name, moved, limit, what):
    """How soon after a move a station hears the other again, and goes on to."""
    track = case.track(name, HERTZ[other(name)], moved, moved + limit + 1)
    deaf = [number for number, level in enumerate(track) if level <= -13]
    again = (deaf[-1] + 1) * 0.02 if deaf else 0.0
    case.claim(again <= limit, f"{what}: {name} hears again after {again:.2f} s")
    case.note(f"{what}: {name} {again:.2f} s")


def calls(case, name, start, end):
    """The M1 of a station in a time."""
    return [one for one in case.sent(name) if one.size == M1
            and start < case.since_zero(one) < end]


def talking(case):
    """(a) Garage moves while both talk."""
    heard(case, "kitchen", 1.2, 8.15, "(a) kitchen hears garage all the time")
    returns(case, "garage", MOVED, TALKING, "(a) it moves in its talk")
    heard(case, "garage", MOVED + TALKING, 8.15, "(a) and then garage hears kitchen")
    case.claim(not calls(case, "kitchen", MOVED, 8) and not calls(case, "garage", MOVED, 8),
               "(a) without a handshake")


def together(case):
    """(b) Attic and cellar move at the same time."""
    for name in ("attic", "cellar"):
        returns(case, name, BOTH, TOGETHER, "(b) both move")
        heard(case, name, BOTH + TOGETHER, 12.15, f"(b) and then {name} hears the other")
    found = [one for name in ("attic", "cellar") for one in calls(case, name, BOTH, 12)
             if one.target in (place(13), place(14))]
    case.claim(found != [], f"(b) they call each other by name, {len(found)} times")


def idle(case):
    """(c) Garage moves while nobody talks."""
    at = case.entry("kitchen", "endpoint").figures["at"]
    case.claim(at == place(22), f"(c) kitchen has it at {at}")
    first = [case.since_zero(one) - AGAIN for one in case.sent("garage")
             if one.source == place(22) and one.target == place(1)]
    case.claim(bool(first) and first[0] < 0.5,
               f"(c) garage tells it {min(first, default=99):.3f} s after its move")
    spoken = [case.since_zero(one) - AGAIN for one in case.sent("kitchen")
              if one.target == place(22) and one.size == DATA]
    case.claim(bool(spoken) and spoken[0] < 0.5, "(c) and is asked")
    heard(case, "garage", AGAIN + IDLE + 0.2, 19.15, "(c) who calls it is heard there")


def asks_while_talking(case, press, release):
    """Garage talks, hears nothing of kitchen, and asks; returns when that was."""
    talk = case.since_zero(case.pick(
        [one for one in case.entries("garage", "talk", target="kitchen")
         if "peer" not in one.figures and case.since_zero(one) >= press], 0, "talk of garage"))
    asked = [case.since_zero(one) for one in calls(case, "garage", press, release)]
    case.claim(len(asked) == 1 and abs(asked[0] - talk - SILENT) < 0.002,
               f"garage, which nobody answers, asks {[round(one - talk, 4) for one in asked]} s "
               "after it began to talk")
    return asked[0] if asked else release


def controls(case):
    for name in STATIONS:
        yield f"{name} hears nothing", case.silent(name)
    spoiled = case.spoiled()
    spoiled.packets = [one._replace(ns=one.ns + (one.size == M1) * 10**8) for one in case.packets]
    yield "who asks does so 100 ms late", spoiled
    spoiled = case.spoiled()
    spoiled.packets = [one._replace(ns=one.ns + (one.source == place(22)) * 10**9)
                       for one in case.packets]
    yield "garage tells of its move a second late", spoiled
    yield "kitchen has not followed", case.with_last(
        "endpoint", lambda figures: {**figures, "at": place(12)})


MUTATIONS = (
    # The stream follows late.
    ("Sources/Session/Paths.swift", "static let checkTime = Duration.milliseconds(250)",
     "static let checkTime = Duration.milliseconds(1250)"),
    # Nobody looks where packets come from.
    ("Sources/Media/Listen/PacketReceiver.swift",
     "rings.notify(.elsewhere(peer: peer, index: index, source))", ""),
    # A station does not tell that it has moved.
    ("Sources/Intercomd/Loop/ControlLoop.swift",
     "feed { _, table, now in table.hostMoved(at: now) }", ""),
    # Nor does it doubt a peer that does not answer then.
    ("Sources/Session/Greeting.swift", "static let patience = Duration.milliseconds(1500)",
     "static let patience = Duration.milliseconds(15_000)"),
    ("Sources/Switchboard/Switchboard.swift",
     "station.deadline, callLight.deadline, doubts.deadline, ownTalks.deadline,",
     "station.deadline, callLight.deadline, ownTalks.deadline,"),
    ("Sources/Session/PeerTable+Receive.swift",
     "let endpoint = entry.source", "let endpoint = association.endpoint ?? source"),
)
