"""Ports of the stage: no two programs get the same, and nothing takes one that stays closed."""

import json
import subprocess
import sys
import unittest

from lab import ROOT, place

COUNT = 300
TAKE = f"""
import json, sys
sys.path.insert(0, {str(ROOT / "tools/lab")!r})
from stage import place
print(json.dumps([[place.free_port(), place.closed_port()] for _ in range({COUNT})]), flush=True)
sys.stdin.read()
"""


class Ports(unittest.TestCase):
    def test_programs_that_run_at_the_same_time_share_none(self):
        programs = [self.enterContext(subprocess.Popen(
            [sys.executable, "-c", TAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            for _ in range(3)]
        try:
            found = [port for one in programs for pair in json.loads(one.stdout.readline())
                     for port in pair]
        finally:
            for one in programs:
                one.stdin.close()
        self.assertEqual(len(found), 3 * 2 * COUNT)
        self.assertEqual(len(set(found)), len(found))

    def test_the_kernel_gives_none_of_them_to_those_who_name_no_port(self):
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
            low, high = map(int, file.read().split())
        for port in (place.free_port(), place.closed_port()):
            self.assertFalse(low <= port <= high, port)

    def test_a_port_to_listen_at_is_never_one_that_is_to_stay_closed(self):
        heard = {place.free_port() for _ in range(COUNT)}
        self.assertFalse(heard & {place.closed_port() for _ in range(COUNT)})


if __name__ == "__main__":
    unittest.main()
