"""No packet leaves for anyone who is not configured, whoever asks and whatever happens; but for
path challenges, to whoever is faster with copies of a peer's packets.

A claim about IPv4: its guest has no other.
"""

import hashlib
import socket

from stage.identity import Identity
from uml.design import COOKIE, DATA, M1, M2, M3
from uml.world import names, net, wire
from uml.world.names import Names

OFTEN = True
STATIONS = ("kitchen", "garage", "cellar")
SECONDS = 300

HERTZ = 500
REKEY = 10
STRANGER, READER = 66, 67
"""The hosts of one who knows no key, and of one who has read kitchen's public key."""
LEAVES, GARBAGE, READ, RACE, OVER = 6.0, 9.0, 10.0, 13.0, 24.0
COUNT = 200


def prepare(said):
    for name in STATIONS:
        said.write(name, said.tone(HERTZ, 30.0))


class Stranger:
    """Somebody who is no station: sends what it likes, and counts what it gets."""

    def __init__(self, world, name, host):
        net.join(name, host)
        self.name, self.world, self.got = name, world, []
        self.link = net.socket_in(name)
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.link.bind((f"{net.NETWORK}.{host}", 5577))
        world.listen(self.link, self._take)

    def _take(self):
        self.got.append(len(self.link.recv(2048)))

    def send(self, data, target="1"):
        """To kitchen, or another host of the network."""
        self.link.sendto(data, (f"{net.NETWORK}.{target}", 5577))

    def tell(self):
        """Logs what it got."""
        self.world.log(self.name, "got", sizes=self.got)


def garbage(number):
    """Something of a size and with bytes that are the same in every run."""
    seed = hashlib.sha256(f"garbage {number}".encode()).digest()
    size = (1, 32, DATA, M3, 56, 500, M2, M1, 1400)[number % 9]
    data = (seed * 45)[:size]
    # Handshakes of every kind and version, and packets of sessions.
    header = bytes([number % 6, number % 2, 1 + number % 2, 0])
    return (header + data)[:size] if number % 3 else data


def m1(number, public=None):
    """A call as a station makes it, with the mac of whom it calls; None: of somebody else."""
    point = hashlib.sha256(f"e {number}".encode()).digest()
    text = bytes([1, 1, 1, 0, 0x20, 0, 0, number]) + point[:31] + b"\x11" + bytes(1184)
    return text + (public or Identity(b"\x07" * 32)).mac(text)


def copies(world, name):
    """What a station sends from now on: a list that grows, as on a tapped cable."""
    found = []
    tap = wire.tap(name)

    def take():
        frame, address = tap.recvfrom(2048)
        if address[2] != socket.PACKET_OUTGOING and len(frame) == 14 + 20 + 8 + DATA:
            found.append(frame[42:])

    world.listen(tap, take)
    return found


def play(world):
    kitchen, garage, cellar = world.stations.values()
    # It knows no name.
    Names(world).ask_from_one_port("kitchen")
    stranger, reader = Stranger(world, "stranger", STRANGER), Stranger(world, "reader", READER)
    for one in world.stations.values():
        one.sections["session"] = {"rekey-after": f"{REKEY}s"}
        one.write_config()
    for one in (garage, cellar):
        kitchen.write_peer(one.name, one.public_key, one.address)
        one.write_peer("kitchen", kitchen.public_key, kitchen.address)
    attic = Identity(hashlib.sha256(b"attic").digest())
    kitchen.write_peer("attic", attic.text, "attic.example")
    for one in (garage, cellar, kitchen):
        one.start()
    world.wait(lambda: all(kitchen.peer(one)["state"] == "up" for one in ("garage", "cellar")),
               "kitchen has both")
    world.live()
    world.until(2)
    kitchen.press()
    world.until(4)
    kitchen.release()
    # One leaves, and does not know it.
    world.until(LEAVES)
    kitchen.remove_peer("cellar")
    world.log("world", "reload")
    kitchen.ask("reload")
    world.until(7)
    kitchen.press()
    world.until(GARBAGE)
    for number in range(COUNT):
        stranger.send(garbage(number), "255" if number % 10 == 9 else "1")
        stranger.send(m1(number % 256))
        world.sleep(0.001)
    world.until(READ)
    secret = hashlib.sha256(b"kitchen").digest()
    for number in range(10):
        call = m1(number, Identity(secret))
        reader.send(call)
        # The same again, and what an M3 would be.
        reader.send(call)
        reader.send(bytes([3, 1, 1, 0]) + bytes(92))
        world.sleep(0.1)
    kitchen.release()
    race(world, stranger)
    world.until(18)
    kitchen.press()
    world.until(20)
    kitchen.release()
    world.until(OVER)
    for one in (stranger, reader):
        one.tell()
    for one in world.stations.values():
        world.counters(one)
    world.log("kitchen", "endpoint", of="garage", at=kitchen.peer("garage")["endpoint"])


