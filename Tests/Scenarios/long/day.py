"""Two stations for a day: idle but for a word each way in every hour; nothing grows, all is heard.
"""

from soak import growth

STATIONS = ("kitchen", "garage")
TONES = {"kitchen": 500, "garage": 700}
HOUR = 3600
TALKS = {"kitchen": (1.0, 4.0), "garage": (5.0, 8.0)}
"""From when to when each one talks, in seconds after `zero` of the hour."""

COUNTED = ("descriptors", "threads")
"""What must be the same in every hour."""

MEMORY, PAGE = ("anonymous", "rss"), 4
"""kB. In its first hours a daemon touches, page by page, what it has set aside for keys and for its
history; from the eighth on nothing is left that it has not used. So the last third of the hours is
held against the third before it, and the most it holds there may be one page more.

Resident memory is the anonymous one and the pages of the programs' files: a guest's cards are the
kernel's, and not in it.
"""

LEAST = 24
"""With fewer hours a third of them is still of the first ones, and memory is left out."""

LENGTH = 10.0
"""How long people are in their rooms, each hour."""


def prepare(said, _hours):
    for name, hertz in TONES.items():
        said.write(name, said.tone(hertz, LENGTH))


def play(world):
    hours = int(world.setting("hours"))
    world.start()
    for hour in range(hours):
        begin = hour * HOUR
        # Not always at the same phase of the sound's periods: 0.1 ms later each hour.
        world.live(at=round((begin + HOUR / 2 + hour * 0.0001) * 1e9), take=f"-{hour:03}")
        for name, (press, release) in TALKS.items():
            world.until(press)
            world[name].press()
            world.until(release)
            world[name].release()
        world.until(LENGTH)
        world.leave()
        for one in world.stations.values():
            held = growth.sample(one.pid, hour)
            world.fact(station=one.name, hour=hour, anonymous=held.anonymous, rss=held.rss,
                       descriptors=held.descriptors, threads=held.threads)
            world.counters(one)
        world.until_ns(round((begin + HOUR) * 1e9))


def judge(case, hours):
    judge_talks(case, hours)
    judge_growth(case)
    for name in STATIONS:
        lost = case.entries(name, "peer_down") + case.entries(name, "peer_stale")
        case.claim(not lost, f"{name} has its peer all the time ({len(lost)} times not)")
        ended = case.counters(name)
        found = {what: count for what, count in ended.items() if is_loss(what)}
        case.claim(not found, f"{name} has lost nothing: {found or 'no drops, no xruns'}")


def is_loss(counter):
    """Whether a counter tells of something that was lost."""
    return counter.endswith(("_xruns", "_lost")) or "dropped" in counter \
        or counter.startswith("concealed")


def judge_talks(case, hours):
    """Every talk is heard, whole, and every time after as long."""
    zeros = [one.figures["at"] for one in case.entries("world", "zero")]
    case.claim(len(zeros) == hours, f"{len(zeros)} hours were lived")
    shares, onsets, heard = [], [], 0
    for hour, zero in enumerate(zeros):
        for talker, listener in (STATIONS, STATIONS[::-1]):
            press, release = TALKS[talker]
            track = case.track(f"{listener}-{hour:03}", TONES[talker], press, release + 0.15,
                               zero=zero)
            loud = track > -15
            # It is there after a moment, and then it stays.
            first = int(loud.argmax())
            share = float(loud[first:].mean()) if loud.any() else 0.0
            shares.append(share)
            onsets.append(first * 0.02)
            heard += share >= 0.98 and first * 0.02 < 0.2
    if shares:
        case.claim(heard == 2 * hours, f"{heard} of {2 * hours} talks were heard, of the worst "
                   f"{min(shares):.1%} after {max(onsets):.2f} s")


def held(case, name):
    """What a station held in each hour."""
    return [one for one in case.facts if one["station"] == name]


def judge_growth(case):
    """Memory, descriptors and threads are what they were."""
    for name in STATIONS:
        hours = held(case, name)
        case.need(hours, f"{name} was looked at in no hour")
        first, last = hours[0], hours[-1]
        case.note(f"{name}: anonymous {first['anonymous']} -> {last['anonymous']} kB, resident "
                  f"{first['rss']} -> {last['rss']} kB, descriptors {first['descriptors']} -> "
                  f"{last['descriptors']}, threads {first['threads']} -> {last['threads']}")
        for what in COUNTED:
            found = sorted({one[what] for one in hours})
            case.claim(len(found) == 1, f"{name} has as many {what} in each of {len(hours)} hours "
                       f"({found})")
        if len(hours) < LEAST:
            case.note(f"{name}: memory NOT MEASURED: {len(hours)} hours were lived, that takes "
                      f"{LEAST}")
            continue
        third = len(hours) // 3
        for what in MEMORY:
            before, after = (max(one[what] for one in part)
                             for part in (hours[-2 * third:-third], hours[-third:]))
            case.claim(after - before <= PAGE, f"{name} takes no more {what} memory: "
                       f"{after - before:+d} kB in the last {third} hours, at most {PAGE}")


def controls(case):
    yield "a peer was down", case.with_line("kitchen", "peer_down")
    for counter in ("capture_xruns", "frames_lost", "dropped_replay"):
        yield f"kitchen has {counter}", case.with_line("kitchen", "counters", **{counter: 1})
    yield "hours are missing", case.without("world", "zero", at=case.zero)
    for name in STATIONS:
        for what in COUNTED:
            yield f"{name} has one of {what} more at last", holding(
                case, name, what, lambda hour, hours: hour == hours - 1)
        for what in MEMORY if len(held(case, name)) >= LEAST else ():
            yield f"{name} takes two pages of {what} memory at last", holding(
                case, name, what, lambda hour, hours: 2 * PAGE * (hour == hours - 1))
            yield f"{name} takes a page of {what} memory every four hours", holding(
                case, name, what, lambda hour, _: hour // 4 * PAGE)


def holding(case, name, what, more):
    """As if a station had held so much more in each hour: `more` of the hour and their number."""
    other = case.spoiled()
    hours = held(other, name)
    for hour, one in enumerate(hours):
        one[what] += more(hour, len(hours))
    return other
