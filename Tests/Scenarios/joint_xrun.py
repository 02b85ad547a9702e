"""A station that stood still comes back: microphone and speaker as one, with the delay they had."""

from uml.design import BLOCK, FRAME, QUEUED, TICK, TRIFLE, WAY

OFTEN = False
STATIONS = ("kitchen", "garage")
SECONDS = 400

STILL = 0.1
ROUNDS = 10
EVERY = 2.6
# The listener stands still in the middle of a talk, then the talker does, so many times; then the
# listener between two talks, as often.
LISTENER, TALKER = 6.0, 12.0
QUIET = TALKER + ROUNDS * EVERY + 1
END = QUIET + ROUNDS * EVERY

# ms of silence that fill all periods of the speaker's card when it starts. So many samples more
# were written than were read: then one period is written for each that is read.
FILL = QUEUED + BLOCK
BETWEEN = FILL * 48
# ns
JIFFY, PERIOD = TICK * 1_000_000, FRAME * 1_000_000
# One sample at 48 kHz, in ms: less than that is the measure's.
SAMPLE = 1000 / 48000


def prepare(said):
    said.write("kitchen", said.syllables(END, seed=5))
    said.write("garage", said.tone(700, END))


def freeze(world, name, seconds, began):
    """The daemon stands still; its card is looked at before, meanwhile and afterwards.

    It goes on where a frame `began` at first, so that its frames lie towards the periods of the
    other station as they did. The card counts jiffies: in the middle of the same one.
    """
    one = world[name]
    before = one.directions()
    one.freeze()
    world.sleep(seconds / 2)
    meanwhile = one.directions()
    world.sleep(seconds / 2)
    phase = began[name] // JIFFY * JIFFY + JIFFY // 2
    world.until_ns(world.now() + (phase - world.now()) % PERIOD)
    one.thaw()
    # Not where a period ends: the two directions are looked at one after the other.
    world.sleep(0.1 + BLOCK / 2000)
    after = one.directions()
    world.log(name, "cards", before=before, meanwhile=meanwhile, after=after)


def play(world):
    world.start()
    world.live()
    began = {name: one.directions()["since"] for name, one in world.stations.items()}
    # When a card starts for the first time the kernel's count of jiffies may be one old: what is
    # compared has been started anew.
    for number, name in enumerate(STATIONS):
        world.until(0.1 + 0.4 * number)
        freeze(world, name, STILL, began)
    world.until(1)
    world["kitchen"].press()
    world["garage"].press()
    world.until(LISTENER)
    freeze(world, "garage", STILL, began)
    for number in range(ROUNDS):
        world.until(TALKER + number * EVERY)
        freeze(world, "kitchen", STILL + 0.01 * number, began)
    world.until(QUIET - 1)
    for one in world.stations.values():
        one.release()
    for number in range(ROUNDS):
        world.until(QUIET + number * EVERY)
        freeze(world, "garage", STILL + 0.01 * number, began)
        world["kitchen"].press()
        world.until(QUIET + number * EVERY + 2.2)
        world["kitchen"].release()
    world.until(END)
    world.count()