def race(world, stranger):
    """Packets of garage come from a stranger before they come from garage, which is cut off."""
    world.until(RACE)
    tapped = copies(world, "garage")
    net.unplug("kitchen")
    world["garage"].press()
    world.sleep(0.3)
    world["garage"].release()
    world.sleep(0.3)
    net.plug("kitchen")
    world.sleep(0.1)
    count = len(tapped)
    for one in tapped:
        stranger.send(one)
    # And once more, what is known by now.
    for one in reversed(tapped):
        stranger.send(one)
    world.log("stranger", "raced", count=count)
    # Kitchen has something to say to garage, once its cable carries it.
    world.sleep(1)
    world["kitchen"].press()
    world.sleep(1)
    world["kitchen"].release()


def place(host):
    """The socket of a host's station."""
    return f"{net.NETWORK}.{host}:5577"


def judge(case):
    kitchen, garage, cellar, reader = map(place, (1, 2, 3, READER))
    server = f"{names.ADDRESS}:53"
    # A daemon that is not there yet is excused by its kernel, to whom has called it.
    known = {"kitchen": {garage, cellar, reader, server, garage[:-5], cellar[:-5]},
             "garage": {kitchen, kitchen[:-5]}, "cellar": {kitchen, kitchen[:-5]}}
    for name in case.stations:
        sent = case.sent(name)
        others = sorted({one.target for one in sent} - known[name] - {place(STRANGER)})
        case.claim(not others, f"{name}: of {len(sent)} packets none goes to anyone else {others}")
        excuses = [one for one in sent if ":" not in one.target and one.ns > case.zero]
        case.claim(not excuses, f"{name}: its kernel excuses itself to nobody ({len(excuses)})")
    strangers(case, reader)
    leaves(case, cellar)
    resolves(case, server)
    raced(case)


def to(case, target):
    """What kitchen sends to somebody."""
    return [one for one in case.sent("kitchen") if one.target == target]


def heard_from(case, source, size):
    """What kitchen gets from somebody, of a size."""
    return [one for one in case.packets if one.station == "kitchen" and one.way == "in"
            and one.source == source and one.size == size]


def strangers(case, reader):
    """Who knows nothing is told nothing; who knows the public key gets M2 or a cookie for an M1."""
    sent = sum(one.source == place(STRANGER) for one in case.packets
               if one.station == "kitchen" and one.way == "in")
    got = case.entry("stranger", "got").figures["sizes"]
    early = [one for one in case.packets if one.target == place(STRANGER)
             and case.since_zero(one) < RACE]
    case.claim(sent > 2 * COUNT and not early,
               f"a stranger sends {sent} packets and gets {len(early)} before it has copies")
    case.claim(len(got) == 1 and set(got) == {DATA},
               f"for all its copies of true ones it gets {len(got)} challenge of {set(got)} bytes")
    calls, answers = heard_from(case, reader, M1), to(case, reader)
    sizes = {one.size for one in answers}
    case.claim(len(answers) == len(calls) == 20 and sizes == {M2, COOKIE},
               f"who has read the public key sends {len(calls)} M1 and gets {len(answers)} packets "
               f"of {sizes} bytes")
    unknown = case.counters("kitchen")["handshake_dropped_unknown_key"]
    finished = heard_from(case, place(3), M3)
    finished = [one for one in finished if case.since_zero(one) > LEAVES]
    case.claim(unknown == len(finished) > 0,
               f"cellar is unknown {unknown} times, of the {len(finished)} M3 it sends")


