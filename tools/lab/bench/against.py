"""This program beside another build of it, in turn: one who talks with one, round after round."""

import os

from stage import place

from . import loops


def measure(chosen, folder, progress):
    """What each costs the media loop, and the one over the other, for a person."""
    programs = {"this": place.PROGRAMS, "other": os.path.abspath(chosen.against)}
    rounds = []
    for number in range(chosen.rounds):
        costs = {}
        for name, path in programs.items():
            place.PROGRAMS = path
            pairs = loops.measure_talk(
                os.path.join(folder, f"{name}-{number}"), chosen.seconds, 3,
                lambda _, name=name: progress(f"round {number + 1}: {name} program"))
            costs[name] = loops.middle(pairs)
        rounds.append(costs)
    lines = ["Processor time of the media loop in us a frame, 1 listener and 1 talker, in turn:"]
    for name, path in programs.items():
        middle = loops.middle([costs[name] for costs in rounds])
        lines.append(f"  {name:<6}{middle.daemon:>8.1f}  floor{middle.floor:>8.1f}  ratio"
                     f"{middle.ratio:>6.3f}  {path}")
    # Each over the floor of its own minutes, so that a machine that slows down meanwhile is no
    # matter.
    gain = loops.spread(costs["this"].ratio / costs["other"].ratio for costs in rounds)
    lines.append(f"  this over other {gain.middle:.3f} ({gain.least:.3f} to {gain.most:.3f})")
    return "\n".join(lines)
