"""Echo in a simulated room, through two whole stations, in every profile.

The attic speaks; the cellar's loudspeaker plays it into a room, its microphone is open to the
attic, and what the attic hears of itself is the echo. Somebody in the cellar speaks too, for a
while; then the microphone is moved (stage.duet). Each round has other words and other walls.
"""

import concurrent.futures
import os
import statistics

from stage import duet, echoes, people, room, wav
from stage.talk import sleep_until
from stage.tool import memory_folder

from .pair import PROFILES

ROOMS = {"linear": {"noise": 10}, "clipping": {"noise": 10, "clip": duet.CLIP},
         "noisy": {"noise": 140}}


class _Run(echoes.Heard):
    """What the attic heard: one kind of cellar, with or without each voice.

    `case` is (profile, number of the round).
    """

    def __init__(self, folder, case, place, *, echo="off", has_far=True, has_near=True):
        os.makedirs(folder)
        profile, number = case
        far, near = echoes.voices(number)
        with people.Scene("attic", "cellar", folder=folder) as scene:
            attic, cellar = scene.stations
            for one in scene.stations:
                one.sections["audio"]["profile"] = profile
            cellar.sections["audio"]["echo"] = echo
            scene.introduce(attic, cellar)
            scene.start()
            heard = self._play(attic, cellar, place, number, [far * has_far, near * has_near])
        super().__init__(heard, near)

    def _play(self, attic, cellar, place, number, voices):
        gains = [room.write(os.path.join(cellar.folder, f"room{which}.wav"), 2 * number + which)
                 for which in (1, 2)]
        cellar.card.do("room", os.path.join(cellar.folder, "room1.wav"), gains[0])
        cellar.card.do("noise", place["noise"])
        cellar.card.do("clip", place.get("clip", 0))
        paths = [os.path.join(cellar.folder, name) for name in ("far.wav", "near.wav")]
        for path, samples in zip(paths, voices):
            wav.write(path, samples)
        heard = os.path.join(cellar.folder, "heard.wav")
        recording = attic.card.record(heard)
        attic.press()
        cellar.press()
        ran = cellar.status()["media"]["cpu_ns"]
        said = attic.card.play(paths[0], at_ms=600)
        other = cellar.card.play(paths[1], at_ns=said.first_ns)
        sleep_until(said.first_ns + int(duet.MOVED * 1e9))
        cellar.card.do("room", os.path.join(cellar.folder, "room2.wav"), gains[1])
        said.wait(duet.END + 10)
        other.wait(10)
        self.status = cellar.status()
        self.processor = 100 * (self.status["media"]["cpu_ns"] - ran) / (duet.END * 1e9)
        self.xruns = sum(one.counters()[name] for one in (attic, cellar)
                         for name in ("capture_xruns", "playback_xruns"))
        recording.stop()
        first = max(0, (said.first_ns - recording.first_ns) * wav.RATE // 10**9)
        return wav.read(heard)[first:]


def _measure(folder, case, name, near):
    """One round in one room."""
    place = ROOMS[name]
    without = _Run(os.path.join(folder, f"{name}-off"), case, place, has_near=False)
    canceller = _Run(os.path.join(folder, f"{name}-on"), case, place, echo="on")
    return {
        **echoes.gone_by_part(without, canceller),
        "recovery_s": echoes.recovery(without, canceller),
        "near_gain_db": echoes.near_gain(canceller, near),
        "own_estimate_db": canceller.status["audio"]["echo_reduction_db"],
        "processor_percent": round(canceller.processor, 1),
        "processor_without_percent": round(without.processor, 1),
        "heap_calls": canceller.status["media"]["heap_calls"] or 0,
        "xruns": without.xruns + canceller.xruns,
    }


def _round(folder, profile, number, names):
    """These rooms once, in one profile: by name, what was measured."""
    folder = os.path.join(folder, f"{profile}-{number}")
    case = profile, number
    near = _Run(os.path.join(folder, "near"), case, ROOMS["linear"], has_far=False)
    return {name: _measure(folder, case, name, near) for name in names}


def _middle(values):
    """The median; None when a value is missing, as it is of what never recovered."""
    return None if None in values else round(statistics.median(values), 2)


def _row(profile, name, rounds):
    """The figures of all rounds in one room: the median of each, and those that have a worst."""
    found = {key: _middle([one[key] for one in rounds]) for key in rounds[0]}
    recovered = [one["recovery_s"] for one in rounds]
    worst = {"erle_far_db": min(one["erle_far_db"] for one in rounds),
             "near_gain_db": min(one["near_gain_db"] for one in rounds),
             "recovery_s": None if None in recovered else max(recovered)}
    met = (worst["erle_far_db"] >= duet.GOALS.get(name, -120)
           and worst["near_gain_db"] >= duet.NEAR_GOAL
           and worst["recovery_s"] is not None and worst["recovery_s"] <= duet.RECOVERY_GOAL)
    return {"profile": profile, "scene": name, **found,
            "heap_calls": sum(one["heap_calls"] for one in rounds),
            "xruns": sum(one["xruns"] for one in rounds),
            "worst": worst, "met": bool(met), "rounds": rounds}


def _line(row):
    def seconds(value):
        return "never" if value is None else f"{value:.2f} s"

    worst = row["worst"]
    return (f"  {row['profile']:<10}{row['scene']:<10}{row['erle_early_db']:>7.1f}"
            f"{row['erle_far_db']:>7.1f} ({worst['erle_far_db']:>5.1f})"
            f"{row['erle_after_double_talk_db']:>8.1f}{row['erle_after_path_change_db']:>8.1f}"
            f"{seconds(row['recovery_s']):>9} ({seconds(worst['recovery_s']):>6})"
            f"{row['near_gain_db']:>7.1f} ({worst['near_gain_db']:>5.1f})"
            f"{row['xruns']:>7.0f}{row['heap_calls']:>6.0f}"
            f"   {'ok' if row['met'] else 'MISSED'}")


def run(options):
    """Prints the table and returns its figures, a dictionary for each profile and room."""
    print(f"Echo in a room of {room.REVERBERATION} s, the microphone 12 cm from the speaker, as "
          f"loud as it; dB gone,")
    print(f"the median of {options.rounds} rounds with other walls and words, and the worst")
    print()
    print(f"  {'':<20}{'2-5 s':>7}{'5-14 s':>7}{'':>8}{'both':>8}{'moved':>8}"
          f"{'recovered':>9}{'':>9}{'near':>7}{'':>8}{'xruns':>7}{'heap':>6}")
    with memory_folder("echo") as folder, \
            concurrent.futures.ThreadPoolExecutor(options.pairs) as pool:
        wanted = {profile: [name for name in ROOMS
                            if (options.cells or "") in f"{profile} {name}"]
                  for profile in PROFILES}
        tasks = {profile: [pool.submit(_round, folder, profile, number, names)
                           for number in range(options.rounds)]
                 for profile, names in wanted.items() if names}
        rows = []
        for profile, rounds in tasks.items():
            done = [task.result() for task in rounds]
            for name in wanted[profile]:
                rows.append(_row(profile, name, [one[name] for one in done]))
                print(_line(rows[-1]), flush=True)
    print()
    return rows
