"""From the start of the daemon to its readiness and to its first sound, and what it then keeps."""

import os
import re
import select
import socket
import statistics
import time

import numpy

from stage import place, wav

from . import house

# The least sample that is no silence: -50 dBFS.
AUDIBLE = 100


class Notices:
    """The socket at which the daemon says that it is ready, as it would to systemd."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)

    def ready_at(self, seconds=place.PATIENCE):
        """Waits for READY=1; its moment in ns of CLOCK_MONOTONIC."""
        end = time.monotonic() + seconds
        while select.select([self._socket], [], [], max(0.0, end - time.monotonic()))[0]:
            if b"READY=1" in self._socket.recv(4096):
                return time.monotonic_ns()
        raise place.StageError(f"not ready in {seconds:g} s")

    def close(self):
        """Takes the socket away."""
        self._socket.close()
        os.unlink(self.path)


def private_dirty_kb(pid):
    """Memory of a process that is its alone and cannot be dropped, in kB; None if it hides that.

    Without the file in which the simulated card keeps its sound: a card of the kernel does that in
    the kernel, and it grows with every second played.
    """
    total, counts = 0, True
    try:
        with open(f"/proc/{pid}/smaps", encoding="utf-8") as file:
            for line in file:
                if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                    counts = ".simcard" not in line
                elif counts and line.startswith("Private_Dirty:"):
                    total += int(line.split()[1])
    except OSError:
        return None
    return total


def memory(folder, counts, progress):
    """Private memory in kB by number of peers, sessions with all of them made and cards open."""
    # Pages of a program that was just built count as dirty until they are on the disk.
    os.sync()
    found = {}
    for count in counts:
        progress(f"memory with {count} peers")
        with house.House(os.path.join(folder, f"memory{count}"), count) as scene:
            scene.start()
            time.sleep(1.5)
            found[count] = private_dirty_kb(scene.main.pid)
    return found


def _first_sound_ns(scene, station):
    """Starts a station whom someone is just talking to; (when it was started, first heard)."""
    path = os.path.join(scene.folder, "heard.wav")
    recording = station.card.record(path)
    begin = time.monotonic_ns()
    station.start()
    place.wait_until(lambda: station.is_up() and any(
        peer["talking"] for peer in station.status()["peers"]), place.PATIENCE, "it hears someone")
    time.sleep(0.3)
    recording.stop()
    loud = numpy.flatnonzero(numpy.abs(wav.read(path).astype(int)) > AUDIBLE)
    if len(loud) == 0:
        raise place.StageError("nothing was heard after a start")
    return begin, recording.first_ns + int(loud[0]) * 10**9 // wav.RATE


def measure(folder, times, progress):
    """(ms to READY=1, ms to the first sound): medians of so many starts with three peers."""
    ready, sound = [], []
    with house.House(folder, 3, 1) as scene:
        notices = Notices(scene.folder)
        scene.main.environment["NOTIFY_SOCKET"] = notices.path
        progress("start-up")
        scene.start()
        notices.ready_at()
        for _ in range(times):
            scene.main.stop()
            begin = time.monotonic_ns()
            scene.main.start()
            ready.append((notices.ready_at() - begin) / 1e6)
            scene.together()
        house.say(scene.peers[0])
        house.talk(scene.peers[0], "house", True)
        for _ in range(max(1, times // 2)):
            scene.main.stop()
            begin, heard = _first_sound_ns(scene, scene.main)
            notices.ready_at()
            sound.append((heard - begin) / 1e6)
        notices.close()
    return statistics.median(ready), statistics.median(sound)


def handshakes(folder, peers, seconds, progress):
    """(handshakes done a second, ms of the control thread each): all peers rekey every second."""
    progress("handshakes")
    with house.House(folder, peers, rest={"session": {"rekey-after": "1s"}}) as scene:
        scene.start()

        def state():
            done = scene.main.counters()["handshakes"]
            with open(f"/proc/{scene.main.pid}/schedstat", encoding="ascii") as file:
                return done, int(file.read().split()[0]), time.monotonic_ns()

        before = state()
        time.sleep(seconds)
        done, ran, passed = (now - then for now, then in zip(state(), before))
    return done * 1e9 / passed, ran / max(1, done) / 1e6
