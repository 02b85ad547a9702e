"""Eight stations on three channels: each speaker proves who heard whom, and an emergency page.

A theatre: boss follows the stage and the lights and talks to the sound and, by a second key, to the
door; lamp has a hot microphone; right's is muted at first, and so is the channel of the lights
there; pit and door do not want to be disturbed. Everybody says a tone of his own.
"""

from math import log10

OFTEN = False
STATIONS = ("boss", "left", "right", "lamp", "spot", "desk", "pit", "door")
SECONDS = 600

LEVEL, DUCK = -20.0, -12.0
TONES = {name: 410 + 170 * place for place, name in enumerate(STATIONS)}
LISTENS = {
    "stage": ("boss", "left", "right"),
    "lights": ("boss", "lamp", "spot", "pit", "door", "right"),
    "sound": ("desk", "pit"),
}
MUTED = {("right", "lights")}
KEYS = {
    "left": ("stage",), "right": ("stage",), "lamp": ("lights",), "spot": ("lights",),
    "desk": ("sound",), "pit": ("sound",), "door": ("boss",), "boss": ("sound", "door"),
}
LINES = (5, 6)
RESTING = ("pit", "door")
"""Who has do-not-disturb on."""
ALLOWS = ("boss", "right", "desk", "pit")
"""Where spot may claim an emergency; desk does not listen to the lights."""

HOT = ("lamp", "lights")
"""Says it from the start to the end."""

RING = 622
"""The second note of the chime."""
EMERGENCY = 15.5, 17.5
WINDOWS = (
    # (what happens, from, to, who talks to what besides lamp)
    ("boss talks to the sound", 1.25, 1.95, [("boss", "sound")]),
    ("boss holds both its keys", 2.25, 2.95, [("boss", "sound"), ("boss", "door")]),
    ("boss talks to the door alone", 3.25, 3.95, [("boss", "door")]),
    ("left talks, and right, whose microphone is muted", 5.25, 5.95, [("left", "stage")]),
    ("right is not muted any more", 6.85, 7.55, [("right", "stage")]),
    ("desk talks", 8.25, 8.95, [("desk", "sound")]),
    ("all eight talk at once", 9.8, 10.95,
     [(who, what) for who, every in KEYS.items() for what in every if who != "lamp"]),
    ("nobody holds a key", 11.4, 11.95, []),
    ("spot pages", 12.95, 13.45, [("spot", "page")]),
    ("three talk", 14.75, 15.45, [("left", "stage"), ("desk", "sound"), ("boss", "door")]),
    ("an emergency", 16.45, 17.45,
     [("left", "stage"), ("desk", "sound"), ("boss", "door"), ("spot", "emergency")]),
    # What was ducked stays so for 0.4 s, and comes back within as much.
    ("after it", 18.6, 19.15, [("left", "stage"), ("desk", "sound"), ("boss", "door")]),
)
PAGED = {
    # A page like any other is stopped by what a person wants.
    "page": ("boss", "lamp"),
    "emergency": ("boss", "right", "pit"),
}
REFUSED = {
    "lamp": {"emergency"}, "door": {"emergency"}, "left": {"channel", "emergency"},
    "desk": {"channel"},
}
"""What spot may not: claim an emergency, or be heard on a channel that is not listened to."""


def prepare(said):
    for name, hertz in TONES.items():
        said.write(name, said.tone(hertz, 28.0, LEVEL))


def play(world):
    for name, one in world.stations.items():
        del one.sections["button ptt"], one.sections["channel house"]
        for line, target in zip(LINES, KEYS[name]):
            one.sections[f"button {target}"] = {"line": one.chip.line(line), "talk": target}
        for channel, listeners in LISTENS.items():
            if name in listeners:
                one.sections[f"channel {channel}"] = {
                    "mute": "yes" if (name, channel) in MUTED else "no"}
        if name in ALLOWS:
            one.sections["policy spot"] = {"emergency": "allow"}
    world["lamp"].sections["button lights"]["mode"] = "open"
    world["boss"].sections["channel sound"] = {"members": "desk, pit", "listen": "no"}
    world.start()
    for name in RESTING:
        world[name].ask("state", set="dnd", on=True)
    world["right"].ask("state", set="mute", what="mic", on=True)
    world.live()
    boss, left, right, spot, desk = (world[name] for name in
                                     ("boss", "left", "right", "spot", "desk"))
    by_turns(world, boss, left, right, desk)
    pages(world, boss, left, spot, desk)
    ring(world, boss, spot, world["door"])
    for one in world.stations.values():
        world.counters(one)


