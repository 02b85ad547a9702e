"""Wherever the current fails, a station keeps its history and what was set.

Two stations have their directories on one disk, which lives through all of it. In every boot people
call each other and set volumes, until the machine is powered off: after some time, or before one of
the changes that a daemon makes on the disk, with what was written before it lost or kept. The next
boot looks at what is left, and starts the daemons on it.
"""

import hashlib
import os
import random

from stage import kept, place
from stage.identity import Identity
from uml import disk
from uml.world import clock

OFTEN = False
TIMELESS = True
STATIONS = ("kitchen", "garage")
SECONDS = 240

DISK, LOG = disk.DISK, "/run/share/log"
boot_words = disk.boot_words
SYNC = 30.0
"""At most so much of the history is missing, in seconds (intercomd.conf(5), FILES)."""
WRITTEN = SYNC + 5
"""So long after a change the state is on the disk: it rests for 3 s, and whoever turns a knob for
minutes is written after 30."""
ENDS = ("call_ended", "missed_call")


def _cuts():
    """[(seconds after the start or None, before which change of kitchen's, is it kept)]."""
    chance = random.Random(6)
    found = [(round(chance.uniform(*span), 3), None, False)
             for span, some in (((0.5, 18), 6), ((34, 60), 4)) for _ in range(some)]
    found += [(None, chance.randint(*span), chance.random() < 0.5)
              for span, some in (((1, 12), 5), ((13, 40), 5)) for _ in range(some)]
    chance.shuffle(found)
    return found


CUTS = _cuts()
FULL = range(0, len(CUTS), 8)
"""In these a file of the history is filled to its end, so that another begins."""
LONGEST = 75.0
"""When the current fails at last, where no change was the one."""
BOOTS = len(CUTS) + 1


# --- in the guest ---

def play(world):
    disk.mount(world)
    # The kernel writes nothing by itself: the disk has what a daemon has waited for.
    for name in ("dirty_expire_centisecs", "dirty_writeback_centisecs"):
        with open(f"/proc/sys/vm/{name}", "w", encoding="ascii") as file:
            file.write("1000000")
    number = world.boots
    for name, one in world.stations.items():
        one.sections["audio"]["duplex"] = "full"
        one.state, one.etc = f"{DISK}/{name}/state", f"{DISK}/{name}/etc"
        one.log_path = f"{LOG}.{name}.{number}"
    if number == 0:
        lay(world)
    found = {name: (kept.history(one.state), kept.ring(one.state))
             for name, one in world.stations.items()}
    if number in FULL:
        for name, one in world.stations.items():
            if not found[name][0]["torn"]:
                world.fact(boot=number, filled=kept.fill(one.state, number), who=name)
    os.sync()
    is_last = number == len(CUTS)
    if not is_last:
        cut = CUTS[number]
        world.log("world", "cut", number=number, after=cut[0], call=cut[1], is_kept=cut[2])
        if cut[1] is not None:
            world["kitchen"].environment = disk.cut_before(*cut[1:])
        world.may_be_cut()
    look(world, number, found)
    if is_last:
        for one in world.stations.values():
            one.stop()
        world.run("umount", DISK)
    else:
        live(world, number)


def lay(world):
    """The stations as they are set up."""
    for name, one in world.stations.items():
        os.makedirs(one.state)
        os.makedirs(f"{one.etc}/peers.d")
        one.write_identity(Identity(hashlib.sha256(name.encode()).digest()).secret.hex())
        one.write_config()
    world.introduce()


def look(world, number, found):
    """Tells what the last cut has left, before the daemon sees it and after."""
    for name, one in world.stations.items():
        before, ring = found[name]
        # Before the start, which may be cut itself.
        world.fact(boot=number, who=name, before=before, kept=ring)
    for name, one in sorted(world.stations.items()):
        try:
            one.start()
        except place.StageError as error:
            world.fact(boot=number, who=name, why=str(error))
            return
    world.wait(world.is_up, "the stations are up")
    for name, one in world.stations.items():
        listed = one.ask("history", limit=1000)["calls"]
        world.fact(boot=number, who=name, after=kept.history(one.state), why=None,
                   counted=one.counters()["history_damaged"], listed=len(listed),
                   ring=one.ask("state")["volumes"]["ring"],
                   bad_state=kept.content(f"{one.state}/state.bad") is not None)


