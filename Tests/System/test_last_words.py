"""A fault of the program leaves one line that says where, and ends it as it would have."""

import ctypes
import os
import re
import signal
import time

from lab import Scene, SceneTest, place, process, wait

LINE = re.compile(r"(SIG[A-Z]+) in thread (\S+) at (0x[0-9a-f]+) ?(.*)")
TRIES = 5
"""Libraries keep no frame pointers: a signal that meets the simulated card at work finds nobody
who called it."""
OWN = re.compile(r"(?:^|[;,] (?:called from )?)(0x[0-9a-f]+)(?: ([^ ,;]+))?(?=[,;]|$)")
"""A place in the program; without a name where its table of functions was taken away."""


def thread(pid, name):
    for number in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{number}/comm", encoding="utf-8") as file:
            if file.read().strip() == name:
                return int(number)
    raise AssertionError(f"process {pid} has no thread {name}")


def functions(program):
    """(first, behind the last, name) of each function in the program's table, or in that of the one
    that was stripped.
    """
    whole = f"{program}.debug"
    code, text, errors = process.run(
        ["nm", "-S", "--defined-only", whole if os.path.exists(whole) else program])
    assert code == 0, errors
    rows = [line.split() for line in text.splitlines()]
    return [(int(row[0], 16), int(row[0], 16) + int(row[1], 16), row[3])
            for row in rows if len(row) == 4 and row[2] in "tTwW"]


class LastWords(SceneTest):
    def send(self, name, number):
        with Scene("kitchen", "garage") as scene:
            kitchen, _ = scene.stations
            kitchen.environment["SWIFT_BACKTRACE"] = "enable=no"
            scene.introduce(*scene.stations)
            scene.start()
            tid = thread(kitchen.pid, name)
            self.assertEqual(
                ctypes.CDLL(None, use_errno=True).tgkill(kitchen.pid, tid, int(number)), 0)
            wait(lambda: not process.is_alive(kitchen.process), "the daemon ends")
            self.assertEqual(kitchen.process.returncode, -number)
            return [LINE.fullmatch(line) for line in kitchen.log.splitlines()
                    if LINE.fullmatch(line)]

    def named(self, name, number):
        """The functions of the program that the line names: [(place, name)]."""
        found = self.send(name, number)
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0][1], number.name)
        self.assertEqual(found[0][2], name)
        print(found[0][0])
        return [(int(at, 16), word) for at, word in OWN.findall(found[0][0].split(" at ", 1)[1])]

    def check(self, name, number):
        table, own = functions(place.program("intercomd")), []
        for _ in range(TRIES):
            own = own or self.named(name, number)
        self.assertTrue(own, "no place in the program is said")
        is_stripped = not process.run(["nm", place.program("intercomd")])[1]
        for at, word in own:
            self.assertTrue(word or is_stripped, "functions are named where they can be")
            names = [known for start, end, known in table if start <= at - 1 < end
                     or start <= at < end]
            self.assertTrue(any(known.startswith(word) for known in names), (hex(at), word))

    def test_a_fault_of_the_media_thread_says_where(self):
        self.check("media", signal.SIGILL)
        self.check("media", signal.SIGSEGV)

    def test_what_is_no_fault_leaves_no_such_line(self):
        kitchen, = self.enter("kitchen")
        kitchen.begin()
        time.sleep(0.2)
        self.assertEqual(kitchen.stop(), 0)
        self.assertFalse([line for line in kitchen.log.splitlines() if LINE.fullmatch(line)])
