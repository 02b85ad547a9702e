"""What scenarios of ten minutes of talk have in common: two who both talk, and what is claimed."""

from .design import BLOCK, TICK

STATIONS = ("kitchen", "garage")
MINUTES = 10
BEGIN, STEADY = 1, 10
"""Seconds after `zero`: the keys go down, and from when on it is judged."""
END = BEGIN + MINUTES * 60
PIECE = 60.0
"""What is said goes round after so many seconds."""
EVERY = 2
"""Seconds between two looks at the delay, each at half a second of speech."""
CONCEALED = 0.001
"""The share of the sound that may be made up."""
SECONDS = 900
"""Real time one run may take."""


def prepare(said, seed=21):
    """Both speak for all of it, never the same."""
    for number, name in enumerate(STATIONS):
        said.write_round(name, said.syllables(PIECE, seed=seed + number), END + 1)


def play(world, happen=None):
    """Both talk for all of it; from `STEADY` on something may happen to them."""
    for one in world.stations.values():
        one.sections["talk"] = {"max-talk": "20m"}
    world.start()
    world.live()
    world.until(BEGIN)
    for one in world.stations.values():
        one.press()
    world.until(STEADY)
    world.count()
    if happen:
        happen(world)
    world.until(END)
    world.count()
    for one in world.stations.values():
        one.release()
    world.sleep(1)


def looks(case, mouth, ear, fast, leave_out=()):
    """[(second, delay in ms)] of what was heard as it was said, and how often was looked.

    `fast` are (of the mouth's card, of the ear's) by how much each is faster, in ppm; of
    `leave_out`, (from, to) in seconds, nothing is looked at.
    """
    found, tried = [], 0
    for second in range(STEADY, END - 1, EVERY):
        if any(start <= second <= stop for start, stop in leave_out):
            continue
        tried += 1
        # What is said and what is heard are in the time of their cards.
        ahead = second * (fast[1] - fast[0]) / 1e6
        delay, alike = case.delay_in_files(f"{mouth}.said", f"{ear}.heard", second, ahead)
        if alike >= 0.6:
            found.append((second, delay))
    return found, tried


def middle(found, start, stop):
    """The median delay between two seconds."""
    delays = sorted(delay for second, delay in found if start <= second < stop)
    return delays[len(delays) // 2] if delays else float("nan")


def judge_delay(case, way, most, apart, fast=(0, 0), leave_out=()):
    """It stays what it was: never above `most` ms, and in the last minute as in the first.

    `way` are (mouth, ear), `apart` is by how much the ends of two periods lie apart in the worst
    case, in ms.
    """
    mouth, ear = way
    found, tried = looks(case, mouth, ear, fast, leave_out)
    case.claim(len(found) >= 0.99 * tried > 0,
               f"{ear} hears {mouth} in {len(found)} of {tried} looks")
    case.need(found, f"{ear} hears nothing of {mouth}")
    delays = [delay for _, delay in found]
    case.claim(max(delays) <= most, f"from {mouth} to {ear} it takes {min(delays):.1f} to "
               f"{max(delays):.1f} ms, at most {most:.1f}")
    first, last = (middle(found, start, start + 60) for start in (STEADY, END - 61))
    case.claim(abs(last - first) <= apart, f"{first:.1f} ms in the first minute, {last:.1f} in the "
               f"last: {last - first:+.1f}, at most {apart:.1f}")


def judge_made_up(case, name, still=0.0):
    """Of what `name` hears no more is made up than the xruns took, `still` in ms, and 0.1 %."""
    first, last = (case.counters(name, which) for which in (0, -1))
    concealed = last["concealed_ms"] - first["concealed_ms"]
    most = still + CONCEALED * 1000 * (END - STEADY)
    beyond = f" beyond the {still:.0f} of its peer's xruns" if still else ""
    case.claim(concealed <= most, f"{name} makes up {concealed - still:.0f} ms{beyond}, "
               f"{(concealed - still) / 10 / (END - STEADY):.3f} %, at most {100 * CONCEALED} %")


def judge_counts(case, name, **wanted):
    """Counters that must be what they are said to be, 0 where nothing is said."""
    last = case.counters(name)
    for what in ("frames_lost", "dropped_late", "capture_xruns", "playback_xruns"):
        if wanted.get(what, 0) is not None:
            case.claim(last[what] == wanted.get(what, 0),
                       f"{name}: {what} {last[what]} of {wanted.get(what, 0)}")


def controls(case):
    """What the claims of each must refuse."""
    for name in STATIONS:
        yield f"{name} makes up 2 s more", case.with_line(
            name, "counters", **{**case.counters(name),
                                 "concealed_ms": case.counters(name)["concealed_ms"] + 2000})
        yield f"{name} has an xrun more", case.with_line(
            name, "counters", **{**case.counters(name),
                                 "playback_xruns": case.counters(name)["playback_xruns"] + 1})
    other = case.spoiled()
    other.late_ms = lambda second: second * (BLOCK + 2 * TICK) / 300
    yield "the delay grows by a ms in 43 s", other
