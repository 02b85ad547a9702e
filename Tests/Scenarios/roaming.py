"""Stations that move: who talks is heard at once and hears within half a second, who is idle is
found at once, and two that move together find each other by name.

All of it twice: four stations have IPv4 alone, and four IPv6.
"""

from typing import NamedTuple

from uml.design import DATA, M1
from uml.world import net
from uml.world.names import Names


class House(NamedTuple):
    """Four stations with one kind of address. In each house the same happens at the same times."""

    kitchen: str
    garage: str
    attic: str
    cellar: str

    @property
    def pairs(self):
        """Who talks to whom."""
        return (self.kitchen, self.garage), (self.attic, self.cellar)

    @property
    def named(self):
        """Who is called by name."""
        return self.attic, self.cellar

    def place(self, name, moves=0):
        """The socket of a station that has moved so often."""
        return net.place(host(name, moves), name in IPV6)

    def called(self):
        """What it is called in claims."""
        return "IPv6" if self.kitchen in IPV6 else "IPv4"


OFTEN = False
HOUSES = (House("kitchen", "garage", "attic", "cellar"), House("hall", "shed", "loft", "vault"))
IPV6 = tuple(HOUSES[1])
STATIONS = (*HOUSES[0], *HOUSES[1])
SECONDS = 600

HERTZ = {name: 500 + 100 * place + 200 * number for place, house in enumerate(HOUSES)
         for number, name in enumerate(house)}
SILENT = 2.5
"""Seconds: of no answer to a talker until it asks (protocol.md §1.7, rule 6)."""
TALKING, IDLE, TOGETHER = 0.5, 3.0, 5.0
"""Seconds until a station that has moved hears again: while it talks, after its next packet when
it is idle, and when its peer has moved as well."""
TELLS = 0.5
"""Seconds until a station whose address has changed has told its peers."""
MOVED, BOTH, AGAIN = 3.0, 4.0, 14.0
"""When garage moves in its talk, when attic and cellar do, and when they do in silence."""


def host(name, moves=0):
    """The host that a station is when it has moved so often."""
    return STATIONS.index(name) + 1 + 10 * moves


def other(name):
    return next(one for house in HOUSES for pair in house.pairs if name in pair
                for one in pair if one != name)


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, 60.0))


def introduce(world, names, house):
    """Each knows its one peer, and talks to it."""
    for name in house.named:
        names.ask_from_one_port(name)
        names.found[f"{name}.example"] = world[name].address
    for name in house:
        one, peer = world[name], world[other(name)]
        one.talk_alone_to(peer.name)
        address = (f"{peer.name}.example" if name in house.named
                   else net.place(peer.host, True) if name in IPV6 else peer.address)
        one.write_peer(peer.name, peer.public_key, address)
        one.write_config()


def play(world):
    names = Names(world)

    def every(*members):
        return [world[getattr(house, member)] for house in HOUSES for member in members]

    def move(one):
        one.move(one.host + 10)
        if f"{one.name}.example" in names.found:
            names.found[f"{one.name}.example"] = one.address

    for house in HOUSES:
        introduce(world, names, house)
    for one in world.stations.values():
        one.start()
    world.wait(world.is_up, "all stations are up")
    world.live()
    # (a) In a talk, both ways.
    world.until(1)
    for one in world.stations.values():
        one.press()
    world.until(MOVED)
    for one in every("garage"):
        move(one)
    # (b) Both of a pair, at the same time.
    world.until(BOTH)
    for one in every("attic", "cellar"):
        move(one)
    world.until(8)
    for one in every("kitchen", "garage"):
        one.release()
    world.until(12)
    for one in every("attic", "cellar"):
        one.release()
    # (c) In silence, one of a pair or both.
    world.until(AGAIN)
    for one in every("garage", "attic", "cellar"):
        move(one)
    world.until(AGAIN + IDLE)
    for one in every("kitchen"):
        world.log(one.name, "endpoint", at=one.peer(other(one.name))["endpoint"])
        one.press()
    world.until(19)
    for one in every("kitchen"):
        one.release()
    # (d) Kitchen starts again; of the addresses it has, none leads anywhere. Garage finds it.
    world.until(20)
    for one in every("kitchen"):
        one.cut()
    world.until(22)
    for one in every("kitchen"):
        one.boot()
    world.until(23)
    for one in every("garage"):
        one.press()
    world.until(27)
    for one in every("garage"):
        one.release()
    world.until(29)
    for one in world.stations.values():
        world.counters(one)


def judge(case):
    for house in HOUSES:
        talking(case, house)
        together(case, house)
        idle(case, house)
        together_in_silence(case, house)
        restarted(case, house)


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


def talking(case, house):
    """(a) Garage moves while both talk."""
    kitchen, garage, kind = house.kitchen, house.garage, house.called()
    heard(case, kitchen, 1.2, 8.15, f"(a) {kind}: {kitchen} hears {garage} all the time")
    returns(case, garage, MOVED, TALKING, f"(a) {kind}, it moves in its talk")
    heard(case, garage, MOVED + TALKING, 8.15, f"(a) {kind}: and then {garage} hears {kitchen}")
    case.claim(not calls(case, kitchen, MOVED, 8) and not calls(case, garage, MOVED, 8),
               f"(a) {kind}: without a handshake")


