"""Wherever the current fails, a station comes back with the identity and the peers it had.

One disk lives through all of it. In every boot something is written to it (a daemon's first start,
a peer added, a peer changed) and the machine is powered off: before one of the changes of the disk,
with what was written before it lost or kept, or some time after. The next boot looks at what is
left and starts the daemon on it.
"""

import hashlib
import os
import random
import re
import shutil

from stage import place, process
from uml import disk

OFTEN = False
TIMELESS = True
STATIONS = ("kitchen",)

CALLS = {"start": (13, 13), "add": (18, 12), "change": (15, 8)}
"""So many changes of the disk there are at each, and so many of them are cut at."""
LATER = 3
"""So many are cut some time after, too: ext4 writes after 5 s, the kernel after 30 s."""
DISK, LOG = disk.DISK, "/run/share/log.kitchen"
boot_words = disk.boot_words
OWNER = 990


def _cuts():
    """[(what is being written, cut before which call or None, is kept, seconds after)]."""
    chance, found = random.Random(1), []
    for what, (calls, some) in CALLS.items():
        for call in sorted(chance.sample(range(1, calls + 1), some)):
            found.append((what, call, chance.random() < 0.5, None))
        # This one is never reached: there are no more than is said here.
        found.append((what, calls + 1, False, None))
        found.append((what, None, False, 0.0))
        for part in range(LATER):
            found.append((what, None, False, round((part + chance.random()) * 40 / LATER, 3)))
    return found


CUTS = _cuts()
BOOTS = len(CUTS) + 1


def key_of(name):
    """Another station's public key, and a secret shared with it."""
    from stage.identity import Identity  # pylint: disable=import-outside-toplevel
    secret = hashlib.sha256(name.encode())
    return Identity(secret.digest()).text, secret.hexdigest()


def peer(number):
    """What the cut of that number adds: (name, address)."""
    what = CUTS[number][0]
    return ("garage" if what == "change" else "cellar"), f"10.1.{number // 250}.{number % 250 + 1}"


def peer_file(number):
    """What is in the file of that peer."""
    name, address = peer(number)
    return (f"# Written by intercomctl peer add.\n[peer {name}]\naddress = {address}\n"
            f"key = {key_of(name)[0]}\npsk = file:{name}.psk\n")


# --- in the guest ---

def play(world):
    disk.mount(world)
    station, home = world["kitchen"], f"{DISK}/home"
    station.sections = {"station": {"name": "kitchen"}, "network": {"port": 5577},
                        "audio": {"input": "none", "output": "none"}}
    number = world.boots
    if number == 0:
        os.mkdir(home, 0o750)
        os.chown(home, OWNER, OWNER)
        start(world, station, home, "home")
        station.stop()
        world.run("chown", "-R", f"{OWNER}:{OWNER}", home)
    else:
        look(world, station, home, number - 1)
    os.sync()
    if number < len(CUTS):
        cut(world, station, home, number)
    else:
        world.run("umount", DISK)


def start(world, station, state, log):
    """Starts the daemon; returns why it does not, or None."""
    station.state, station.log_path = state, f"{LOG}.{log}"
    station.write_config()
    try:
        station.start()
    except Exception as error:  # pylint: disable=broad-exception-caught
        return str(error)
    world.wait(lambda: said(station.log_path), "it says its key")
    return None


def said(path):
    """The public key in a log; None when there is none."""
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        found = re.search(r"intercom1:\w+:\w+(?=\s)", file.read())
    return found and found.group(0)


def look(world, station, home, number):
    """What the cut of that number has left."""
    for state in sorted({home, place_of(home, number)}):
        before = said(f"{LOG}.home" if state == home else f"{LOG}.{number}")
        files = {}
        for folder, _, names in os.walk(state):
            for path in [folder, *(os.path.join(folder, name) for name in names)]:
                found = os.lstat(path)
                files[os.path.relpath(path, state)] = [
                    oct(found.st_mode & 0o7777), found.st_uid,
                    open(path, encoding="latin1").read() if os.path.isfile(path) else None]
        # What a first start was cut in leaves the other station alone.
        why, known = None, None
        if state == place_of(home, number):
            why = start(world, station, state, f"{number}.{os.path.basename(state)}")
            known = None if why else sorted(one["name"] for one in station.status()["peers"])
            station.stop()
        world.fact(cut=number, state=os.path.basename(state), before=before, files=files, why=why,
                   after=said(station.log_path) if known is not None else None, peers=known)
    if place_of(home, number) != home:
        shutil.rmtree(place_of(home, number))