def live(world, number):
    """What people do until the current fails."""
    begin, chance = clock.now(), random.Random(number)
    after = CUTS[number][0]
    end = begin + round((after or LONGEST) * 1e9)
    told = world.told

    def tell(one, event):
        told(one, event)
        if event["event"] in ENDS:
            world.fact(boot=number, who=one.name, at=clock.now(), ended=event["call"])

    world.told = tell
    kitchen, garage = world["kitchen"], world["garage"]
    knob = number * 37
    while clock.now() < end:
        knob += 1
        kitchen.ask("state", set="volume", what="ring", percent=knob % 101)
        world.fact(boot=number, who="kitchen", at=clock.now(), set=knob % 101)
        pause(world, end, chance.uniform(0, 1))
        caller, called = chance.sample([kitchen, garage], 2)
        if not wait(world, end, caller, "idle") or not wait(world, end, called, "idle"):
            break
        caller.ask("call", target=called.name, mode="call", priority="normal")
        if not wait(world, end, called, "ringing"):
            break
        what = chance.choice(("answer", "reject", "hangup"))
        (caller if what == "hangup" else called).ask(what)
        if what == "answer":
            if not wait(world, end, caller, "active"):
                break
            pause(world, end, chance.uniform(0, 2))
            chance.choice([caller, called]).ask("hangup")
        # Now and then nobody does anything for some time.
        if chance.random() < 0.2:
            pause(world, end, chance.uniform(1, 8))
    pause(world, end, LONGEST)
    world.fact(boot=number, at=clock.now(), cut=True)
    world.cut()


def pause(world, end, seconds):
    world.until_ns(min(end, clock.now() + round(seconds * 1e9)))


def wait(world, end, one, state):
    """Waits until a call has this state at a station; False when the time is over before."""
    while one.ask("status")["call"]["state"] != state:
        if clock.now() >= end:
            return False
        pause(world, end, 0.01)
    return True


# --- what must be so ---

def judge(case):
    looks = [one for one in case.facts if "before" in one and one["boot"] > 0]
    case.claim(len(looks) == 2 * len(CUTS), f"{len(CUTS)} times the current failed, and each time "
               "what was left of both stations was looked at")
    case.need(len(looks) == 2 * len(CUTS), f"there are {len(looks)} looks")
    afters = [one for one in case.facts if "why" in one]
    tell(case, "the daemon starts", [(one, one["why"]) for one in afters])
    tell(case, "of the history nothing but its end is torn",
         [(one, torn(case, one)) for one in looks])
    tell(case, f"at most {SYNC:.0f} s of it are missing",
         [(one, missing(case, one)) for one in looks])
    seen = [one for one in afters if one["why"] is None]
    tell(case, "what is torn is counted, and hurts no line after it",
         [(one, counted(case, one)) for one in seen])
    tell(case, "every call has one start at most and one end", [(one, ends(one)) for one in seen])
    tell(case, "what was set is whole, and not older than it may be",
         [(one, state(case, one)) for one in looks if one["who"] == "kitchen"])
    lost = sum(len(gone(case, one)) for one in looks)
    # How many is the chance of the run, and not said: two runs must say the same.
    case.claim(lost > 20, "some ends of calls that were told of were not on the disk yet")
    crashed = {call for one in seen for call, _, cause in one["after"]["calls"]
               if cause == "crash"}
    case.claim(len(crashed) > 2, "some calls were cut off, and ended so")
    cut = [one["boot"] for one in case.facts if "cut" in one]
    wanted = [number for number, (after, _, _) in enumerate(CUTS) if after is not None]
    case.claim(set(cut) >= set(wanted) and len(cut) < len(CUTS) - 5,
               "it failed before changes of the disk, and else when it should")


def tell(case, text, found):
    """Claims that nothing was wrong: [(fact, what is wrong or None)]."""
    wrong = [f"in boot {one['boot']} at {one['who']}: {why}" for one, why in found if why]
    case.claim(found and not wrong,
               text + (f": {len(wrong)} times not, first {wrong[0]}" if wrong else ""))


def torn(case, one):
    """What of the files was damaged by the last cut though it is not the end of the last one."""
    before = one["before"]
    # What was torn before stays where it is.
    old = {where[-1] for other in case.facts if other.get("who") == one["who"]
           and "before" in other and other["boot"] < one["boot"]
           for where in other["before"]["torn"] + other["before"]["damaged"]}
    new = [where for where in before["torn"] + before["damaged"] if where[-1] not in old]
    if any(name != "history" for name, *_ in new):
        return f"a file that is over is torn: {new}"
    # Where several lines were under way, the disk may have the later ones and not the first.
    far = [where for where in new if len(where) == 4 and where[2] - where[1] > 20]
    return f"it is damaged in the middle: {far}" if far else None


def told_of(case, one):
    """(calls whose end was told of in the boot before, and when)."""
    return [(other["ended"], other["at"]) for other in case.facts
            if other["boot"] == one["boot"] - 1 and other.get("who") == one["who"]
            and "ended" in other]


def cut_at(case, boot):
    """When the current failed in a boot, or some time before that."""
    return max((other["at"] for other in case.facts
                if other["boot"] == boot and "at" in other), default=0)


def gone(case, one):
    """The calls whose end was told of and is not there: (call, seconds before the cut)."""
    there = {call for call, record, _ in one["before"]["calls"] if record == "end"}
    end = cut_at(case, one["boot"] - 1)
    return [(call, (end - at) / 1e9) for call, at in told_of(case, one) if call not in there]


