"""What was measured, under the names of `tools/bench --json`, and as a table for a person."""

from stage import syscalls
from stage.tool import rounded as _rounded, shown

from . import loops
from .loops import ALL, BOTH, CASES, HEARS_EIGHT, HEARS_ONE, ONE

TARGETS = {
    "cpu_ratio": 0.83,
    "improved_ratio": 2.0,
    "listener_ratio": 1.10,
    "talker_ratio": 1.20,
    "system_calls": 550,
    "private_dirty_kb": 2048,
    "ready_ms": 300,
}
"""The most that each may be."""

PEERS = 3
"""Of the station whose memory has a target."""


def figures(rounds, improved, calls, memory, started, handshakes, sizes):
    """All figures by name; None is what could not be measured."""
    cpu = loops.spread(found[BOTH].ratio for found in rounds)
    middles = loops.middles(rounds)
    better = loops.spread(pair.ratio for pair in improved)
    listener = loops.each_further(middles, ONE, ALL)
    talker = loops.each_further(middles, HEARS_ONE, HEARS_EIGHT)
    listeners = loops.spread(loops.each_further(found, ONE, ALL).ratio for found in rounds)
    return {
        "cpu_ratio": _rounded(cpu.middle, 3),
        "cpu_ratio_spread": [_rounded(cpu.least, 3), _rounded(cpu.most, 3)],
        "improved_ratio": _rounded(better.middle, 3),
        "improved_ratio_spread": [_rounded(better.least, 3), _rounded(better.most, 3)],
        "improved_us": _pair(loops.middle(improved)),
        "listener_ratio": _rounded(listener.ratio, 3),
        "listener_ratio_spread": [_rounded(listeners.least, 3), _rounded(listeners.most, 3)],
        "talker_ratio": _rounded(talker.ratio, 3),
        "listener_us": _pair(listener),
        "talker_us": _pair(talker),
        "frame_us": {
            str(case): {
                **_pair(middles[case]),
                "ratio": _rounded(loops.spread(found[case].ratio for found in rounds).middle, 3)}
            for case in CASES},
        "private_dirty_kb": memory.get(PEERS),
        "private_dirty_kb_by_peers": {str(count): size for count, size in memory.items()},
        "ready_ms": _rounded(started[0], 1),
        "first_sound_ms": _rounded(started[1], 1),
        "handshakes_seen_per_second": _rounded(handshakes[0], 1),
        "handshake_ms": _rounded(handshakes[1], 2),
        "handshakes_per_second": _rounded(1000 / handshakes[1], 0),
        "system_calls": None if calls.daemon is None else round(sum(
            count for name, count in calls.daemon.items() if name != syscalls.TIMER)),
        "system_calls_by_name": {
            side: found and {name: round(count) for name, count in found.items()}
            for side, found in calls._asdict().items()},
        "binary_bytes": sizes,
        "rounds": len(rounds),
    }


def met(found):
    """By name of a target, whether it is met."""
    return {name: found[name] is not None and found[name] <= most
            for name, most in TARGETS.items()}


def table(found, seconds):
    """The figures for a person."""
    lines = [f"Processor time of the media loop in us a frame of 10 ms: {found['rounds']} rounds, "
             f"{seconds:g} s each, both at once.", "",
             f"  {'':<24}{'intercomd':>11}{'floor':>9}{'ratio':>8}"]
    for case in CASES:
        one = found["frame_us"][str(case)]
        lines.append(f"  {str(case):<24}{one['daemon']:>11.1f}{one['floor']:>9.1f}"
                     f"{one['ratio']:>8.2f}")
    one = found["improved_us"]
    lines.append(f"  {'the same, echo and all':<24}{one['daemon']:>11.1f}{one['floor']:>9.1f}"
                 f"{found['improved_ratio']:>8.2f}")
    for name in ("listener", "talker"):
        one = found[f"{name}_us"]
        lines.append(f"  {'each further ' + name:<24}{one['daemon']:>11.2f}{one['floor']:>9.2f}"
                     f"{found[f'{name}_ratio']:>8.2f}")
    by_peers = found["private_dirty_kb_by_peers"]
    sizes = found["binary_bytes"]
    rows = [
        ("memory, private and dirty",
         "not seen: the daemon hides it from all but root" if None in by_peers.values() else
         ", ".join(f"{size} kB with {count} peer{'s' if count != '1' else ''}"
                   for count, size in by_peers.items())),
        ("start to ready", f"{found['ready_ms']} ms; to the first sound "
                           f"{found['first_sound_ms']} ms"),
        ("handshakes", f"{found['handshakes_per_second']:.0f} a second on one core, "
                       f"{found['handshake_ms']} ms each"),
        ("system calls a second", _calls(found["system_calls_by_name"]["daemon"])),
        ("of the floor", _calls(found["system_calls_by_name"]["floor"])),
        ("programs", ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sizes.items())),
    ]
    lines += ["", *(f"  {name:<27}{text}" for name, text in rows), ""]
    verdicts = met(found)
    for name, most in TARGETS.items():
        between = found.get(f"{name}_spread")
        remark = f"  ({between[0]} to {between[1]})" if between else ""
        lines.append(f"  {name:<20}{shown(found[name], 'g'):>9}  at most {most:<6g}"
                     f"{'ok' if verdicts[name] else 'MISSED'}{remark}")
    return "\n".join(lines)


def _calls(found):
    """What one side asks the kernel for; what comes less than once a second is left out."""
    if found is None:
        return "not counted: strace is not installed"
    return ", ".join(f"{name} {count}" for name, count in sorted(
        found.items(), key=lambda item: -item[1]) if count > 0)


def _pair(one):
    return {"daemon": _rounded(one.daemon, 2), "floor": _rounded(one.floor, 2)}
