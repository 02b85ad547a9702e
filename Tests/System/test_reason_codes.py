"""Programs get the reason a peer is down from a closed list of words."""

import json
import unittest

from lab import Scene, wait
from test_diagnosis import DiagnosisTest


class Codes(DiagnosisTest):
    def test_json_has_the_reason_by_its_code(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            kitchen.knows(garage)
            kitchen.start()
            kitchen.ready()
            wait(lambda: self.reason(kitchen, garage) == "port_closed", "the port is closed")
            _, text, _ = kitchen.ctl("peers", "--json")
            self.assertEqual(json.loads(text)["callers"], [])
            self.assertEqual(json.loads(text)["peers"][0]["down_reason"], "port_closed")
            _, text, _ = kitchen.ctl("status", "--json")
            self.assertIsNone(json.loads(text)["network"]["fault"])


if __name__ == "__main__":
    unittest.main()
