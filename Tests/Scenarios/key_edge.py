"""Sound from after the edge of a key is on the wire within a frame and 1 ms, whatever the phase."""

from collections import Counter

from uml.design import BLOCK, DEBOUNCE, FRAME, LOOKAHEAD, QUEUED, TICK

OFTEN = True
STATIONS = ("kitchen", "garage")

# The edges go through a frame, 10 ms, in steps of 0.1 ms. From the first on garage reports once a
# second, and what it asks for with that is answered at once: not while another key counts.
PHASES, FIRST, STEP, HELD, APART = 100, 1.0, 0.4001, 0.1, 0.02
# Short, so that the talk is not over before its pre-roll is caught up in part.
PREROLL = 60
# Later some more, before each of which nobody speaks.
QUIET, QUIET_STEP = 20, 0.5005
QUIET_FIRST = FIRST + PHASES * STEP + 1


def edges():
    """When the key is pressed, in seconds after zero: while someone speaks, and before."""
    return ([FIRST + number * STEP + (APART if number else 0) for number in range(PHASES)],
            [QUIET_FIRST + number * QUIET_STEP for number in range(QUIET)])


def prepare(said):
    # No moment of it is like another: what is heard tells when it was said.
    noise = said.noise(QUIET_FIRST + (QUIET + 1) * QUIET_STEP, seed=1)
    for edge in edges()[1]:
        noise[round((edge - 0.25) * 48000):round(edge * 48000)] = 0
    said.write("kitchen", noise)


def play(world):
    world["kitchen"].sections["talk"] = {"preroll": f"{PREROLL}ms"}
    world.start()
    world.live()
    before = world.counters(world["kitchen"])
    for edge in sum(edges(), []):
        world.until(edge)
        world["kitchen"].press()
        world.until(edge + HELD)
        world["kitchen"].release()
    world.sleep(1)
    assert before.get("frames_sent", 0) == 0
    world.counters(world["kitchen"])


