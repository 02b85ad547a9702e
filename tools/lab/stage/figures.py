"""The figures of a talk, by the names that `tools/demo --json` uses."""

import numpy

from . import judge, measure, wav
from .talk import PREROLL_FRAMES
from .tool import rounded

FRAME_NS = 10_000_000
# From the end of a frame in the card to its packet: waking, encoding, sealing.
WORK_NS = 1_000_000


def key_to_first_packet_ms(moments, edge_ns):
    """From the key's edge to the first packet whose frame holds sound captured after it.

    What a packet holds cannot be seen, but frames end every 10 ms of the card's clock and leave
    in order. At the edge the frames of the pre-roll leave in a burst; they were captured before
    it. The next frame is the one that was being captured at the edge, and leaves when the card
    has finished it. When the card finishes frames is seen from the steady packets later on (the
    quickest of them, less the work, so that an edge between a frame's end and its packet counts
    for the next frame). So the packet sought is the first one after the first frame's end after
    the edge, provided that the whole pre-roll had left by then. If not, it is somewhere in that
    10 ms; then we take the last packet of them.
    """
    moments = numpy.asarray(moments, dtype=numpy.int64) - edge_ns
    moments = moments[moments >= 0]
    steady = moments[(moments > 300_000_000) & (moments < 2_300_000_000)]
    if len(steady) < 50:
        return None
    turns = numpy.exp(2j * numpy.pi * (steady % FRAME_NS) / FRAME_NS)
    middle = numpy.angle(numpy.mean(turns)) / (2 * numpy.pi) * FRAME_NS
    spread = (steady - middle + FRAME_NS / 2) % FRAME_NS - FRAME_NS / 2
    first_end = (middle + numpy.percentile(spread, 5) - WORK_NS) % FRAME_NS
    later = moments[moments >= first_end]
    if numpy.count_nonzero(moments < first_end) >= PREROLL_FRAMES:
        return float(later[0]) / 1e6
    first = later[later < first_end + FRAME_NS]
    # None at all went out in that time where the machine stood still.
    return float(first[-1]) / 1e6 if len(first) else None


def first_syllable_db(talk):
    """Energy of the sound from before the key went down, heard against said, in dB.

    That sound is looked for on its own: in what follows the listener already catches up with the
    talker, and so leaves some milliseconds out.
    """
    begin = talk.said.first_ns
    lasting = (talk.edge_ns - begin) / 1e9
    found = measure.delay(talk.said, talk.heard, begin, lasting, longest_ms=200)
    if found is None or found[1] < 0.5:
        return None
    shift = int(found[0] * 1e6)
    said = measure.energy(talk.said.span(begin, talk.edge_ns))
    heard = measure.energy(talk.heard.span(begin + shift, talk.edge_ns + shift))
    return 10 * float(numpy.log10(max(heard, 1e-9) / max(said, 1e-9)))


def wire_sound(packets):
    """The bytes of the packets as sound: each byte a sample, each packet its 10 ms."""
    frames = []
    for _, packet in packets:
        values = numpy.frombuffer(packet, dtype=numpy.uint8).astype(numpy.int16) - 128
        frames.append(values[numpy.arange(480) * len(values) // 480] * 64)
    return numpy.concatenate(frames) if frames else wav.silence(0.1)


def wire_correlation(talk, wire):
    """The greatest likeness of what was said to what was sent, 100 ms either way."""
    begin = talk.edge_ns - PREROLL_FRAMES * FRAME_NS
    end = begin + int(len(wire) * 1e9 / wav.RATE)
    if len(wire) < wav.RATE // 2:
        return None
    slack = 100_000_000
    return float(numpy.max(numpy.abs(measure.correlations(
        wire.astype(numpy.float64), talk.said.span(begin - slack, end + slack)))))


def figures(talk, wire):
    """All figures but the negative control; None is what could not be measured."""
    begin, end = talk.edge_ns + 1_000_000_000, talk.said.moment(len(talk.said.samples))
    verdict = judge.verdict(talk, begin, end, least=0.6)
    syllable = first_syllable_db(talk)
    names = ("kitchen", "garage")
    heap = [talk.grown(name, "media", "heap_calls") for name in names]
    total = [talk.after[name][1]["media"]["heap_calls"] for name in names]
    dirty = [talk.memory[name]["private_dirty"] for name in names]
    return {
        "heard": verdict.recognised >= 0.8,
        "recognised": round(verdict.recognised, 3),
        "mouth_to_ear_ms": {
            "median": rounded(verdict.delay_ms), "p95": rounded(verdict.delay_p95_ms)},
        "key_to_first_packet_ms": rounded(
            key_to_first_packet_ms([moment for moment, _ in talk.sent], talk.edge_ns)),
        "first_syllable_kept": syllable is not None and abs(syllable) <= 3,
        "first_syllable_db": rounded(syllable),
        "speech_before_key_ms": rounded((talk.edge_ns - talk.said.first_ns) / 1e6),
        "pesq": rounded(verdict.pesq if verdict.delay_ms is not None else None),
        "wire_correlation": rounded(wire_correlation(talk, wire), 4),
        "packets": len(talk.sent),
        "packet_sizes": sorted({len(packet) for _, packet in talk.sent}),
        "heap_calls_media_loop": None if None in heap else sum(heap),
        "heap_calls_since_start": None if None in total else sum(total),
        "media_cpu_percent": rounded(max(talk.processor_percent(name) for name in names)),
        "rss_kb": max(talk.memory[name]["rss"] for name in names),
        "private_dirty_kb": None if None in dirty else max(dirty),
        "xruns": sum(talk.xruns(name) for name in names),
        "packets_lost": max(0, talk.grown("kitchen", "counters", "packets_sent")
                            - talk.grown("garage", "counters", "packets_opened")),
        "realtime": all(talk.after[name][1]["realtime"] for name in names),
        "late_samples": talk.missed,
        "seconds": talk.seconds,
    }
