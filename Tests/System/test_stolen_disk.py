"""A stolen disk opens no voice message: neither the sender's files nor the receiver's without its
message key, with all that was on the wire, have the sound or a key in plain.
"""

import pathlib

from lab import sound, wait
from messaging import MessageTest
from peer import messages, recording
from stage.wire import BadNet

PACKET_MIN = 8
"""Shorter packets are of silence, and equal bytes may be anywhere by chance."""
WINDOW = 32
WAV_HEADER = 44


def windows(samples):
    """Pieces of the samples of a WAV file that are too varied to be anywhere by chance."""
    pieces = (samples[at:at + WINDOW] for at in range(0, len(samples) - WINDOW, 960))
    return [one for one in pieces if len(set(one)) > WINDOW // 2]


def files(station, without=()):
    """The content of each file of a station's state."""
    return [path.read_bytes() for path in sorted(pathlib.Path(station.state).rglob("*"))
            if path.is_file() and path not in without]


class Loot:
    """What must not be found: packets, samples and secrets."""

    def __init__(self, said, file, reader):
        chunks, _ = recording.read(file, reader)
        packets = [data for _, _, data in messages.entries(chunks) if len(data) >= PACKET_MIN]
        keys = [recording.file_key(file, reader), reader.secret, reader.seed[:32],
                reader.seed[32:]]
        self.wanted = {"packet": packets, "samples": windows(said),
                       "key": keys + [key.hex().encode() for key in keys]}

    def found(self, places):
        """The kinds of what is in these places."""
        return {kind for kind, some in self.wanted.items()
                if any(one in content for one in some for content in places)}


class StolenDisk(MessageTest):
    def test_neither_disk_nor_the_wire_has_the_sound_or_a_key(self):
        kitchen, garage = self.enter("kitchen", "garage")
        badnet = BadNet(self.scene, kitchen, garage)
        capture = badnet.capture()
        self.scene.introduce(kitchen, garage, via=badnet)
        self.scene.start()
        wait(lambda: self.files(kitchen, ".key"), "kitchen has the key of garage")
        path = self.wav(sound.syllables(6, seed=5, level=-20))
        badnet.do("drop", "both", "any")
        kitchen.prints("message", "send", "garage", path)
        before = files(kitchen)
        badnet.do("clear", "both")
        wait(lambda: self.states(kitchen) == ["delivered"], "it is delivered", seconds=90)
        file = self.files(garage, ".new")[0].read_bytes()
        self.assertIn(file, before, "kitchen had it on its disk")
        badnet.do("capture", "off")
        wire = [one for station in (kitchen, garage) for one in badnet.captured(capture, station)]
        self.assertGreater(sum(map(len, wire)), len(file), "it was on the wire")

        key = pathlib.Path(garage.state, "keys/messages")
        digits = bytes.fromhex(key.read_text().split()[1])
        loot = Loot(pathlib.Path(path).read_bytes()[WAV_HEADER:], file,
                    recording.Reader(digits[:32], digits[32:], b"", b""))
        self.assertGreater(min(map(len, loot.wanted.values())), 7, "there is something to find")
        disks = before + files(kitchen) + files(garage, without=(key,))
        self.assertEqual(loot.found(disks + wire), set())
        # The same search finds what lies there in plain.
        self.assertEqual(loot.found(files(garage)), {"key"})
        spoiled = pathlib.Path(kitchen.state, "messages", "copy")
        for kind, some in loot.wanted.items():
            for one in (some[0], some[len(some) // 2], some[-1]):
                spoiled.write_bytes(b"before" + one + b"behind")
                self.assertEqual(loot.found(files(kitchen)), {kind})
                spoiled.unlink()
                self.assertEqual(loot.found(wire + [b"\x10" + one]), {kind})


MUTATIONS = (
    # The sound is kept beside the sealed file.
    ("Sources/Intercomd/Messages/MessageFiles.swift",
     "            let finding: Finding\n",
     "            try FileStore.write(entries, to: path(\"plain\"), mode: 0o600)\n"
     "            let finding: Finding\n",
     "StolenDisk.test_neither_disk_nor_the_wire_has_the_sound_or_a_key"),
)
