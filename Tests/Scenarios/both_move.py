"""Stations without addresses of each other: they find each other on the LAN, and are together
again when both get other addresses at one moment, while they talk and in silence.

Two have IPv4 alone and two IPv6, whose link-local addresses change as well.
"""

from stage.place import StageError
from uml.design import DATA, M1
from uml.world import net

OFTEN = False
PAIRS = (("kitchen", "garage"), ("hall", "shed"))
IPV6 = PAIRS[1]
STATIONS = (*PAIRS[0], *PAIRS[1])
SECONDS = 300

HERTZ = {name: 500 + 100 * place for place, name in enumerate(STATIONS)}
FOUND, TOGETHER = 1.0, 1.0
"""Seconds until two that have just started are up, and until two that have moved hear each other:
0.25 until they announce themselves, 0.5 until a silent peer is in doubt, and a handshake."""
MDNS = ("224.0.0.251:5353", "[ff02::fb]:5353")
MOVED, AGAIN, END = 3.0, 12.0, 20.0
HOUR = 7
"""Messages for each family of addresses that a station may send to all in the time of this
scenario: at the start and after each move two beacons, and some questions and answers."""


def kind(pair):
    return "IPv6" if pair == IPV6 else "IPv4"


def host(name, moves):
    """The host that a station is when it has moved so often."""
    return STATIONS.index(name) + 1 + 10 * moves


def places(name, moves):
    """The sockets of a station that has moved so often."""
    number = host(name, moves)
    if name not in IPV6:
        return (net.place(number),)
    return net.place(number, True), f"[fe80::{number}]:5577"


def other(name):
    return next(one for pair in PAIRS if name in pair for one in pair if one != name)


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, 60.0))


def play(world):
    for one in world.stations.values():
        peer = world[other(one.name)]
        one.talk_alone_to(peer.name)
        one.write_peer(peer.name, peer.public_key)
        del one.sections["network"]["discovery"]
        one.draw_alike()
        one.write_config()
        one.start()
    started = world.now()
    try:
        world.wait(world.is_up, "all stations are up", seconds=10)
        world.log("world", "up", after=(world.now() - started) / 1e9)
    except StageError:
        world.log("world", "up", after=None)
    world.live()
    world.until(1)
    for one in world.stations.values():
        one.press()
    # (a) Both of each pair, while they talk.
    world.until(MOVED)
    move(world)
    world.until(8)
    for one in world.stations.values():
        one.release()
    # (b) And in silence.
    world.until(AGAIN)
    move(world)
    world.until(END - 1)
    for one in world.stations.values():
        one.press()
    world.until(END)
    for one in world.stations.values():
        one.release()
        world.counters(one)


def move(world):
    for one in world.stations.values():
        former = one.host
        one.move(former + 10)
        if one.is_v6:
            net.move_link_local(one.name, former, one.host)


def judge(case):
    after = case.entry("world", "up").figures["after"]
    case.claim(after is not None and after <= FOUND,
               f"all are up {after} s after the last one has started")
    for pair in PAIRS:
        for name in pair:
            talking(case, pair, name)
            in_silence(case, pair, name)
            calm(case, pair, name)


def talking(case, pair, name):
    """(a)"""
    what = f"(a) {kind(pair)}, both move"
    heard(case, name, 1.2, MOVED, f"{what}: before, {name} hears the other")
    track = case.track(name, HERTZ[other(name)], MOVED, MOVED + TOGETHER + 1)
    deaf = [number for number, level in enumerate(track) if level <= -13]
    again = (deaf[-1] + 1) * 0.02 if deaf else 0.0
    case.claim(again <= TOGETHER, f"{what}: {name} hears again after {again:.2f} s")
    case.note(f"{what}: {name} {again:.2f} s")
    heard(case, name, MOVED + TOGETHER, 8.1, f"{what}: and then {name} hears the other")


def heard(case, name, start, end, what):
    """Every 20 ms of the other's tone."""
    level = case.faintest(name, HERTZ[other(name)], start, end)
    case.claim(level > -13, f"{what}: {level:.1f} dBFS or more from {start:.2f} s on")


def in_silence(case, pair, name):
    """(b)"""
    spoken = [case.since_zero(one) - AGAIN for one in case.sent(name)
              if one.size == DATA and case.since_zero(one) > AGAIN
              and one.target in places(other(name), 2)]
    case.claim(bool(spoken) and spoken[0] <= TOGETHER,
               f"(b) {kind(pair)}, both move in silence: {name} speaks to the other "
               f"{min(spoken, default=99):.2f} s later")
    heard(case, name, END - 0.8, END, f"(b) {kind(pair)}: {name} hears the other")


def calm(case, pair, name):
    """Few messages go to all, and calls only where the peer is or was."""
    said = [one for one in case.sent(name) if one.target in MDNS]
    case.claim(0 < len(said) <= 3 * HOUR, f"{name} says {len(said)} things to all")
    known = {place for moves in range(3) for place in places(other(name), moves)}
    calls = {one.target for one in case.sent(name) if one.size == M1}
    case.claim(calls <= known, f"{kind(pair)}: {name} calls {sorted(calls)}")


def controls(case):
    for name in STATIONS:
        yield f"{name} hears nothing", case.silent(name)
    spoiled = case.spoiled()
    spoiled.packets = [
        one._replace(ns=one.ns + (case.since_zero(one) > AGAIN and one.size == DATA) * 10**9)
        for one in case.packets]
    yield "in silence they find each other a second late", spoiled
    yield "they were up late", case.with_last("up", lambda figures: {"after": 2.0})
    spoiled = case.spoiled()
    spoiled.packets = [one for one in case.packets if one.target not in MDNS]
    yield "nothing was said to all", spoiled


MUTATIONS = (
    # Nobody is called for being seen.
    ("Sources/Intercomd/Peers/Neighbourhood.swift",
     "table.follow(.sighted(peer: peer, at: address, mark: mark), at: now)", "_ = (peer, mark)"),
    # Other addresses of this machine are no news.
    ("Sources/Intercomd/Loop/ControlLoop.swift",
     "neighbourhood.look(&table, at: now)\n                table.hostMoved(at: now)",
     "_ = neighbourhood\n                table.hostMoved(at: now)"),
    # A silent peer is doubted as late as one that was not seen.
    ("Sources/Session/Greeting.swift",
     "static let patienceWhenSeen = Duration.milliseconds(500)",
     "static let patienceWhenSeen = Duration.milliseconds(1500)"),
    # It is called where it was first.
    ("Sources/Session/PeerTable+Paths.swift",
     "if let elsewhere { _ = association.sightings.call(elsewhere, at: now) }", ""),
    # What is announced comes late.
    ("Sources/Discovery/LinkTimes.swift", "static let firstBeacon = 0...250",
     "static let firstBeacon = 900...1150"),
    # IPv6 has another group.
    ("Sources/CLinux/multicast.c", "[15] = 0xFB", "[15] = 0xFA"),
)
