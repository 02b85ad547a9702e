"""The second implementation makes every test vector anew, byte for byte, and knows false ones."""

import copy
import json
import os
import pathlib
import unittest

from peer import mlkem, oracle
from peer.primitives import Dropped, Suite, SUITES, x25519

SHARED = os.environ.get("INTERCOM_VECTORS")
published = unittest.skipUnless(SHARED, "INTERCOM_VECTORS names no published vectors")


def shared(*names):
    return json.loads(pathlib.Path(SHARED, *names).read_text(encoding="utf-8"))


def acvp(what):
    """The groups of ML-KEM-768 in one of NIST's files, with what is expected."""
    file = shared("acvp", f"ML-KEM-{what}-FIPS203", "internalProjection.json")
    return [group for group in file["testGroups"] if group["parameterSet"] == "ML-KEM-768"]


class Vectors(unittest.TestCase):
    """Tests/Vectors/intercom_v1.json."""

    @classmethod
    def setUpClass(cls):
        cls.known = oracle.read()
        cls.made = oracle.values(cls.known["inputs"])

    def test_the_file_is_what_its_inputs_make(self):
        self.assertEqual(list(oracle.differences(self.known, self.made)), [])
        # `tools/vectors --write` would change no byte.
        self.assertEqual(oracle.text(self.known, self.made),
                         oracle.FILE.read_text(encoding="utf-8"))

    def test_a_false_value_is_told_by_its_place(self):
        false = copy.deepcopy(self.made)
        false["frames"][3]["frame"] = "00"
        del false["window"]
        self.assertEqual(sorted(oracle.differences(self.known, false)), [
            ("frames", "case 3 differs"), ("window", "is in the file alone")])

    def test_another_input_or_another_cipher_makes_other_values(self):
        right = self.made["handshake"]
        changed = copy.deepcopy(self.known["inputs"])
        changed["psk"] = "78" * 32
        self.compare(right, changed, [["m3"], ["m3"]])
        # With n = 0 both orders of its bytes are the same: s_I is the first with n = 1.
        true = SUITES[2]
        # pylint: disable=protected-access
        SUITES[2] = Suite(2, "ChaChaPoly", true._cipher, "big", true._mask)
        try:
            self.compare(right, self.known["inputs"], [[], ["m3"]])
        finally:
            SUITES[2] = true

    def compare(self, right, given, different):
        """Which messages of each suite are others."""
        inputs = oracle.Inputs(given)
        for one, expected in zip(right, different):
            made = oracle.handshake(inputs, one["suite"])
            self.assertEqual([name for name in ("m1", "m2", "m3") if made[name].hex() != one[name]],
                             expected)


@published
class Published(unittest.TestCase):
    """ML-KEM-768 and X25519 against what others have published."""

    def test_keys_are_those_of_nist(self):
        (group,) = acvp("keyGen")
        self.assertGreater(len(group["tests"]), 20)
        for one in group["tests"]:
            ek, dk = mlkem.generate(bytes.fromhex(one["d"] + one["z"]))
            self.assertEqual((ek.hex().upper(), dk.hex().upper()), (one["ek"], one["dk"]))
            self.assertTrue(mlkem.is_sound(ek))

    def test_secrets_are_those_of_nist(self):
        counts = {}
        for group in acvp("encapDecap"):
            for one in group["tests"]:
                counts[group["function"]] = counts.get(group["function"], 0) + 1
                if group["function"] == "encapsulation":
                    made = mlkem.encapsulate(bytes.fromhex(one["ek"]), bytes.fromhex(one["m"]))
                    self.assertEqual([part.hex().upper() for part in made], [one["k"], one["c"]])
                elif group["function"] == "decapsulation":
                    dk = one.get("dk") or group["dk"]
                    made = mlkem.decapsulate(bytes.fromhex(dk), bytes.fromhex(one["c"]))
                    self.assertEqual(made.hex().upper(), one["k"])
                elif group["function"] == "encapsulationKeyCheck":
                    self.assertEqual(mlkem.is_sound(bytes.fromhex(one["ek"])), one["testPassed"])
        self.assertLessEqual({"encapsulation", "decapsulation"}, set(counts))

    def test_mlkem_is_that_of_wycheproof(self):
        judged = 0
        for group in shared("wycheproof", "mlkem_768_test.json")["testGroups"]:
            for one in group["tests"]:
                if one["result"] != "valid":
                    continue
                ek, dk = mlkem.generate(bytes.fromhex(one["seed"]))
                self.assertEqual(ek.hex(), one["ek"])
                self.assertEqual(mlkem.decapsulate(dk, bytes.fromhex(one["c"])).hex(), one["K"])
                judged += 1
                if judged == 30 and not os.environ.get("INTERCOM_ALL"):
                    return
        self.assertGreater(judged, 30)

    def test_a_secret_of_zeros_is_refused(self):
        judged = 0
        for group in shared("wycheproof", "x25519_test.json")["testGroups"]:
            for one in group["tests"]:
                secret, point = bytes.fromhex(one["private"]), bytes.fromhex(one["public"])
                if not int(one["shared"], 16):
                    self.assertRaises(Dropped, x25519, secret, point)
                    judged += 1
                else:
                    self.assertEqual(x25519(secret, point).hex(), one["shared"])
        self.assertGreater(judged, 20)


if __name__ == "__main__":
    unittest.main()
