"""Copies mend random loss; where a queue is full packets shrink, for as long as that one listens.
"""

from uml.design import FRAME, PREROLL

OFTEN = True
STATIONS = ("kitchen", "garage", "attic")
SECONDS = 300

LOSS, NARROW, SHARED, ALONE = (1.0, 15.0), (30.0, 45.0), (46.0, 49.0), (46.5, 48.0)
"""Kitchen talks to garage while one packet in ten is lost; then while 80 kbit/s with a queue of
200 ms are there for 92; then to attic, and in the middle of that to garage, which is still narrow.
Seconds after zero."""
KNOWN, FULL = 3.0, 9.0
"""Seconds until as many copies are sent as are needed, and until a queue is seen wherever the
questions fall: two slow answers and two reports, and twice as long."""
HERTZ, LEVEL = 500, -12.0
RATE = 46_400
NARROW_RATE = 32_000
"""Bits of sound a second that fit into the narrow way with all that is around them, at least."""
MADE_UP = 0.5
"""Percent of the sound that copies leave to be made up, at most."""
SOON = 0.05
"""Seconds in which a new size of frames is in use."""


def prepare(said):
    said.write("kitchen", said.tone(HERTZ, SHARED[1] + 2, LEVEL))


def play(world):
    badnet = world.badnet("kitchen", "garage", seed=3)
    world.start()
    world.live()
    talk(world, "garage", LOSS, badnet, ("loss", "ab", 10))
    talk(world, "garage", NARROW, badnet, ("rate", "ab", 80, 200))
    world.until(SHARED[0])
    ptt(world, "down", "attic")
    look(world, ALONE[0] - 0.1)
    world.until(ALONE[0])
    ptt(world, "down", "garage")
    look(world, ALONE[0] + SOON)
    look(world, ALONE[1])
    ptt(world, "up", "garage")
    look(world, ALONE[1] + 0.15 + SOON)
    world.until(SHARED[1])
    ptt(world, "up", "attic")
    world.sleep(1)


def talk(world, target, times, badnet, weather):
    start, end = times
    world.until(start - 0.1)
    badnet.do(*weather)
    world.until(start)
    ptt(world, "down", target)
    for second in range(1, round(end - start)):
        look(world, start + second)
    world.until(end)
    ptt(world, "up", target)
    world.until(end + 0.5)
    badnet.do("clear", "both")


def ptt(world, action, target):
    world.log("kitchen", "ptt", action=action, target=target)
    world["kitchen"].ask("ptt", action=action, target=target)


def look(world, at):
    world.until(at)
    status = world["kitchen"].status()
    garage = next(one for one in status["peers"] if one["name"] == "garage")
    world.log("kitchen", "look", at=round(at, 3), depth=garage["redundancy_depth"],
              narrow=garage["narrow"], bitrate=status["microphone"].get("bitrate", 0),
              spare=next(one for one in status["peers"] if one["name"] == "attic")[
                  "redundancy_depth"])
    for name in ("garage", "attic"):
        world.counters(world[name])


def looks(case, start, end):
    return [one for one in case.entries("kitchen", "look")
            if start <= one.figures["at"] <= end]


def seen(case, name, one):
    """What a station had counted at a look."""
    after = [found for found in case.entries(name, "counters") if found.ns >= one.ns]
    return case.pick(after, 0, f"counters of {name}").figures


def judge(case):
    judge_loss(case)
    judge_narrow(case)
    judge_shared(case)


def judge_loss(case):
    found = looks(case, LOSS[0] + KNOWN, LOSS[1])
    case.need(len(found) > 5, f"{len(found)} looks at random loss")
    depths = [one.figures["depth"] for one in found]
    case.claim(min(depths) >= 2, f"copies for every tenth that is lost: {depths}")
    case.claim(not any(one.figures["narrow"] for one in found), "that is taken for no queue")
    first, last = (seen(case, "garage", one) for one in (found[0], found[-1]))
    seconds = found[-1].figures["at"] - found[0].figures["at"]
    made = last.get("concealed_ms", 0) - first.get("concealed_ms", 0)
    share = made / seconds / 10
    mended = last.get("frames_recovered", 0) - first.get("frames_recovered", 0)
    case.claim(mended > 5 * seconds, f"{mended} frames were recovered in {seconds:g} s")
    case.claim(share <= MADE_UP, f"{share:.2f} % were made up (at most {MADE_UP})")
    level = case.faintest("garage", HERTZ, LOSS[0] + KNOWN, LOSS[1])
    case.claim(level > LEVEL - 6, f"garage hears all of it, never below {level:.1f} dBFS")


def judge_narrow(case):
    found = looks(case, NARROW[0], NARROW[1])
    case.need(len(found) > 5, f"{len(found)} looks at a full queue")
    depths = [one.figures["depth"] for one in found]
    case.claim(max(depths[1:]) <= depths[0], f"no more copies for a full queue: {depths}")
    rates = [one.figures["bitrate"] for one in found]
    case.claim(max(rates[round(FULL):]) < RATE, f"but fewer bits from the tenth second on: {rates}")
    case.claim(min(rates) < NARROW_RATE, f"and so few that they fit: {min(rates)}")
    told = [one.figures["narrow"] for one in found]
    case.claim(told[-1], f"its peer calls the way narrow: {told}")


def judge_shared(case):
    """Nothing of the pre-roll is lost, and one narrow way of two costs the other no sound."""
    rates = [one.figures["bitrate"] for one in looks(case, ALONE[0] - 0.2, SHARED[1])]
    case.need(len(rates) == 4, f"{len(rates)} looks at two who listen")
    case.claim(rates[0] == RATE and rates[3] == RATE,
               f"alone, attic gets {rates[0]} before and {rates[3]} bit/s after garage listens")
    case.claim(rates[1:3] == [RATE, RATE],
               f"and no fewer with it, whose way bears less: {rates[1:3]}")
    spare = [one.figures["spare"] for one in looks(case, LOSS[0], SHARED[1])]
    mended = case.counters("attic").get("frames_recovered", 0)
    case.claim(max(spare) == mended == 0,
               f"nothing is sent twice to attic, which loses nothing: {spare}")
    presses = [(one.ns - case.zero) / 1e9 for one in case.entries("kitchen", "ptt", action="down")]
    case.need(len(presses) == 4, f"{len(presses)} talks")
    begun = presses[3]
    sent = [one for one in case.packets if one.station == "kitchen" and one.way == "out"
            and begun <= case.since_zero(one) < begun + SOON]
    least = (PREROLL + 2 * SOON * 1000) / FRAME - 4
    case.claim(len(sent) >= least, f"the pre-roll is sent whole: {len(sent)} packets in "
               f"{SOON * 1000:g} ms (at least {least:g})")
    level = case.faintest("attic", HERTZ, SHARED[0] + 0.3, SHARED[1])
    case.claim(level > LEVEL - 6, f"attic hears all of it, never below {level:.1f} dBFS")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "attic hears nothing", case.silent("attic")


MUTATIONS = (
    # Nothing is ever chosen.
    ("Sources/Switchboard/LossProtection.swift",
     "            act(at: now)\n            waiting = report", "            waiting = nil"),
    # What is encoded for the others is thrown away when somebody with a narrow way joins.
    ("Sources/Media/Talk/MediaLoop+Talk.swift",
     "if talks.isTalking, !talks.isFrameSizeDue || sendWaiting() {", "if talks.isTalking {"),
    # Who is left goes on with what the narrow way bore.
    ("Sources/Media/Talk/Talks.swift",
     "        isFrameSizeDue = true\n        hasEnded = true", "        hasEnded = true"),
)