def voice(case, edge):
    """When the packets with sound of one talk left.

    All packets have one size. Those with sound leave at once when the key goes down, and then one
    for each frame of the card; what else is sent in the same turn, such as a heartbeat, goes
    before it, and what is sent at another time of the period is no sound. At last the end of the
    talk is said three times. The counter of the station tells whether these are all.
    """
    sent = [one.ns for one in case.sent("kitchen") if 0 <= one.ns - edge < 0.39e9][:-3]
    if not sent:
        return []
    period = round(FRAME * 1e6)
    beat = sorted(one % period for one in sent)[len(sent) // 2]
    # Six at once are the pre-roll: nothing else is so many.
    first = next((one for one, other in zip(sent, sent[5:]) if other - one < 100_000), 0)
    sent = [one for one in sent if one >= first]
    burst = [one for one in sent if one - first < 100_000]
    # A frame is there one tick of the kernel before the card tells of it.
    begin = beat - round(TICK * 1e6)
    frames = {(one - begin) // period: one for one in sent[len(burst):]
              if (one - begin) % period < round(2 * TICK * 1e6)}
    return burst + list(frames.values())


class Press:
    """One press: what it sent, and where its edge is in what was heard. Times in ms."""

    def __init__(self, case, edge):
        self.edge = edge
        self.sent = [(one - edge) / 1e6 for one in voice(case, edge)]
        self.found, self.delays = 0.0, []
        for start in (-20, 0, 20, 40):
            delay, likeness = case.delay("kitchen", "garage", edge + start * 1_000_000, 0.02)
            self.delays.append(delay)
            self.found = max(self.found, likeness)
        self.delay = self.delays[1]
        # Its last sample is the last of a frame; nothing was left out or put in.
        heard = case.heard("garage").span(edge, edge + 390_000_000)
        sounding = heard.nonzero()[0]
        self.first = sounding[0] / 48 if len(sounding) else float("inf")
        end = (sounding[-1] + 1) / 48 if len(sounding) else 0.0
        self.length = end - self.first
        place = self.delay - LOOKAHEAD - (end - len(self.sent) * FRAME)
        # The frame the edge is in, what of it came after the edge, and when its packet left.
        self.frame = int(place // FRAME)
        self.after = (self.frame + 1) * FRAME - place
        self.left = self.sent[self.frame] if 0 <= self.frame < len(self.sent) else float("inf")


def judge(case):
    moments = [one.ns for one in case.entries("kitchen", "press")]
    presses = [Press(case, edge) for edge in moments[:PHASES]]
    phases = sorted(edge / 1e6 % FRAME for edge in moments[:PHASES])
    gaps = [b - a for a, b in zip(phases, phases[1:] + [phases[0] + FRAME])]
    case.claim(len(presses) == PHASES and max(gaps) < 0.3,
               f"{len(presses)} edges lie all over the period, no two further apart than "
               f"{max(gaps):.2f} ms")
    counted = case.counters("kitchen")["frames_sent"]
    quiet = [Press(case, edge) for edge in moments[PHASES:]]
    mute = sum(not one.sent for one in presses + quiet)
    case.need(mute == 0, f"of {len(moments)} presses {mute} send nothing")
    sent = sum(len(one.sent) for one in presses + quiet)
    case.claim(sent == counted, f"all {sent} packets of its talks, but their ends, are the "
               f"{counted} frames it has sent")
    wire(case, presses)
    ear(case, presses, quiet)


def wire(case, presses):
    """From the edge to the packets."""
    first = sorted(one.sent[0] for one in presses)
    case.claim(DEBOUNCE <= first[0] and first[-1] <= DEBOUNCE + 2 * TICK + 0.1,
               f"the first packet leaves {first[0]:.2f} to {first[-1]:.2f} ms after the edge: when "
               f"the key was down for {DEBOUNCE:g} ms, of which the kernel tells by the tick")
    burst = {sum(1 for moment in one.sent if moment - one.sent[0] < 0.1) for one in presses}
    case.claim(burst <= {PREROLL / FRAME, PREROLL / FRAME + 1}, f"and with it {burst} at once: "
               f"the pre-roll, and the next frame where it ends in that moment")
    worst = min(one.found for one in presses)
    case.claim(worst > 0.5, f"what was said at each edge is known again ({worst:.2f})")
    drift = max(max(one.delays) - min(one.delays) for one in presses)
    length = max(abs(len(one.sent) * FRAME - one.length) for one in presses)
    case.claim(drift < 0.1 and length < 1, f"nothing was left out or put in: the delay is the same "
               f"before and after the edge to {drift:.2f} ms, each talk as long as what was sent")
    late = [one.left - max(one.after, DEBOUNCE + TICK) for one in presses]
    # The card counts its samples by the tick, and tells of them at the next.
    case.claim(max(late) <= 2 * TICK and min(one.left - one.after for one in presses) > -0.1,
               f"the packet with the frame of the edge leaves {max(late):.2f} ms at most after the "
               f"frame's end, or after the key counts")
    left = [one.left for one in presses]
    case.claim(0 < min(left) and max(left) <= FRAME + TICK,
               f"from the edge to the first packet with sound captured after it: {min(left):.2f} "
               f"to {max(left):.2f} ms, at most a frame and 1 ms")
    bins = Counter(int(min(one, 99)) for one in left)
    case.note(f"edge to the first packet with sound captured after it, {len(left)} phases\n"
              + "\n".join(f"{number:3}-{number + 1:2} ms {bins[number]:3} {'#' * bins[number]}"
                          for number in range(max(bins) + 1)))


def ear(case, presses, quiet):
    """From the edge to the far speaker."""
    starts = sorted(one.first for one in presses)
    most = DEBOUNCE + 2 * TICK + BLOCK + QUEUED + TICK
    case.claim(starts[-1] <= most, f"the far speaker begins {figures(starts)} ms after the edge, "
               f"at most {most:g}: key, next block of the mixer, speaker's card")
    delays = sorted(one.delay for one in presses)
    # The pre-roll begins with a whole frame, and waits for the next block.
    least = PREROLL + LOOKAHEAD + QUEUED
    most = least + FRAME + BLOCK + 2 * TICK
    # What is said and what is heard are each found to the sample, of 0.021 ms.
    spread = delays[-1] - delays[0]
    case.claim(least - 0.05 < delays[0] and delays[-1] <= most and spread < FRAME + 0.1,
               f"what was said at the edge, behind the pre-roll, comes out {figures(delays)} ms "
               f"after it, at most {most:g}, and within one frame")
    sounds = sorted(loud(case, one.edge) for one in quiet)
    # In a frame that is over before the key counts it may lie at the very end.
    most = DEBOUNCE + 2 * TICK + FRAME + LOOKAHEAD + BLOCK + QUEUED + TICK
    case.claim(0 < sounds[0] and sounds[-1] <= most,
               f"said after silence, which is left out, it comes {figures(sounds)} ms after the "
               f"edge, at most {most:g} ({len(quiet)} phases)")


def loud(case, edge):
    """How long after a moment the far speaker is loud, in ms."""
    heard = case.heard("garage").span(edge, edge + 300_000_000)
    places = (abs(heard) > 1000).nonzero()[0]
    return places[0] / 48 if len(places) else float("inf")


def figures(ordered):
    """Least, middle and most."""
    return f"{ordered[0]:.1f} / {ordered[len(ordered) // 2]:.1f} / {ordered[-1]:.1f}"


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "the packets leave 0.2 ms later", case.later(0.2, "kitchen")
    yield "the packets leave 0.2 ms earlier", case.later(-0.2, "kitchen")
    yield "the ears are a block late", case.heard_later("garage", BLOCK)


MUTATIONS = (
    # A frame is held back.
    ("Sources/Media/Talk/Talks.swift",
     "while frames.next < microphone.captured {",
     "while frames.next < microphone.captured - 1 {"),
    # Keys are looked at only when the card has a frame.
    ("Sources/Media/Loop/MediaLoop.swift",
     "            readKeys(woken)\n",
     "            if woken.isPeriod(of: cards.clock.source) { readKeys(woken) }\n"),
    # There is no sound from before the key.
    ("Sources/Media/Talk/Talks.swift",
     "                capturePath.prerollStart(plan.prerollFrames),",
     "                capturePath.microphone.captured,"),
    # The end of the bounce is seen when the card has a frame.
    ("Sources/Media/Loop/MediaLoop.swift",
     "let deadline = hasBacklog ? now : talkKeys.settles",
     "let deadline = hasBacklog ? now : nil"),
)
