"""Voice messages of docs/recordings.md, §2: one key and one message from station to station."""

from . import recording
from .records import MESSAGE_KEY, MESSAGE_PART_MAX, record

LENGTH_MAX_MS, PACKET_MAX, SIZE_MAX = 301_000, 400, 2 << 20


def parts(whole, id16):
    """The answers to the questions for each part of a file, or of the message key."""
    return [record("MESSAGE", kind="PART", file=id16[:8], part=number,
                   data=whole[start:start + MESSAGE_PART_MAX])
            for number, start in enumerate(range(0, len(whole), MESSAGE_PART_MAX))]


def asks(size, id16):
    return [record("MESSAGE", kind="ASK", id=id16, part=number)
            for number in range(-(-size // MESSAGE_PART_MAX))]


def joined(some):
    """The file of these parts, in any order."""
    by_number = {one.fields["part"]: one.fields["data"] for one in some}
    return b"".join(by_number[number] for number in range(len(by_number)))


def entries(chunks):
    """(ms, source, packet) of each entry of the chunks of a recording."""
    plain, place, found = b"".join(chunks), 0, []
    while place < len(plain):
        size = int.from_bytes(plain[place + 5:place + 7], "big")
        found.append((int.from_bytes(plain[place:place + 4], "big"), plain[place + 4],
                      plain[place + 7:place + 7 + size]))
        place += 7 + size
    return found


def is_message(file, reader):
    """Whether the receiver keeps this file; the packets' own lengths are not checked."""
    chunks, is_whole = recording.read(file, reader)
    found = entries(chunks)
    return (is_whole and len(file) <= SIZE_MAX and bool(found)
            and all(source == 0 and len(packet) <= PACKET_MAX for _, source, packet in found)
            and all(one[0] < other[0] for one, other in zip(found, found[1:]))
            and found[-1][0] < LENGTH_MAX_MS)


def exchange(id16, file, reader, length_ms, start_ms):
    """All records of a message that is delivered and heard, where no packet is lost: by step, and
    in each step by part."""
    key = reader.public
    steps = {
        "key_asks": asks(len(key), MESSAGE_KEY), "key_parts": parts(key, MESSAGE_KEY),
        "notice": [record("MESSAGE", kind="NOTICE", id=id16, size=len(file), length=length_ms,
                          start=start_ms)],
        "asks": asks(len(file), id16), "parts": parts(file, id16),
        "delivered": [record("MESSAGE", kind="STATE", id=id16, state=1)],
        "question": [record("MESSAGE", kind="NOTICE", id=id16, size=0, length=0, start=0)],
        "heard": [record("MESSAGE", kind="STATE", id=id16, state=2)],
    }
    assert joined(steps["key_parts"]) == key and joined(steps["parts"]) == file
    assert is_message(file, reader)
    return {step: [one.encoded for one in some] for step, some in steps.items()}