def delay(case, start, end):
    """The median delay from the mouth in the kitchen to the ear in the garage, in ms."""
    found = case.delays("kitchen", "garage", start, end)
    return sorted(found)[len(found) // 2] if found else float("nan")


def judge(case):
    begin = delay(case, 2.5, LISTENER)
    # The cards of both rooms count jiffies.
    case.claim(WAY[0] - 2 * TICK <= begin <= WAY[1] + 2 * TICK,
               f"from mouth to ear it takes {begin:.2f} ms")
    judge_cards(case)
    # In the middle of a talk the packets that waited make the listener cautious for a second.
    after = delay(case, LISTENER + 2, TALKER)
    case.claim(abs(after - begin) < SAMPLE,
               f"after the listener stood still {after:.2f} ms, {after - begin:+.3f}")
    # A new talk each time begins with its pre-roll, which is caught up but for a trifle.
    for who, first, start, end, more in (("talker", TALKER, 0.4, EVERY, SAMPLE),
                                         ("listener", QUIET, 1.2, 2.2, TRIFLE)):
        found = [delay(case, first + number * EVERY + start, first + number * EVERY + end)
                 for number in range(ROUNDS)]
        worst = max(found, key=lambda one: -1 if one == begin else abs(one - begin))
        case.claim(all(-SAMPLE < one - begin < more for one in found),
                   f"each of {ROUNDS} times the {who} stood still it is the same afterwards "
                   f"(worst {worst - begin:+.3f} ms, less than {more:.2f})")
    judge_sound(case)
    judge_counts(case)


def judge_cards(case):
    """What `PCMDevice` says of the kernel."""
    looks = [(one.who, one.figures) for one in case.log if one.what == "cards"]
    case.claim(len(looks) == 3 + 2 * ROUNDS, f"{len(looks)} times one of them stood still")
    for what in ("before", "meanwhile", "after"):
        states = {(one[what]["capture"], one[what]["playback"]) for _, one in looks}
        state = "XRUN" if what == "meanwhile" else "RUNNING"
        case.claim(states == {(state, state)}, f"{what} both are {state} ({sorted(states)})")
    for what in ("before", "after"):
        case.claim(all(one[what]["together"] for _, one in looks),
                   f"{what} both run since the same nanosecond")
        queued = {one[what]["queued"] for _, one in looks}
        case.claim(queued == {BETWEEN}, f"{what} from microphone to speaker it takes {BETWEEN} "
                   f"samples ({sorted(queued)})")


def judge_sound(case):
    """What kitchen hears of garage while it stands still, and how soon afterwards."""
    silent, sounding = [], []
    for thaw in case.entries("kitchen", "thaw")[1:]:
        at = (thaw.ns - case.zero) / 1e9
        silent.append(case.level("kitchen", at - 0.05, at + (FILL - TICK) / 1000))
        # Silence is queued first, then what waited comes out.
        sounding.append(case.level("kitchen", at + (FILL + 2 * TICK) / 1000, at + 0.1))
    case.claim(max(silent) < -90, f"while kitchen stands still it plays nothing, nor for {FILL} ms "
               f"more ({max(silent):.0f} dBFS)")
    case.claim(-14 < min(sounding) and max(sounding) < -10, f"{FILL + 2 * TICK} ms after it went "
               f"on it plays ({min(sounding):.1f} to {max(sounding):.1f} dBFS)")
    first = [min((packet.ns for packet in case.sent("kitchen") if packet.ns > thaw.ns),
                 default=case.log[-1].ns) - thaw.ns
             for thaw in case.entries("kitchen", "thaw")[1:]]
    case.claim(max(first) <= PERIOD + 2 * JIFFY,
               f"and speaks {max(first) / 1e6:.1f} ms after it at the latest")


def judge_counts(case):
    """Once each, in the event and in the counter, and no more lost than time was."""
    for name, times in (("kitchen", 1 + ROUNDS), ("garage", 2 + ROUNDS)):
        told = [one.figures.get("detail") for one in case.entries(name, "xrun")]
        case.claim(told == ["input"] * times, f"{name} tells of each once ({len(told)} of {times})")
        found = case.counters(name)
        count = found["capture_xruns"], found["playback_xruns"]
        case.claim(count == (times, 0), f"and counts the pair once ({count})")
        gone = [one for one in ("peer_up", "peer_down", "peer_lost")
                for entry in case.entries(name, one) if entry.ns > case.zero]
        case.claim(not gone, f"{name} keeps its session ({gone})")
    found = case.counters("garage")
    # The first time nobody talked.
    still = sum(
        after.ns - before.ns for before, after in
        list(zip(case.entries("kitchen", "freeze"), case.entries("kitchen", "thaw")))[1:]) / 1e6
    for what, unit in (("frames_lost", 10), ("concealed_ms", 1)):
        time = found[what] * unit
        # Each time the frame that had begun is lost as well, and a number is a whole frame.
        case.claim(0 <= time - still <= ROUNDS * 20,
                   f"{what} of garage are {time} ms, for {still:.0f} ms that kitchen stood still")


def controls(case):
    yield "garage hears nothing", case.silent("garage")
    yield "no xrun was told", case.without("garage", "xrun")
    yield "kitchen spoke 5 ms later", case.later(5, "kitchen")


MUTATIONS = (
    # As it was: a running direction is not linked to one that stands.
    ("Sources/HAL/Audio/PCMDevice.swift",
     "        _ = capture.reset()\n        _ = playback.reset()\n", ""),
    # What the card lost is no time to whoever hears it.
    ("Sources/Media/Talk/Talks.swift",
     "spurts[target].lose(lost, before:", "spurts[target].lose(lost * 0, before:"),
    # The part of a frame that was there is no time.
    ("Sources/Media/Capture/CapturePath.swift",
     "let samples = PCM.samples(nanoseconds: nanoseconds) + Int64(filled)",
     "let samples = PCM.samples(nanoseconds: nanoseconds)"),
    # Prepared, but not started again.
    ("Sources/Media/Capture/CapturePath.swift",
     "            cards.moved(.capture, loop, at: now)\n"
     "            if cards.isLinked { startCards() }",
     "            cards.moved(.capture, loop, at: now)"),
)
