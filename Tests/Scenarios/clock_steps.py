"""The wall clock is wrong at first and jumps by days and decades, mid-talk and idle: only events
carry it.
"""

import time

from uml.design import DATA, TAIL

OFTEN = True
STATIONS = ("kitchen", "garage")

DAY = 86_400 * 10**9
HERTZ = 500
REKEY = 5
"""Keys are made anew so often here: mid-talk, and once between two steps of the clock."""
TALK, END = 1.0, 6.0
STEPS = tuple((at, what) for start, gap in ((2.0, 0.8), (10.5, 5.0)) for at, what in zip(
    (start + gap * i for i in range(5)),
    ("a day back", "a day forward", "1970", "2040", "right again")))
OVER = 35.0
EARLY, LATE = 10**6, 50_000
"""ns that a packet may leave before and after its place in the 10 ms: a loopback card counts in ms,
and what it has is taken whenever something else wakes the daemon; later is only what reading the
clock costs in virtual time."""


def prepare(said):
    said.write("kitchen", said.tone(HERTZ, 10.0))


def wall(what, now, right):
    """CLOCK_REALTIME as the words say; `right` is what it is ahead of CLOCK_MONOTONIC."""
    # The kernel wants it to be later than its own start.
    return {"a day back": now + right - DAY, "a day forward": now + right + DAY,
            "1970": 3600 * 10**9, "2040": 2_208_988_800 * 10**9, "right again": now + right}[what]


def ages(world, what, when):
    """Logs how old each station calls itself, its session, and what it last heard."""
    for one in world.stations.values():
        status = one.status()
        peer = status["peers"][0]
        world.log(one.name, "ages", wall=what, when=when, state=peer["state"],
                  uptime=status["uptime_s"], session=peer["session_age_s"],
                  heard=peer["heard_age_s"])


def step(world, what, right):
    """Sets the clock; then something happens under the new one."""
    ages(world, what, "before")
    now = time.monotonic_ns()
    moment = wall(what, now, right)
    time.clock_settime_ns(time.CLOCK_REALTIME, moment)
    world.log("world", "step", wall=what, offset=moment - now)
    ages(world, what, "after")
    world.sleep(0.1)
    world["garage"].press()
    world.sleep(0.1)
    world["garage"].release()


def play(world):
    right = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.monotonic_ns()
    # They start in 1970, as a Pi does without network.
    now = time.monotonic_ns()
    moment = wall("1970", now, right)
    time.clock_settime_ns(time.CLOCK_REALTIME, moment)
    world.log("world", "step", wall="start", offset=moment - now)
    for one in world.stations.values():
        one.sections["session"] = {"rekey-after": f"{REKEY}s"}
    world.start()
    world.live()
    world.until(TALK)
    world["kitchen"].press()
    for at, what in STEPS[:5]:
        world.until(at)
        step(world, what, right)
    world.until(END)
    world["kitchen"].release()
    for at, what in STEPS[5:]:
        world.until(at)
        step(world, what, right)
    world.until(OVER)
    world.count()
    for ns, name, event in world.events:
        world.log(name, "stamp", event=event["event"], ns=ns, time_ms=event.get("time_ms", 0))


def judge(case):
    sound(case)
    sessions(case)
    times(case)


def sound(case):
    """What was said all through the steps."""
    press, release = (case.entry("kitchen", what).ns for what in ("press", "release"))
    ticks = [one.ns for one in case.sent("kitchen") if press < one.ns < release + TAIL * 1e6]
    # The pre-roll leaves at once when the key is believed, what follows it when the card has it; an
    # answer to garage may leave between them, but none 10 ms later.
    grid = case.pick([ns for last, ns in zip(ticks, ticks[1:]) if ns - last > LATE
                      and any(abs(other - ns - 10**7) < LATE for other in ticks)], 0,
                     "packets of kitchen's talk after its pre-roll")
    wanted = round((release + TAIL * 1e6 - grid) / 1e7)
    places = [[] for _ in range(wanted + 1)]
    for ns in ticks:
        if ns >= grid - EARLY:
            places[round((ns - grid) / 1e7)].append((ns - grid + 5 * 10**6) % 10**7 - 5 * 10**6)
    missing = [i for i in range(wanted) if not any(-EARLY < one < LATE for one in places[i])]
    case.claim(not missing, f"kitchen sends in each of {wanted} times 10 ms of its talk, never "
               f"50 us late; missing are {missing[:5]}")
    level = case.faintest("garage", HERTZ, TALK + 0.2, END + TAIL / 1000)
    case.claim(level > -13, f"garage hears every 20 ms of it, at {level:.1f} dBFS or more")
    counted = case.counters("garage")
    # As both call at once, one answer may come to a handshake that is over: that is no sound.
    bad = {name: counted[name] for name in counted if not name.startswith("handshake_")
           and ("conceal" in name or "drop" in name or "late" in name or "lost" in name)}
    case.claim(not bad, f"nothing was concealed or dropped: {bad}")