def together(case, house):
    """(b) Attic and cellar move at the same time."""
    kind, places = house.called(), [house.place(name, 1) for name in house.named]
    for name in house.named:
        returns(case, name, BOTH, TOGETHER, f"(b) {kind}, both move")
        heard(case, name, BOTH + TOGETHER, 12.15, f"(b) {kind}: and then {name} hears the other")
    found = [one for name in house.named for one in calls(case, name, BOTH, 12)
             if one.target in places]
    case.claim(found != [], f"(b) {kind}: they call each other by name, {len(found)} times")


def idle(case, house):
    """(c) Garage moves while nobody talks."""
    kitchen, garage, kind = house.kitchen, house.garage, house.called()
    new = house.place(garage, 2)
    at = case.entry(kitchen, "endpoint").figures["at"]
    case.claim(at == new, f"(c) {kind}: {kitchen} has it at {at}")
    first = [case.since_zero(one) - AGAIN for one in case.sent(garage)
             if one.source == new and one.target == house.place(kitchen)]
    case.claim(bool(first) and first[0] < TELLS,
               f"(c) {kind}: {garage} tells it {min(first, default=99):.3f} s after its move")
    spoken = [case.since_zero(one) - AGAIN for one in case.sent(kitchen)
              if one.target == new and one.size == DATA]
    case.claim(bool(spoken) and spoken[0] < TELLS, f"(c) {kind}: and is asked")
    heard(case, garage, AGAIN + IDLE + 0.2, 19.15, f"(c) {kind}: who calls it is heard there")


def together_in_silence(case, house):
    """(c) Attic and cellar move while nobody talks."""
    for name in house.named:
        found = [case.since_zero(one) - AGAIN for one in case.sent(name)
                 if one.size == DATA and case.since_zero(one) > AGAIN
                 and one.target == house.place(other(name), 2)]
        case.claim(bool(found) and found[0] < TOGETHER,
                   f"(c) {house.called()}, both move: {name} speaks to the other "
                   f"{min(found, default=99):.2f} s later")


def restarted(case, house):
    """(d) Kitchen has started again."""
    kitchen, garage, kind = house.kitchen, house.garage, house.called()
    asked = [one for one in calls(case, kitchen, 22, 27) if one.target == house.place(garage, 2)]
    case.claim(not asked,
               f"(d) {kind}: {kitchen}, started again, cannot call {garage} ({len(asked)})")
    found = asks_while_talking(case, house, 23.0, 27.0)
    heard(case, kitchen, found + 0.2, 27.15,
          f"(d) {kind}: {garage}, which has its address, is heard")


def asks_while_talking(case, house, press, release):
    """Garage talks, hears nothing of kitchen, and asks; returns when that was."""
    garage = house.garage
    talk = case.since_zero(case.pick(
        [one for one in case.entries(garage, "talk", target=house.kitchen)
         if "peer" not in one.figures and case.since_zero(one) >= press], 0, f"talk of {garage}"))
    asked = [case.since_zero(one) for one in calls(case, garage, press, release)]
    case.claim(len(asked) == 1 and abs(asked[0] - talk - SILENT) < 0.002,
               f"(d) {house.called()}: {garage}, which nobody answers, asks "
               f"{[round(one - talk, 4) for one in asked]} s after it began to talk")
    return asked[0] if asked else release


def controls(case):
    for name in STATIONS:
        yield f"{name} hears nothing", case.silent(name)
    for house in HOUSES:
        garage, kind = house.garage, house.called()
        spoiled = case.spoiled()
        spoiled.packets = [
            one._replace(ns=one.ns + (one.size == M1 and one.station in house) * 10**8)
            for one in case.packets]
        yield f"{kind}: who asks does so 100 ms late", spoiled
        spoiled = case.spoiled()
        spoiled.packets = [
            one._replace(ns=one.ns + (one.source == house.place(garage, 2)) * 10**9)
            for one in case.packets]
        yield f"{kind}: {garage} tells of its move a second late", spoiled
        spoiled = case.spoiled()
        line = spoiled.log.index(case.entry(house.kitchen, "endpoint"))
        spoiled.log[line] = spoiled.log[line]._replace(figures={"at": house.place(garage, 1)})
        yield f"{house.kitchen} has not followed", spoiled


MUTATIONS = (
    # The stream follows late.
    ("Sources/Session/Paths.swift", "static let checkTime = Duration.milliseconds(250)",
     "static let checkTime = Duration.milliseconds(1250)"),
    # Nobody looks where packets come from.
    ("Sources/Media/Listen/PacketReceiver.swift",
     "rings.notify(.elsewhere(peer: peer, index: index, source))", ""),
    # A station does not tell that it has moved.
    ("Sources/Intercomd/Loop/ControlLoop.swift",
     "table.hostMoved(at: now)", ""),
    # Or only of addresses of IPv4.
    ("Sources/CLinux/network.c",
     " | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE\n                     | RTMGRP_IPV6_ROUTE,",
     " | RTMGRP_IPV4_ROUTE,"),
    # Nor does it doubt a peer that does not answer then.
    ("Sources/Session/Greeting.swift", "static let patience = Duration.milliseconds(1500)",
     "static let patience = Duration.milliseconds(15_000)"),
    # Nor asks for its name again.
    ("Sources/Intercomd/Loop/ControlLoop+Session.swift",
     "case .resolve(let peer):\n            resolve(peer)", "case .resolve: break"),
    # Who talks to nobody does not notice.
    ("Sources/Switchboard/Switchboard.swift",
     "station.deadline, callLight.deadline, doubts.deadline, ownTalks.deadline,",
     "station.deadline, callLight.deadline, ownTalks.deadline,"),
)
