"""Two fresh stations on a LAN meet by a code: one command at each, and the first word is heard.

Two have IPv4 alone and two IPv6. A stranger on the same LAN tries codes of its own meanwhile, and
becomes nobody's peer.
"""

from stage.place import StageError
from uml.world.typed import Typed

OFTEN = False
PAIRS = (("kitchen", "garage"), ("hall", "shed"))
IPV6 = PAIRS[1]
STATIONS = (*PAIRS[0], *PAIRS[1], "stranger")
SECONDS = 300

HERTZ = {name: 500 + 100 * place for place, name in enumerate(STATIONS)}
MEET = 10.0
"""Seconds from the first command to a session: a person reads the code and types it meanwhile,
which takes no time here."""
ATTEMPTS = 2
"""Wrong codes that the stranger tries; a third would end the window."""


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, 10.0))


def play(world):
    for one in world.stations.values():
        del one.sections["network"]["discovery"]
        one.draw_alike()
        one.write_config()
        one.start()
    for pair in PAIRS:
        meet(world, *(world[name] for name in pair))
    world.live()
    for place, name in enumerate(sorted(HERTZ)):
        world.until(1 + place)
        world[name].press()
        world.until(1.8 + place)
        world[name].release()
    world.sleep(1)
    for one in world.stations.values():
        world.log(one.name, "peers",
                  names=sorted(peer["name"] for peer in one.status()["peers"]))


def meet(world, shows, types):
    started = world.now()
    shown = Typed(world, shows, "pair")
    code = shown.code()
    for _ in range(ATTEMPTS):
        wrong = "0000-0000" if code != "0000-0000" else "1111-1111"
        Typed(world, world["stranger"], "pair", shows.address, wrong).ended(1)
    Typed(world, types, "pair", code).ended(None)
    shown.ended(None, seconds=130)
    try:
        world.wait(lambda: all(one.status()["peers"] and one.status()["peers"][0]["state"] == "up"
                               for one in (shows, types)), "both are up", seconds=20)
        world.log(shows.name, "met", after=(world.now() - started) / 1e9, typed=len(code))
    except StageError:
        world.log(shows.name, "met", after=None, typed=len(code))


def judge(case):
    for pair in PAIRS:
        met = case.entry(pair[0], "met").figures
        case.claim(met["after"] is not None and met["after"] <= MEET,
                   f"{pair[0]} and {pair[1]} are up {met['after']} s after the first command")
        case.claim(met["typed"] <= 12, f"{met['typed']} characters are typed")
        case.note(f"{pair[0]} and {pair[1]}: {met['after']:.2f} s")
        for name in pair:
            typed = [one.figures["words"] for one in case.entries(name, "types")]
            case.claim(typed == [["pair"]], f"one command is typed at {name}: {typed}")
            other = pair[1 - pair.index(name)]
            names = case.entry(name, "peers", -1).figures["names"]
            case.claim(names == [other], f"{name} knows {names}")
            start = 1 + sorted(HERTZ).index(other)
            level = case.faintest(name, HERTZ[other], start + 0.2, start + 0.8)
            case.claim(level > -16, f"{name} hears {other}: {level:.1f} dBFS")
            start = 1 + sorted(HERTZ).index("stranger")
            level = case.tone(name, HERTZ["stranger"], start, start + 0.8)
            case.claim(level < -60, f"{name} does not hear the stranger: {level:.1f} dBFS")
    names = case.entry("stranger", "peers", -1).figures["names"]
    case.claim(names == [], f"the stranger has no peer: {names}")


def controls(case):
    for name in (*PAIRS[0], *PAIRS[1]):
        yield f"{name} hears nothing", case.silent(name)
    yield "they met late", case.with_last("met", lambda figures: {**figures, "after": 11.0})
    yield "the stranger has a peer", case.with_line("stranger", "peers", names=["kitchen"])
    yield "another command was typed", case.with_line("shed", "types", words=["peer", "add"])


MUTATIONS = (
    # The station that shows a code does not say so on the LAN.
    ("Sources/Intercomd/Loop/ControlLoop+Pairing.swift",
     "case .offer(let port): neighbourhood.offerPairing(port, at: now)", "case .offer: break"),
)
