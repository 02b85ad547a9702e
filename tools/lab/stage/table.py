"""The figures of a talk as a table for a person."""


def table(found, folder):
    """A few lines: what was measured, what it was, what to think of it."""
    delay = found["mouth_to_ear_ms"]
    rows = [
        ("heard", f"{_yes(found['heard'])}, {found['recognised']:.0%} of it recognised"),
        ("first syllable kept",
         f"{_yes(found['first_syllable_kept'])}: begun {found['speech_before_key_ms']:.0f} ms "
         f"before the key, {_number(found['first_syllable_db'], 'dB')}"),
        ("mouth to ear", f"{_number(delay['median'], 'ms')}, 95 % within "
                         f"{_number(delay['p95'], 'ms')}"),
        ("key to first packet", _number(found["key_to_first_packet_ms"], "ms")),
        ("speech quality", f"PESQ {found['pesq']} of 4.64" if found["pesq"] is not None
         else "not measured: no scorer (pip could not install pesq)"),
        ("on the wire",
         f"{found['packets']} packets of {' or '.join(map(str, found['packet_sizes']))} bytes; "
         f"likeness to the speech {found['wire_correlation']}"),
        ("lost", f"{found['packets_lost']} packets; {found['xruns']} xruns"),
        ("heap calls of the media loop",
         f"{_count(found['heap_calls_media_loop'])} in the talk, "
         f"{_count(found['heap_calls_since_start'])} since the start; "
         f"the counter trips when it must: {_yes(found['heap_counter_trips'])}"),
        ("media loop", f"{found['media_cpu_percent']} % of a core"),
        ("memory", f"{found['rss_kb']} kB resident, "
                   f"{_count(found['private_dirty_kb'])} kB of it private and dirty"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"The kitchen talked for {found['seconds']:g} s, the garage listened.", ""]
    lines += [f"  {name:<{width}}  {text}" for name, text in rows]
    lines += ["", *_remarks(found), f"In {folder}: said.wav, wire.wav, heard.wav, picture.png"]
    return "\n".join(lines)


def _remarks(found):
    """What makes the figures looser than they might be."""
    remarks = []
    if not found["realtime"]:
        remarks.append("This user has no right to real-time priority, so delays may be longer.")
    if found["private_dirty_kb"] is None:
        remarks.append("The daemon hides its memory from this user; root sees the private part.")
    if found["late_samples"] > 0:
        remarks.append(f"The machine was busy: {found['late_samples']} samples of the simulated "
                       "sound came late, and count against the figures.")
    return remarks + [""] if remarks else []


def _yes(value):
    return "yes" if value else "no"


def _count(value):
    return "?" if value is None else str(value)


def _number(value, unit):
    return "not measured" if value is None else f"{value:.1f} {unit}"
