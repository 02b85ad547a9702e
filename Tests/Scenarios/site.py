"""A site of five: each new station comes in by one pairing, any talks to any, and one that is put
out is heard no more; by one that was cut off meanwhile no longer than until it meets any other.
"""

from stage.place import StageError
from uml.world import net
from uml.world.typed import Typed

OFTEN = False
STATIONS = ("kitchen", "garage", "attic", "thief", "lodger")
"""The first one introduces; the last two are put out."""
SECONDS = 400

HERTZ = {name: 500 + 100 * place for place, name in enumerate(STATIONS)}
JOINED = 60.0
"""Seconds from the first command until all have a session with all."""
THIEF, CUT, LODGER, OFF, BACK, END = 6.0, 8.0, 9.0, 10.0, 12.0, 32.0
"""When thief is put out, attic is cut off, lodger is put out, kitchen is off, attic is back."""
AT_ONCE = 0.5
"""Seconds after the command until a station that is up hears one no more that was put out."""
CATCHES_UP = 15.5
"""And after it is back, one that was cut off and has kept its sessions (protocol.md §4.3)."""


def prepare(said):
    for name, hertz in HERTZ.items():
        said.write(name, said.tone(hertz, END + 2))


def play(world):
    for one in world.stations.values():
        one.sections["network"].pop("discovery", None)
        one.sections["channel house"]["members"] = "*"
        one.draw_alike()
        one.write_config()
        one.start()
    first, *others = world.stations.values()
    started = world.now()
    Typed(world, first, "site", "init", "house").ended()
    for one in others:
        shown = Typed(world, one, "pair", "--join")
        Typed(world, first, "pair", "--join", shown.code()).ended()
        shown.ended()
    try:
        world.wait(lambda: is_whole(world), "all are up", seconds=60)
        world.log("world", "joined", after=(world.now() - started) / 1e9)
    except StageError:
        world.log("world", "joined", after=None)
    world.live()
    # Any talks to any.
    for place, name in enumerate(STATIONS):
        world.until(0.5 + place)
        world[name].press()
        world.until(1.3 + place)
        world[name].release()
    # One is put out in the middle of its talk.
    world.until(THIEF - 0.5)
    world["thief"].press()
    world.until(THIEF)
    Typed(world, first, "site", "remove", "thief").ended()
    world.until(CUT - 0.3)
    world["thief"].release()
    # And one while another is cut off; then the introducer is off, too.
    world.until(CUT)
    net.unplug("attic")
    world["lodger"].press()
    world.until(LODGER)
    Typed(world, first, "site", "remove", "lodger").ended()
    world.until(OFF)
    net.unplug("kitchen")
    world.until(BACK)
    net.plug("attic")
    world.until(END)
    world["lodger"].release()
    for one in (*world.stations.values(),):
        world.log(one.name, "site", number=one.status()["site"]["number"] or 0,
                  peers=sorted(peer["name"] for peer in one.status()["peers"]))


def is_whole(world):
    return all(len(found := one.status()["peers"]) == len(STATIONS) - 1
               and all(peer["state"] == "up" for peer in found)
               for one in world.stations.values())


def judge(case):
    after = case.entry("world", "joined").figures["after"]
    case.claim(after is not None and after <= JOINED,
               f"all have a session with all {after} s after the first command")
    typed = [entry for name in STATIONS for entry in case.entries(name, "types")]
    before = [one for one in typed if one.figures["words"][:2] != ["site", "remove"]]
    case.claim(len(before) == 2 * len(STATIONS) - 1,
               f"{len(before)} commands are typed for {len(STATIONS)} stations")
    for place, name in enumerate(STATIONS):
        for ear in STATIONS:
            if ear != name:
                level = case.faintest(ear, HERTZ[name], 0.7 + place, 1.3 + place)
                case.claim(level > -20, f"{ear} hears {name}: {level:.1f} dBFS")
    for ear in ("kitchen", "garage", "attic"):
        heard(case, ear, "thief", THIEF - 0.3, THIEF)
        silent(case, ear, "thief", THIEF + AT_ONCE, CUT - 0.3)
    heard(case, "garage", "lodger", CUT + 0.2, LODGER)
    silent(case, "garage", "lodger", LODGER + AT_ONCE, END)
    # It was cut off before, and is silent until it is back; the bound is the page's.
    silent(case, "attic", "lodger", CUT + 0.5, BACK)
    silent(case, "attic", "lodger", BACK + CATCHES_UP, END)
    track = case.track("attic", HERTZ["lodger"], BACK, END)
    last = max([number for number, level in enumerate(track) if level > -40], default=0) * 0.02
    case.note(f"attic hears lodger until {last:.2f} s after it is back")
    newest = max(case.entry(name, "site", -1).figures["number"] or 0 for name in STATIONS)
    for name in ("kitchen", "garage", "attic"):
        case.claim(case.entry(name, "site", -1).figures["number"] == newest,
                   f"{name} has the newest roster")
    for name, wanted in (("garage", ["attic", "kitchen"]), ("attic", ["garage", "kitchen"])):
        found = case.entry(name, "site", -1).figures["peers"]
        case.claim(found == wanted, f"{name} knows {found}")


def heard(case, ear, name, start, end):
    level = case.faintest(ear, HERTZ[name], start, end)
    case.claim(level > -20, f"{ear} hears {name} from {start:g} to {end:g} s: {level:.1f} dBFS")


def silent(case, ear, name, start, end):
    level = max(case.track(ear, HERTZ[name], start, end), default=-120)
    case.claim(level < -40, f"{ear} does not hear {name} from {start:g} to {end:g} s: "
               f"{level:.1f} dBFS")


def controls(case):
    for name in ("kitchen", "garage", "attic"):
        yield f"{name} hears nothing", case.silent(name)
    yield "they joined late", case.with_last("joined", lambda figures: {"after": 61.0})
    yield "attic has an old roster", case.with_line(
        "attic", "site", number=1, peers=["garage", "kitchen"])
    yield "attic knows lodger", case.with_line(
        "attic", "site", number=8, peers=["garage", "kitchen", "lodger"])


MUTATIONS = (
    # The roster is shown to nobody.
    ("Sources/Site/RosterExchange.swift",
     "            peers[number]?.announce(at: now)\n", ""),
    # A newer one is written and not used.
    ("Sources/Intercomd/Loop/ControlLoop+Site.swift", "beginReload(for: .site)", "_ = site"),
)
