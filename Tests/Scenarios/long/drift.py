"""Cards 100 ppm fast and slow hear one hour of talk after another: never a gap, never later."""

from uml.design import FRAME, TICK

STATIONS = ("kitchen", "garage", "attic")
PPM = {"garage": 100, "attic": -100}
HOUR = 3600
PIECE = 60.0
"""What is said goes round after so many seconds."""

EVERY = 10
"""Seconds between two looks at the delay."""

APART = 12
SPREAD = FRAME + APART + 2 * TICK
"""ms that the delay may vary by: one block, which the jitter buffer holds back for a late one; and,
as the directions of a loopback card are two clocks some ppm apart, so much of what waits for the
speaker, until one period more or less is due. Without a correction it would vary by 360 ms an hour.
"""


def prepare(said, hours=1):
    piece = said.syllables(PIECE, seed=21)
    said.write("kitchen", *[piece] * round(hours * HOUR / PIECE + 1))


def play(world):
    hours = int(world.setting("hours"))
    for name, ppm in PPM.items():
        world[name].run_card(ppm)
    # A hot microphone: no talk is too long.
    world["kitchen"].sections["button ptt"]["mode"] = "open"
    world.start()
    world.live()
    for minute in range(hours * 60 + 1):
        world.until(minute * 60 + 1)
        if minute % 10 == 0:
            for name in PPM:
                found = world.counters(world[name])
                world.fact(station=name, minute=minute, **{
                    what: found.get(what, 0)
                    for what in ("frames_mixed", "frames_lost", "concealed_ms", "stretched_ms")})
    world.leave()


def judge(case, hours):
    for name, ppm in PPM.items():
        found = [look(case, name, ppm, second)
                 for second in range(20, hours * HOUR, EVERY)]
        delays = [delay for delay, alike in found if alike >= 0.6]
        case.claim(len(delays) == len(found) > 0,
                   f"{name} hears what is said in {len(delays)} of {len(found)} looks")
        if not delays:
            continue
        spread = max(delays) - min(delays)
        case.claim(spread <= SPREAD, f"{name}, {ppm:+} ppm, hears it after {min(delays):.1f} to "
                   f"{max(delays):.1f} ms")
        ended = case.counters(name)
        lost = {what: ended[what] for what in ("frames_lost", "playback_xruns", "capture_xruns")
                if ended[what]}
        case.claim(not lost, f"{name} loses nothing: {lost or 'no frame, no xrun'}")
        case.claim(ended["concealed_ms"] <= FRAME * hours, f"{name} makes up "
                   f"{ended['concealed_ms']} ms: where one period more is due, a block at most")


def look(case, name, ppm, second):
    """(delay in ms, likeness) at a moment, in which a card of so many ppm is ahead of its time."""
    ahead = second * ppm / 1e6
    delay, alike = case.delay_in_files("kitchen.said", f"{name}.heard", second, ahead)
    return delay, alike


def controls(case):
    for name in PPM:
        yield f"{name} has lost frames", case.with_line(name, "counters", frames_lost=3)
        yield f"{name} has made up more", case.with_line(name, "counters", concealed_ms=99999)
    other = case.spoiled()
    other.late_ms = lambda second: second / 100
    yield "the delay grows by 10 ms in 1000 s", other