def by_turns(world, boss, left, right, desk):
    """What people say to each other."""
    world.until(1)
    boss.press(LINES[0])
    world.until(2)
    boss.press(LINES[1])
    world.until(3)
    boss.release(LINES[0])
    world.until(4)
    boss.release(LINES[1])
    world.until(4.5)
    left.press(LINES[0])
    world.until(5)
    right.press(LINES[0])
    world.until(6)
    left.release(LINES[0])
    right.release(LINES[0])
    world.until(6.3)
    right.ask("state", set="mute", what="mic", on=False)
    world.until(6.6)
    right.press(LINES[0])
    world.until(7.6)
    right.release(LINES[0])
    world.until(8)
    desk.press(LINES[0])
    world.until(9)
    desk.release(LINES[0])
    keys = [(world[name], line) for name, every in KEYS.items() if name != "lamp"
            for line, _ in zip(LINES, every)]
    world.until(9.5)
    for one, line in keys:
        one.press(line)
    world.until(11)
    for one, line in keys:
        one.release(line)


def pages(world, boss, left, spot, desk):
    """A page as people know it, and one that must be heard."""
    world.until(12)
    with spot.page("lights", "normal"):
        world.until(13.5)
    keys = (left, LINES[0]), (desk, LINES[0]), (boss, LINES[1])
    world.until(14.5)
    for one, line in keys:
        one.press(line)
    world.until(EMERGENCY[0])
    with spot.page("lights", "emergency"):
        world.until(EMERGENCY[1])
    world.until(19.2)
    for one, line in keys:
        one.release(line)


def ring(world, boss, spot, caller):
    """A call, and an emergency while it rings."""
    world.until(20)
    caller.ask("call", target="boss", mode="call", priority="normal")
    # It rings every 3 s.
    world.until(21.5)
    with spot.page("lights", "emergency"):
        world.until(24)
    world.until(24.2)
    boss.ask("reject")
    world.until(25)


def wanted(ear, talks):
    """{who: how loud} of what a station must hear, of all that is said."""
    found = {}
    for mouth, target in [HOT, *talks]:
        if target in PAGED:
            is_heard = ear in PAGED[target]
        elif target in STATIONS:
            is_heard = ear == target
        else:
            is_heard = ear in LISTENS[target] and (ear, target) not in MUTED
        if is_heard and ear != mouth:
            found[mouth] = LEVEL
    if ("spot", "emergency") in talks and ear in PAGED["emergency"]:
        found = {mouth: LEVEL + (0 if mouth == "spot" else DUCK) for mouth in found}
    return found


def judge(case):
    for text, start, end, talks in WINDOWS:
        judge_window(case, text, (start, end), talks)
    for name in STATIONS:
        found = case.counters(name)
        lost = {what: found[what] for what in ("frames_lost", "concealed_ms", "dropped_voices")
                if found[what]}
        case.claim(not lost, f"{name} lost nothing and made nothing up ({lost})")
    judge_wire(case)
    judge_ring(case)
    for name in STATIONS:
        told = {one.figures["target"] for one in case.entries(name, "refused", peer="spot")}
        case.claim(told == REFUSED.get(name, set()), f"{name} refused spot {sorted(told)}")


def judge_window(case, text, span, talks):
    """Who hears whom, how loud, and that nobody hears anything else."""
    off, leak, rest = [], [], []
    for ear in STATIONS:
        heard = wanted(ear, talks)
        for mouth, hertz in TONES.items():
            level = case.tone(ear, hertz, *span)
            if mouth in heard:
                off.append((abs(level - heard[mouth]), f"{ear} hears {mouth} at {level:.1f} dBFS"))
            else:
                leak.append((level, f"{ear} of {mouth}"))
        others = case.beside(ear, [TONES[mouth] for mouth in heard], *span)
        # Each voice brings the codec's noise; where there is none all is still.
        rest.append((others - 10 * log10(len(heard)) if heard else others + 30,
                     f"{ear}, who hears {len(heard)}, has {others:.0f} dBFS besides"))
    worst = max(off)
    case.claim(worst[0] < 1, f"{text}: {len(off)} times one hears another as loud as he must be "
               f"heard, within {worst[0]:.2f} dB ({worst[1]})")
    worst = max(leak)
    case.claim(worst[0] < LEVEL - 35, f"{len(leak)} times one does not ({worst[0]:.0f} dBFS: "
               f"{worst[1]})")
    worst = max(rest)
    case.claim(worst[0] < LEVEL - 30, f"nor anything else ({worst[1]})")