def leaves(case, cellar):
    """Cellar is taken out of the settings, and goes on calling."""
    at = case.since_zero(case.entry("world", "reload"))
    after = [one for one in to(case, cellar) if case.since_zero(one) >= at]
    bye = [case.since_zero(one) - at for one in after if one.size == DATA]
    case.claim(len(bye) == 3 and all(abs(one - 0.02 * i) < 0.002 for i, one in enumerate(bye)),
               f"cellar gets {len(bye)} goodbyes, {[round(one, 3) for one in bye]} s after the "
               "reload")
    calls = [one for one in heard_from(case, cellar, M1) if case.since_zero(one) > at]
    rest = [one.size for one in after if one.size != DATA]
    case.claim(rest == [M2, COOKIE, M2],
               f"then M2 for its M1, and a cookie for one too many: {rest} for {len(calls)}")
    level = case.level("cellar", at + 0.05, OVER)
    case.claim(level < -90, f"and hears nothing more ({level:.0f} dBFS)")
    for start, end in ((2.2, 4.15), (7.2, 11.15), (18.2, 20.15)):
        level = case.faintest("garage", HERTZ, start, end)
        case.claim(level > -13, f"garage hears all, at {level:.1f} dBFS or more")
    level = case.faintest("cellar", HERTZ, 2.2, 4.15)
    case.claim(level > -13, f"as cellar did before, at {level:.1f} dBFS or more")


def resolves(case, server):
    """Of attic there is a name only, and nobody knows it."""
    asked = [one.ns for one in to(case, server)]
    # One question each for IPv4 and IPv6.
    pairs = list(zip(asked[::2], asked[1::2]))
    gaps = [(b[0] - a[0]) / 1e9 for a, b in zip(pairs, pairs[1:])]
    case.claim(len(asked) % 2 == 0 and all(b - a < 10**6 for a, b in pairs)
               # A reload keeps the control loop for the 40 ms of its goodbyes.
               and all(1.999 < gap < 2.045 for gap in gaps) and len(gaps) >= OVER / 2 - 1,
               f"the resolver is asked {len(pairs)} times, every {min(gaps, default=0):.3f} "
               f"to {max(gaps, default=0):.3f} s")


def raced(case):
    """A stranger is faster than garage, with what garage has said."""
    faster = case.entry("stranger", "raced")
    count, counted = faster.figures["count"], case.counters("kitchen")
    others, copied = (counted[name] for name in ("other_source", "dropped_replay"))
    # One more is the copy of the newest packet, from before.
    case.claim(count > 40 and others == count + 1 and copied == count,
               f"a stranger was faster with {count} packets of garage: {others} are counted, "
               f"{copied} copies dropped")
    at = case.entry("kitchen", "endpoint").figures["at"]
    case.claim(at == place(2), f"garage is where it was ({at})")
    start = case.since_zero(faster) + 1
    level = case.faintest("garage", HERTZ, start + 0.2, start + 1.1)
    case.claim(level > -13, f"and hears kitchen, at {level:.1f} dBFS or more")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "kitchen speaks to a neighbour", leaking(case, "kitchen", place(99), DATA)
    yield "kitchen speaks to all", leaking(case, "kitchen", place(255), DATA)
    yield "kitchen speaks to attic over IPv6", leaking(case, "kitchen", "[fd77::6]:5577", M1)
    yield "garage calls cellar", leaking(case, "garage", place(3), M1)
    yield "kitchen talks to who has read its key", leaking(case, "kitchen", place(READER), DATA)
    yield "cellar gets an M2 too many", leaking(case, "kitchen", place(3), M2)
    yield "cellar gets a heartbeat", leaking(case, "kitchen", place(3), DATA)
    yield "the resolver is asked once more", leaking(
        case, "kitchen", f"{names.ADDRESS}:53", 31)
    other = case.spoiled()
    line = case.log.index(case.entries("stranger", "got")[0])
    other.log[line] = case.log[line]._replace(figures={"sizes": [M2]})
    yield "the stranger got an M2", other
    other = case.spoiled()
    other.log[line] = case.log[line]._replace(figures={"sizes": [DATA] * 4})
    yield "the stranger is sent the talk", other


def leaking(case, name, target, size):
    """With one packet that was not sent."""
    other = case.spoiled()
    one = case.sent(name)[-1]
    other.packets.append(one._replace(target=target, size=size))
    return other


MUTATIONS = (
    ("Sources/Session/Flood/Doorkeeper.swift",
     "guard mac.verify(initiation) else { return .mac }", ""),
    ("Sources/Media/Listen/PacketReceiver.swift",
     "        case .opened(let opened, slot: _, let age):\n",
     "        case .opened(let opened, slot: _, let age):\n"
     "            defer { if opened.isNewest { peers[peer].endpoint = arrived.from } }\n"),
    ("Sources/Session/Limits.swift", "public var closeCount = 3", "public var closeCount = 4"),
    ("Sources/Switchboard/Search.swift", "static let interval = Duration.seconds(2)",
     "static let interval = Duration.seconds(1)"),
)