def place_of(home, number):
    """The state directory that a cut is about."""
    return f"{DISK}/first" if CUTS[number][0] == "start" else home


def cut(world, station, home, number):
    """Writes something, and cuts."""
    what, call, is_kept, seconds = CUTS[number]
    world.log("world", "cut", number=number, of=what, call=call, is_kept=is_kept, after=seconds)
    words = disk.cut_before(call, is_kept) if call else {}
    station.environment = words
    if what == "start":
        world.may_be_cut()
        why = start(world, station, place_of(home, number), str(number))
    else:
        station.state = home
        station.write_config()
        name, address = peer(number)
        if what == "add":
            # The first peer there ever was.
            shutil.rmtree(f"{home}/peers.d", ignore_errors=True)
            if os.path.exists(f"{home}/keys/{name}.psk"):
                os.unlink(f"{home}/keys/{name}.psk")
            os.sync()
        key, secret = key_of(name)
        with open(os.open("/run/psk", os.O_CREAT | os.O_WRONLY, 0o600), "w",
                  encoding="ascii") as file:
            file.write(secret + "\n")
        world.may_be_cut()
        with open("/run/share/added", "w", encoding="utf-8") as output:
            adds = process.launch(
                [place.program("intercomctl"), "--config", station.etc, "peer", "add",
                 "--psk-file", "/run/psk", name, address, key],
                environment={**os.environ, **words}, output=output, errors=output)
        world.wait(lambda: not process.is_alive(adds), "the peer is added")
        with open("/run/share/added", encoding="utf-8") as output:
            why = output.read() if adds.returncode else None
    if why:
        # The program that is cut has ended some time before the machine powers off.
        world.sleep(10)
    world.fact(cut=number, done=why is None, why=why)
    if call is None:
        world.sleep(seconds)
    world.cut()


# --- what must be so ---

def judge(case):
    left = [one for one in case.facts if "state" in one]
    done = {one["cut"]: one["why"] for one in case.facts if "done" in one}
    case.claim({one["cut"] for one in left} == set(range(len(CUTS))),
               f"{len(CUTS)} times the current failed, and each time what was left was looked at")
    wanted = {number for number, (what, call, _, _) in enumerate(CUTS)
              if call in (None, CALLS[what][0] + 1)}
    case.claim(set(done) == wanted, "it failed before each change of the disk, and otherwise after "
               f"the last one (not so: {sorted(set(done) ^ wanted)})")
    case.claim(not any(done.values()),
               f"what it spared was done ({[*filter(None, done.values())]})")
    for text, wrong in (("the daemon starts", starts), ("its identity is whole", identity),
                        ("it keeps the key that it has said", kept),
                        ("what peer add writes is the owner's of the rest", owner)):
        tell(case, text, [(one["cut"], wrong(one)) for one in left])
    tell(case, "a peer is whole: the former, or the new one once peer add has said so",
         list(peers([one for one in left if one["state"] == "home"], done)))
    silent = sum(one["before"] is None for one in left if one["state"] == "first")
    case.claim(silent > 0, f"{silent} first starts failed before a key was said")


def tell(case, text, found):
    """Claims that nothing was wrong after any cut: [(number, what is wrong or None)]."""
    wrong = [f"after cut {number} {CUTS[number]}: {why}" for number, why in found if why]
    case.claim(not wrong, f"{text}: " + (f"{len(wrong)} times not, first {wrong[0]}" if wrong else
                                         f"{len(found)} times"))


def starts(one):
    return one["why"]


def identity(one):
    mode, _, text = one["files"].get("keys/identity", ("0o600", 0, None))
    if text is None:
        return "it is gone" if one["before"] else None
    if not re.fullmatch(r"intercom-identity-1 [0-9a-f]{64}\n", text):
        return f"there are {len(text)} bytes"
    return None if mode == "0o600" else f"it is {mode}"