def sessions(case):
    """Keys, and what the stations say of their ages."""
    # Garage tells of the first keys, too, if it is listened to by then: in the same moment.
    first = case.entry("kitchen", "rekey")
    for name in case.stations:
        ends = [len(case.entries(name, what)) for what in ("peer_down", "peer_stale")]
        case.claim(ends == [0, 0], f"{name}: down, stale {ends} times")
        made = [first.ns, *(one.ns for one in case.entries(name, "rekey")
                            if abs(one.ns - first.ns) > 2 * 10**6)]
        gaps = [(b - a) / 1e9 for a, b in zip(made, made[1:])]
        due = int((case.zero + OVER * 1e9 - made[0]) / 1e9 / REKEY)
        case.claim(len(gaps) == due and all(abs(gap - REKEY) < 0.002 for gap in gaps),
                   f"{name}: new keys {len(gaps)} times of {due}, after {min(gaps, default=0):.4f} "
                   f"to {max(gaps, default=0):.4f} s")
        aged = case.entries(name, "ages")
        wrong = [one.figures["uptime"] - aged[0].figures["uptime"] - (one.ns - aged[0].ns) / 1e9
                 for one in aged]
        case.claim(max(map(abs, wrong)) < 1.1, f"{name}: its uptime is true to "
                   f"{max(map(abs, wrong)):.1f} s")
        worst = {"session": 0.0, "heard": 0.0}
        for one in case.entries(name, "ages"):
            since = max((ns for ns in made if ns <= one.ns), default=0)
            heard = max((packet.ns for packet in case.packets if packet.station == name
                         and packet.way == "in" and packet.size == DATA and packet.ns <= one.ns),
                        default=0)
            for what, ns in (("session", since), ("heard", heard)):
                wrong = abs((one.figures[what] or 0) - (one.ns - ns) / 1e9)
                worst[what] = max(worst[what], wrong)
        states = {one.figures["state"] for one in case.entries(name, "ages")}
        case.claim(states == {"up"}, f"{name}: its peer is {states}")
        # Ages are told to the millisecond.
        case.claim(max(worst.values()) < 0.002, f"{name}: ages are true, of the session to "
                   f"{worst['session'] * 1e3:.1f} ms, of what was heard to "
                   f"{worst['heard'] * 1e3:.1f} ms")


def times(case):
    """What the events carry."""
    steps = case.entries("world", "step")
    stamps = [one for name in case.stations for one in case.entries(name, "stamp")]
    worst, seen = 0, set()
    for one in stamps:
        last = [step for step in steps if step.ns <= one.figures["ns"]][-1]
        wrong = one.figures["time_ms"] - (one.figures["ns"] + last.figures["offset"]) / 1e6
        worst = max(worst, abs(wrong))
        seen.add(last.ns)
    case.claim(len(seen) == len(steps) == len(STEPS) + 1,
               f"there are events of {len(seen)} of {len(steps)} times")
    case.claim(worst < 2, f"the {len(stamps)} events carry the time of day, to {worst:.2f} ms")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "a packet is missing", lacking(case)
    other = case.spoiled()
    other.log.remove(case.entries("kitchen", "rekey")[3])
    yield "keys were not made anew once", other
    for what, by in (("session", 86_400.0), ("heard", -86_400.0)):
        yield f"the age {what} follows the clock", case.with_last(
            "ages", lambda figures, what=what, by=by: figures | {what: figures[what] + by})
    yield "the uptime follows the clock", case.with_last(
        "ages", lambda figures: figures | {"uptime": figures["uptime"] + 86_400})
    yield "events carry another time", case.with_last(
        "stamp", lambda figures: figures | {"time_ms": figures["time_ms"] - 86_400_000})
    yield "kitchen's sound is 1 ms late from its middle on", later_half(case)


def lacking(case):
    """Without the packets of 10 ms in the middle of the talk."""
    other = case.spoiled()
    middle = case.zero + 4 * 10**9
    other.packets = [one for one in case.packets if not 0 <= one.ns - middle < 10**7]
    return other


def later_half(case):
    """With packets that are off the grid from the middle on."""
    other = case.spoiled()
    middle = case.zero + 4 * 10**9
    other.packets = [one._replace(ns=one.ns + 10**6 * (one.ns > middle)) for one in case.packets]
    return other



MUTATIONS = (
    ("Sources/HAL/System/Clock.swift", "Instant(nanoseconds: read(CLOCK_MONOTONIC))",
     "Instant(nanoseconds: read(CLOCK_REALTIME))"),
    ("Sources/HAL/System/Clock.swift", "read(CLOCK_REALTIME) / 1_000_000",
     "read(CLOCK_MONOTONIC) / 1_000_000"),
    ("Sources/Intercomd/Status/Snapshot+Peers.swift",
     "status.sessionAgeSeconds = state.sessionSince.map { (now - $0).inSeconds }",
     "status.sessionAgeSeconds = state.sessionSince.map { _ in"
     " Double(Clock.wallMilliseconds() % 1_000_000) / 1000 }"),
    ("Sources/Peering/Session/PeerTable+Timers.swift",
     "+ (current.isInitiator ? limits.rekeyInitiator : limits.rekeyResponder)",
     "+ (current.isInitiator ? limits.rekeyInitiator : limits.rekeyResponder) + .milliseconds(10)"),
)
