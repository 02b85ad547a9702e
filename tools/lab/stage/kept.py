"""What a station keeps in its state directory, as it lies there: the history, and what was set."""

import json
import uuid

FILE_MAX = 256 * 1024
"""A file of the history is followed by another when it has as much."""
FORMER = "1970"
"""Who is in the calls that fill such a file."""


def line_of(members):
    """A line as the daemon writes it."""
    return json.dumps(members, separators=(",", ":")).encode() + b"\n"


def read(line):
    """The object of a line; None when it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def content(path):
    """The bytes of a file; None when there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def history(state):
    """What is in the files of the history.

    calls: id, record and cause of each line; former: how many are of FORMER; damaged: file, number
    of the line, number of the last one, its bytes; torn: file, bytes of its end.
    """
    calls, former, damaged, torn = [], 0, [], []
    for name in ("history.3", "history.2", "history.1", "history"):
        *lines, rest = (content(f"{state}/{name}") or b"").split(b"\n")
        if rest:
            torn.append([name, rest.hex()])
        for number, line in enumerate(lines):
            record = read(line)
            if record is None:
                damaged.append([name, number, len(lines) - 1, line.hex()])
            elif record["peer"] == FORMER:
                former += 1
            else:
                calls.append([record["call"], record["record"], record["cause"]])
    return {"calls": calls, "former": former, "damaged": damaged, "torn": torn}


def ring(state):
    """The volume of the ring in the file of what was set; None: there is none, "damaged": it is."""
    found = content(f"{state}/state")
    if found is None:
        return None
    members = read(found)
    return members["volumes"]["ring"] if members else "damaged"


def fill(state, seed):
    """Adds calls of long ago, until a file of the history has hardly room for another."""
    with open(f"{state}/history", "ab") as file:
        count, size = 0, file.tell()
        while True:
            line = line_of({
                "schema": 1, "record": "end", "call": str(uuid.UUID(int=seed << 32 | count)),
                "time_ms": 1000, "kind": "call", "direction": "in", "peer": FORMER,
                "channel": None, "priority": "normal", "cause": "hung_up", "ring_s": 1.0,
                "talk_s": 1.0, "answered_by": None, "missed": False})
            if size + len(line) > FILE_MAX - 900:
                return count
            size, count = size + file.write(line), count + 1