def kept(one):
    if one["peers"] is None or one["before"] in (None, one["after"]):
        return None
    return f"{one['before']} is {one['after']}"


def owner(one):
    # What is not in place yet is nobody's business.
    strange = [path for path, (_, user, _) in one["files"].items()
               if (path.startswith("peers.d") or path.endswith(".psk"))
               and not path.endswith(".new") and user != OWNER and one["state"] == "home"]
    return f"{strange} is not" if strange else None


def peers(left, done):
    """[(number, what is wrong with the files of peers)]."""
    last = {}
    for one in left:
        number, files = one["cut"], one["files"]
        found = {path[8:-5]: text for path, (_, _, text) in files.items()
                 if re.fullmatch(r"peers.d/.*\.conf", path)}
        allowed = [last]
        if CUTS[number][0] != "start":
            name, former = peer(number)[0], {} if CUTS[number][0] == "add" else last
            after = {**former, name: peer_file(number)}
            allowed = [after] if number in done else [former, after]
        secrets = {name: files.get(f"keys/{name}.psk", (0, 0, ""))[2] for name in found}
        if found not in allowed:
            yield number, f"{found} is none of {allowed}"
        elif any(text != key_of(name)[1] + "\n" for name, text in secrets.items()):
            yield number, f"the secrets of peers are {secrets}"
        elif one["peers"] is not None and one["peers"] != sorted(found):
            yield number, f"the daemon knows {one['peers']} of {sorted(found)}"
        else:
            yield number, None
        last = found


def outcome(case):
    """What each cut has left, as far as it does not hang on when the disk wrote and on keys that
    are drawn: whether the daemon starts, what is there, what it says and knows.
    """
    found = {}
    for one in case.facts:
        if "state" not in one:
            found[f"{one['cut']} done"] = one["done"]
        elif CUTS[one["cut"]][1] is not None or CUTS[one["cut"]][3] == 0:
            there = sorted(path for path in one["files"]
                           if re.fullmatch(r"peers.d/.*\.conf|keys/.*", path))
            found[f"{one['cut']} {one['state']}"] = [
                one["why"], one["peers"], there,
                *(one[what] is not None for what in ("before", "after"))]
    return found


def controls(case):
    def spoiled(spoil):
        other = case.spoiled()
        spoil([one for one in other.facts if "state" in one])
        return other

    def last(left, state):
        return [one for one in left if one["state"] == state and one["before"]][-1]

    yield "an identity is empty", spoiled(
        lambda left: last(left, "first")["files"]["keys/identity"].__setitem__(2, ""))
    yield "another key is said", spoiled(lambda left: last(left, "first").update(after="another"))
    yield "a daemon does not start", spoiled(lambda left: left[3].update(why="it is broken"))
    yield "a peer is lost", spoiled(
        lambda left: last(left, "home")["files"].pop("peers.d/garage.conf"))
    yield "a peer is torn", spoiled(
        lambda left: last(left, "home")["files"]["peers.d/cellar.conf"].__setitem__(2, "[peer"))
    yield "a peer is somebody else's", spoiled(
        lambda left: last(left, "home")["files"]["peers.d/garage.conf"].__setitem__(1, 0))
    other = case.spoiled()
    other.facts = [one for one in case.facts if one["cut"] != 5]
    yield "nobody looked", other


C, STORE, STATE = (
    "Sources/CLinux/files.c", "Sources/HAL/Files/FileStore.swift",
    "Sources/HAL/Files/StateDirectory.swift")
MUTATIONS = (
    (C, "    return result(fsync(fd));\n", "    return fd < 0 ? -EBADF : 0;\n"),
    (C, "    return close_with(fd, result(fsync(fd)));\n", "    return close_with(fd, 0);\n"),
    (STORE, '        let draft = "\\(path).new"\n', "        let draft = path\n"),
    (STATE, "        guard Environment.userID == 0 else { return try work() }\n",
     "        guard Environment.userID == 1 else { return try work() }\n"),
)