def judge_wire(case):
    """What is said to few is sent to them alone; one who is muted sends silence."""
    alone = {name: len(case.sent_between("boss", name, 1.0, 1.95)) for name in STATIONS
             if name != "boss"}
    few = max(count for name, count in alone.items() if name not in LISTENS["sound"])
    case.claim(min(alone[name] for name in LISTENS["sound"]) >= 93 and few <= 6,
               f"boss sends to the members of the sound alone: {alone}")
    both = {name: len(case.sent_between("boss", name, 2.25, 2.95)) for name in ("desk", "door")}
    case.claim(all(69 <= count <= 73 for count in both.values()),
               f"with both keys to both, each frame once: {both}")
    silent = len(case.sent_between("right", "left", 5.25, 5.95))
    case.claim(69 <= silent <= 73, f"right, muted, sends its frames: {silent}")


def judge_ring(case):
    """The ring of a call is no voice, and is turned down for an emergency all the same."""
    begin = case.since_zero(case.entry("boss", "ring", peer="door"))
    alone, under = (case.tone("boss", RING, begin + at + 0.4, begin + at + 0.75) for at in (0, 3))
    case.claim(alone > -24 and abs(under - alone - DUCK) < 1,
               f"the ring at boss is at {alone:.1f} dBFS, and at {under:.1f} in the emergency")
    spot = case.tone("boss", TONES["spot"], begin + 3.4, begin + 3.75)
    case.claim(abs(spot - LEVEL) < 1, f"which is as loud as ever ({spot:.1f} dBFS)")


def controls(case):
    from uml.said import Said  # pylint: disable=import-outside-toplevel
    tone = Said.tone
    for name in STATIONS:
        yield f"{name} hears nothing", case.silent(name)
    start, end = EMERGENCY
    for name in ("door", "lamp", "left", "desk"):
        yield f"{name} hears the emergency", case.with_sound(
            name, start, tone(TONES["spot"], end - start, LEVEL))
    yield "pit hears the page of every day", case.with_sound(
        "pit", 12, tone(TONES["spot"], 1.5, LEVEL))
    yield "left hears right, muted", case.with_sound(
        "left", 5, tone(TONES["right"], 1, LEVEL))
    yield "boss hears desk", case.with_sound("boss", 8, tone(TONES["desk"], 1, LEVEL))
    yield "left is as loud as ever in the emergency", case.with_sound(
        "boss", start, tone(TONES["left"], end - start, LEVEL))
    yield "attic speaks, whom nobody knows", case.with_sound(
        "spot", 1, tone(2000, 1, LEVEL - 20))
    again = case.since_zero(case.entry("boss", "ring", peer="door")) + 3
    yield "boss's ring is as loud as ever in the emergency", case.with_sound(
        "boss", again, tone(RING, 1, -12))
    yield "door does not say what it refused", case.without("door", "refused", peer="spot")


STATION, REQUESTS = "Sources/Station/Station.swift", "Sources/Station/Station+Requests.swift"
MUTATIONS = (
    # A channel is heard whether it is listened to or not.
    (STATION, "return channel.isListenedTo ? .channel(channel.number) : .ignored(.notListening)",
     "return .channel(channel.number)"),
    # Nobody may disturb, and anybody may cry wolf.
    (REQUESTS, "if calls.isRest(binding.priority) { return }",
     "if calls.availability == .doNotDisturb { return }"),
    (REQUESTS, "        if binding.priority > .high, !policy.emergency { return .emergency }\n",
     ""),
    # An emergency is as loud as the rest.
    ("Sources/Media/Listen/Talkers+Mix.swift",
     "let duck: Gain = level < highest ? plan.duck : .unity",
     "let duck: Gain = level < highest ? .unity : .unity"),
    ("Sources/Media/Capture/Mute.swift",
     "let goal: Gain = isMuted ? .muted : .unity",
     "let goal: Gain = isMuted ? .unity : .unity"),
    # A ring is as loud as ever.
    ("Sources/Media/Listen/Tones.swift",
     "let duck: Gain = isOutranked ? plan.duck : .unity",
     "let duck: Gain = isOutranked ? .unity : .unity"),
)
