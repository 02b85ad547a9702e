"""An `address` that is not the peer's: what both sides then say is so."""

import unittest

from lab import Scene, place, wait
from test_diagnosis import DiagnosisTest


class TwoStations(DiagnosisTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations


class WrongPort(TwoStations):
    def setUp(self):
        super().setUp()
        self.wrong = place.closed_port()

    def test_where_the_peer_only_waits_the_closed_port_is_told_here_and_the_silence_there(self):
        kitchen, garage = self.kitchen, self.garage
        kitchen.knows(garage, port=self.wrong)
        garage.knows(kitchen, calls=False)
        self.scene.start(together=False)
        self.wait_reason(kitchen, garage, "port_closed", f"127.0.0.1:{self.wrong}", "closed")
        self.assertIn("whether port in its [network] is this one",
                      kitchen.peer("garage")["down_fix"])
        # It was never called, and has no address to try: that is all it can know.
        line = garage.peer("kitchen")["down_text"]
        self.assertEqual((self.reason(garage, kitchen), line), (
            "no_address", "has not called, and there is no address to call it at"))
        self.assertIn(f"kitchen: {line}; ", garage.ctl("peers")[1])
        self.assertRegex(garage.ctl("status")[1], "(?m)^kitchen +down ")
        code, text, _ = kitchen.ctl("ptt", "down", "garage")
        self.assertEqual((code, text), (
            1, "talking to garage: no listener hears it now: garage (it is down)\n"))
        kitchen.ctl("ptt", "up", "garage")
        # As the fix says, on one side.
        code, _, error = kitchen.ctl("config", "check")
        self.assertEqual(code, 0, error)
        kitchen.knows(garage)
        kitchen.reload()
        for one in self.scene.stations:
            self.assert_well(one)

    def test_a_peer_that_calls_is_up_and_shown_at_the_port_it_has(self):
        kitchen, garage = self.kitchen, self.garage
        kitchen.knows(garage, port=self.wrong)
        garage.knows(kitchen)
        self.scene.start()
        for one, other in ((kitchen, garage), (garage, kitchen)):
            self.assert_well(one)
            place_ = f"127.0.0.1:{other.port}"
            self.assertEqual(one.peer(other.name)["endpoint"], place_)
            self.assertNotIn(str(self.wrong), one.ctl("peers")[1] + one.ctl("status")[1])
        # And it is heard.
        kitchen.speak(500)
        code, text, _ = kitchen.ctl("talk", "garage", "--seconds", "2")
        self.assertEqual(code, 0, text)
        self.assertIn("heard by garage", text)

    def test_a_session_of_before_is_not_up_for_long_where_the_port_is_wrong_now(self):
        kitchen, garage = self.kitchen, self.garage
        kitchen.knows(garage)
        garage.knows(kitchen, calls=False)
        self.scene.start()
        # As a power cut, after which the file has another port: no goodbye.
        kitchen.kill()
        kitchen.knows(garage, port=self.wrong)
        kitchen.start()
        kitchen.ready()
        self.wait_reason(kitchen, garage, "port_closed", f"127.0.0.1:{self.wrong}")
        # Garage sends on a session that kitchen has no more, and sees that nothing comes back.
        wait(lambda: garage.peer("kitchen")["state"] != "up", "garage has doubts", 45, 0.2)
        silent = garage.peer("kitchen")["heard_age_s"]
        self.assertGreater(silent, 10)
        self.assertRegex(garage.ctl("peers")[1], r"(?m)^kitchen +stale +\d+s")
        code, text, _ = garage.ctl("talk", "kitchen", "--seconds", "2")
        self.assertNotIn("heard by kitchen\n", text.replace("whether heard by", "whether"))
        self.assertEqual(code, 1, text)


class WrongHost(TwoStations):
    def test_an_address_that_is_the_own_one_is_told(self):
        kitchen, garage = self.kitchen, self.garage
        self.scene.introduce(kitchen, garage)
        kitchen.knows(garage, port=kitchen.port)
        garage.knows(kitchen, calls=False)
        self.scene.start(together=False)
        self.wait_reason(kitchen, garage, "own_address",
                         f"its address 127.0.0.1:{kitchen.port} is this station's own")
        self.assertIn("peer set garage --address ADDRESS", kitchen.ctl("status")[1])
        # Whatever it listens to, and among others.
        del kitchen.sections["network"]["listen"]
        for listen in ({}, {"listen": "0.0.0.0"}, {"listen": "::0"}):
            kitchen.stop()
            kitchen.sections["network"] |= listen
            kitchen.start()
            kitchen.ready()
            self.wait_reason(kitchen, garage, "own_address")
        kitchen.write_peer("garage", garage.public_key,
                           f"127.0.0.1:{place.closed_port()}, 127.0.0.1:{kitchen.port}")
        kitchen.reload()
        self.wait_reason(kitchen, garage, "own_address", f"127.0.0.1:{kitchen.port}")
        kitchen.knows(garage)
        kitchen.reload()
        self.assert_well(kitchen)

    def test_a_name_that_is_not_found_is_told_and_not_the_address_of_before(self):
        kitchen, garage = self.kitchen, self.garage
        garage.knows(kitchen, calls=False)
        for port, before in ((self.garage.port, "up"), (place.closed_port(), "port_closed"),
                             (kitchen.port, "own_address")):
            kitchen.knows(garage, port=port)
            if before == "up":
                self.scene.start()
                garage.stop()
                self.wait_reason(kitchen, garage, "port_closed", str(garage.port))
            else:
                kitchen.reload()
                self.wait_reason(kitchen, garage, before)
            # Such a name is never found (RFC 6761 §6.4).
            kitchen.write_peer("garage", garage.public_key, "garage.invalid")
            kitchen.reload()
            self.wait_reason(kitchen, garage, "unresolved", "garage.invalid")
            self.assertNotIn("127.0.0.1", kitchen.peer("garage")["down_text"])


if __name__ == "__main__":
    unittest.main()