def missing(case, one):
    old = [(call, age) for call, age in gone(case, one) if age > SYNC]
    if old:
        return f"{old[0][0]} ended {old[0][1]:.1f} s before the cut"
    # What was there once stays.
    former = [other for other in case.facts if other.get("who") == one["who"]
              and "before" in other and other["boot"] < one["boot"]]
    calls = [call for call, *_ in one["before"]["calls"]]
    for other in former:
        if lost := [call for call, *_ in other["before"]["calls"] if call not in calls]:
            return f"{lost[0]} was there in boot {other['boot']}"
    filled = sum(other["filled"] for other in case.facts if other.get("who") == one["who"]
                 and "filled" in other and other["boot"] < one["boot"])
    found = one["before"]["former"]
    return None if found == filled else f"of {filled} calls of long ago there are {found}"


def counted(case, one):
    before = next(other["before"] for other in case.facts if "before" in other
                  and (other["boot"], other["who"]) == (one["boot"], one["who"]))
    bad = before["torn"] + before["damaged"]
    if one["counted"] != len(bad):
        return f"{bad}, and counted are {one['counted']}"
    # A line is appended to none that is torn.
    there = {where[-1] for where in bad}
    joined = [where for where in one["after"]["damaged"] if where[-1] not in there]
    return f"another one is damaged: {joined}" if joined else None


def ends(one):
    counts = {}
    for call, record, _ in one["after"]["calls"]:
        counts[call, record] = counts.get((call, record), 0) + 1
    if any(count > 1 for count in counts.values()):
        return "a record is there twice"
    # A call that rings or is open now may have begun meanwhile: none does before this is looked at.
    open_ones = [call for call, record in counts
                 if record == "start" and (call, "end") not in counts]
    return f"{open_ones} have no end" if open_ones else None


def state(case, one):
    boot, found = one["boot"], one["kept"]
    if found == "damaged":
        return "it is damaged"
    earlier = next(other["kept"] for other in case.facts if "before" in other
                   and (other["boot"], other["who"]) == (boot - 1, one["who"]))
    changes = [(other["at"], other["set"]) for other in case.facts
               if other["boot"] == boot - 1 and "set" in other]
    end = cut_at(case, boot - 1)
    old = [value for at, value in changes if end - at > WRITTEN * 1e9]
    allowed = [*(old[-1:] or [earlier]), *(value for at, value in changes
                                           if end - at <= WRITTEN * 1e9)]
    return None if found in allowed else f"it is {found}, and should be one of {allowed}"


def outcome(case):
    """What does not hang on when the disk wrote: whether the daemons start, and on what."""
    return {f"{one['boot']} {one['who']}": [one["why"], one["bad_state"]]
            for one in case.facts if "why" in one and "after" in one}


def controls(case):
    def spoiled(spoil):
        other = case.spoiled()
        spoil(other.facts)
        return other

    def of(facts, what, **figures):
        return [one for one in facts if what in one and one["boot"] > 0
                and all(one.get(name) == value for name, value in figures.items())]

    def forget(calls):
        calls[:] = [one for one in calls if one[0] != calls[0][0]]

    yield "a daemon does not start", spoiled(
        lambda facts: of(facts, "why")[3].update(why="it is broken"))
    yield "a line in the middle is damaged", spoiled(
        lambda facts: of(facts, "before")[4]["before"]["damaged"].append(
            ["history", 3, 100, "7b"]))
    yield "a former file is torn", spoiled(
        lambda facts: of(facts, "before")[6]["before"]["torn"].append(["history.1", "7b"]))
    yield "the calls of long ago are fewer", spoiled(
        lambda facts: of(facts, "before", who="kitchen")[2]["before"].update(former=17))
    yield "a call that was there is gone", spoiled(
        lambda facts: forget(of(facts, "before", who="garage")[-1]["before"]["calls"]))
    yield "a call has two ends", spoiled(
        lambda facts: of(facts, "after")[-1]["after"]["calls"].append(
            of(facts, "after")[-1]["after"]["calls"][-1]))
    yield "something torn is not counted", spoiled(
        lambda facts: of(facts, "before")[-1]["before"]["torn"].append(["history", "7b"]))
    yield "what was set is damaged", spoiled(
        lambda facts: of(facts, "before", who="kitchen")[3].update(kept="damaged"))
    yield "what was set is forgotten", spoiled(
        lambda facts: of(facts, "before", who="kitchen")[-1].update(kept=None))
    other = case.spoiled()
    other.facts = [one for one in case.facts if one["boot"] != 5]
    yield "nobody looked", other


MUTATIONS = (
    # No file that is written is waited for.
    ("Sources/CLinux/files.c", "(int fd) {\n    return result(fsync(fd));\n",
     "(int fd) {\n    return fd < 0 ? -errno : 0;\n"),
    # The open calls of the last run never end.
    ("Sources/Files/Storage/History.swift",
     "            wait(for: start.ended(by: .crash, at: wall))\n",
     "            _ = start\n"),
    # A torn end is not counted.
    ("Sources/Files/Storage/History.swift", "        damaged = found.damaged\n", ""),
)
