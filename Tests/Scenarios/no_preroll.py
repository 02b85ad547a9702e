"""With preroll = 0 the microphone stands still until a key counts, and nothing from before is sent.
"""

from uml.design import FRAME, TAIL

OFTEN = False
STATIONS = ("kitchen", "garage")

HERTZ = 500
PRESSES, FIRST, EVERY, HELD = 10, 1.0, 2.0023, 1.0
QUIET = 0.3
"""Somebody speaks all the time, and is quiet for so many seconds from each press on."""


def edges():
    """The seconds after zero at which the key goes down, at several phases of the frames."""
    return [FIRST + number * EVERY for number in range(PRESSES)]


def prepare(said):
    parts, at = [], 0.0
    for edge in edges():
        parts += [said.tone(HERTZ, edge - at), said.silence(QUIET)]
        at = edge + QUIET
    said.write("kitchen", *parts, said.tone(HERTZ, EVERY))


def play(world):
    kitchen = world["kitchen"]
    kitchen.sections["talk"] = {"preroll": "0", "cover": "off"}
    # With two periods queued, as in the profiles studio and lowpower, the speaker runs dry if it
    # gets nothing at some of the presses. With three, as in voice, it does not.
    kitchen.sections["audio"] |= {"periods": "2"}
    world.start()
    world.live()
    for edge in edges():
        world.until(edge - 0.1)
        world.log("kitchen", "card", when="rest", state=kitchen.directions()["capture"])
        world.until(edge)
        kitchen.press()
        world.until(edge + HELD)
        world.log("kitchen", "card", when="talk", state=kitchen.directions()["capture"])
        kitchen.release()
    world.sleep(EVERY - HELD - 0.1)
    world.log("kitchen", "card", when="rest", state=kitchen.directions()["capture"])
    world.counters(kitchen)


def judge(case):
    for when, runs in (("rest", False), ("talk", True)):
        states = [one.figures["state"] for one in case.entries("kitchen", "card", when=when)]
        case.claim(all((one == "RUNNING") == runs for one in states),
                   f"in {when} its microphone's card {'runs' if runs else 'stands still'}: "
                   f"{sorted(set(states))}")
    talks = case.talks("kitchen")
    case.claim(len(talks) == PRESSES, f"it talks {len(talks)} times of {PRESSES}")
    sent = case.counters("kitchen")["frames_sent"]
    lasted = sum(end - start for start, end in talks) / 1e6
    # The card starts with the talk, and its last frame is the one in which the tail ends.
    case.claim(0 <= lasted - sent * FRAME <= PRESSES * FRAME,
               f"{sent} frames are sent in {lasted:.1f} ms of talk, and none from before")
    missed = case.counters("kitchen")["playback_xruns"]
    case.claim(missed == 0, f"its speaker goes on while the microphone starts ({missed} xruns)")
    edge = [case.since_zero(one) for one in case.entries("kitchen", "press")]
    before = max(case.level("garage", at, at + QUIET) for at in edge)
    case.claim(before < -60, f"what was said until the press is not heard ({before:.0f} dBFS)")
    after = min(case.faintest("garage", HERTZ, at + QUIET + 0.1, at + HELD + TAIL / 1e3)
                for at in edge)
    case.claim(after > -13, f"what is said from then on is, at {after:.1f} dBFS or more")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "garage hears what was said before", case.heard_later("garage", -200)
    for when, state in (("rest", "RUNNING"), ("talk", "SETUP")):
        other = case.spoiled()
        other.log = [one._replace(figures=one.figures | {"state": state})
                     if one.figures.get("when") == when else one for one in case.log]
        yield f"in {when} the card is {state}", other
    yield "its speaker stops", case.with_line("kitchen", "counters", playback_xruns=1)
    yield "more is sent than was talked", case.with_line("kitchen", "counters", frames_sent=10**4)


MUTATIONS = (
    # The encoder goes on where the last talk ended, of which it still has some milliseconds.
    ("Sources/Media/Talk/Talks.swift",
     "let isGap = start > frames.next || hasRested", "let isGap = start > frames.next"),
    # The speaker waits for the microphone.
    ("Sources/Media/Cards/MediaLoop+Cards.swift",
     "if cards.clock.source == .capture { playSound() }\n        } catch", "} catch"),
    # The card runs on after a talk.
    ("Sources/Media/Cards/CardPair.swift",
     "guard !keepsCapturing, isCapturing else", "guard false, isCapturing else"),
    # There is always a pre-roll.
    ("Sources/Media/Plan/MediaPlan.swift",
     "prerollFrames = Int((preroll.nanoseconds + frame - 1) / frame)",
     "prerollFrames = max(2, Int((preroll.nanoseconds + frame - 1) / frame))"),
)
