"""`intercomctl status` as a new user reads it, and the same numbers as a collector of metrics does.

The screens are those of screens/status, whole but for what differs from run to run.
"""

import os
import pathlib
import re
import unittest

from lab import ROOT, Scene, SceneTest, place, wait, within

from stage.identity import Identity

try:
    from prometheus_client.openmetrics import parser as openmetrics
    from prometheus_client.parser import text_string_to_metric_families as read_older
except ImportError:
    openmetrics = read_older = None

SCREENS = pathlib.Path(__file__).parent / "screens/status"


def normalised(text, scene):
    """The screen without what differs from run to run; runs of blanks are one."""
    for one in scene.stations:
        text = text.replace(one.etc, f"DIR/{one.name}/etc")
    for pattern, word in (
            (r"up \d+ ?[smhd]( \d+ ?[smhd])?", "up AGE"),
            (r"intercomd \d+\.\d+\.\d+", "intercomd V"),
            (r"[0-9a-f]{4}-[0-9a-f]{4}", "FINGERPRINT"),
            (r"127\.0\.0\.1:\d+", "ADDRESS"),
            (r" +", " "), (r" \n", "\n")):
        text = re.sub(pattern, word, text)
    return text


class StatusScreens(SceneTest):
    maxDiff = None

    def show(self, screen, code, sections=None, unplugged=None, peer=None):
        """Starts a station, waits until its screen is the one kept, and compares how it ends."""
        with Scene("kitchen") as scene:
            (kitchen,) = scene.stations
            for title, entries in (sections or {}).items():
                kitchen.sections.setdefault(title, {}).update(entries)
            if peer:
                kitchen.write_peer("garage", peer, f"127.0.0.1:{place.closed_port()}")
            if unplugged:
                kitchen.card.do("unplug")
            kitchen.begin()
            path = SCREENS / f"{screen}.txt"
            seen = []

            def is_as_kept():
                ended, text, errors = kitchen.ctl("status")
                seen[:] = [ended, normalised(text, scene), errors]
                return path.exists() and seen[1] == path.read_text(encoding="utf-8")

            if os.environ.get("INTERCOM_KEEP_SCREENS"):
                wait(lambda: kitchen.status()["uptime_s"] >= 2, "two seconds")
                is_as_kept()
                path.write_text(seen[1], encoding="utf-8")
            try:
                wait(is_as_kept, f"the screen {screen}", 15)
            except AssertionError:
                self.assertEqual(seen[1], path.read_text(encoding="utf-8"))
            self.assertEqual((seen[0], seen[2]), (code, ""))

    def test_what_is_missing_stands_on_top(self):
        for screen, code, how in (
                ("no-peer", 0, {}), ("peer-down", 0, {"peer": Identity().text}),
                ("no-card", 4, {"unplugged": True}),
                ("wrong-line", 4, {"sections": {"button ptt": {"line": "GPIO99"}}})):
            with self.subTest(screen):
                self.show(screen, code, **how)


SAMPLE = re.compile(
    r'([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\})|(?=\})))+)\})? '
    r'(-?\d+(?:\.\d+)?)')


def families(text):
    """The families, {name: (kind, {sample with its labels: value})}, by the rules of OpenMetrics.

    A family is HELP, TYPE and perhaps UNIT, then its samples, all of one kind and together.
    """
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""], "the end"
    found, name, known = {}, None, {}
    for line in lines[:-2]:
        if line.startswith("# "):
            _, word, name, rest = line.split(" ", 3)
            assert name not in found or not found[name][1], f"{name} begins twice"
            assert word in ("HELP", "TYPE", "UNIT") and (name, word) not in known, line
            known[name, word] = rest
            found.setdefault(name, (None, {}))
            if word == "TYPE":
                assert rest in ("counter", "gauge"), line
                found[name] = (rest, {})
            if word == "UNIT":
                assert name.endswith(f"_{rest}"), line
            continue
        match = SAMPLE.fullmatch(line)
        assert match, f"no sample: {line!r}"
        sample, labels, value = match.groups()
        kind, samples = found[name]
        assert sample == (f"{name}_total" if kind == "counter" else name), line
        assert kind == "gauge" or float(value) >= 0, line
        key = f"{sample}{{{labels}}}" if labels else sample
        assert key not in samples, f"twice: {line}"
        samples[key] = float(value)
    return found


class Checker(unittest.TestCase):
    """The rules used below can be broken."""

    def test_it_refuses_what_breaks_a_rule(self):
        good = "# HELP a_b x\n# TYPE a_b counter\na_b_total{c=\"d\"} 1\n# EOF\n"
        families(good)
        for bad in (good.replace("# EOF\n", ""), good.replace("_total", ""),
                    good.replace("} 1", "} -1"), good.replace('"d"', '"d""'),
                    good.replace("# EOF", 'a_b_total{c="d"} 2\n# EOF'),
                    good.replace("counter", "counters"), good.replace('"d"', '"d\\"'),
                    good.replace("# TYPE", "# UNIT a_b s\n# TYPE"), good + "\n"):
            with self.assertRaises((AssertionError, ValueError), msg=bad):
                families(bad)


class Metrics(unittest.TestCase):
    """What a collector reads is OpenMetrics text, with the numbers of the status."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage", "attic"))
        cls.kitchen, cls.garage, cls.attic = cls.scene.stations
        cls.scene.introduce(*cls.scene.stations)
        cls.attic.write_config()
        # Each turn of the media loop takes 1 ms, also in a guest, where computing takes no time.
        stall = pathlib.Path(cls.kitchen.folder, "stall")
        stall.write_text("w1", encoding="ascii")
        cls.kitchen.environment["STALL"] = str(stall)
        cls.kitchen.preloads = [*cls.kitchen.preloads, place.lab("libstall.so")]
        for one in (cls.kitchen, cls.garage):
            one.begin()
        cls.kitchen.wait_for(cls.garage)
        with cls.kitchen.talking():
            wait(lambda: cls.garage.counters()["frames_mixed"] > 20, "garage plays")
        with cls.garage.talking():
            wait(lambda: cls.kitchen.counters()["frames_mixed"] > 20, "kitchen plays")

    def read(self):
        code, text, errors = self.kitchen.ctl("metrics")
        self.assertEqual((code, errors), (0, ""))
        return text

    def test_it_follows_the_rules_and_a_collectors_own_parser_takes_it(self):
        text = self.read()
        found = families(text)
        self.assertGreater(len(found), 30)
        if openmetrics is None:
            self.skipTest("python3-prometheus-client is not installed")
        parsed = {family.name: family for family in
                  openmetrics.text_string_to_metric_families(text)}
        self.assertEqual(set(parsed), set(found))
        # Files for node_exporter are read as the older format.
        self.assertGreater(len(list(read_older(text))), 30)

    def test_the_numbers_are_those_of_the_status(self):
        before = self.kitchen.counters()
        samples = {key: value for _, family in families(self.read()).values()
                   for key, value in family.items()}
        after = self.kitchen.counters()
        for name in ("frames_sent", "frames_mixed", "packets_opened"):
            self.assertGreater(before[name], 0)
            self.assertIn(samples[f"intercom_{name}_total"], range(before[name], after[name] + 1))
        self.assertEqual(samples['intercom_peer_state{peer="garage",state="up"}'], 1)
        self.assertEqual(samples['intercom_peer_state{peer="garage",state="down"}'], 0)
        self.assertEqual(samples['intercom_peer_state{peer="attic",state="down"}'], 1)
        self.assertNotIn('intercom_peer_heard_age_seconds{peer="attic"}', samples)
        self.assertLess(samples['intercom_peer_heard_age_seconds{peer="garage"}'], within(1))
        self.assertLess(samples['intercom_peer_rtt_seconds{peer="garage"}'], within(0.01))
        self.assertGreater(samples['intercom_peer_packets_opened_total{peer="garage"}'], 20)
        lived = self.kitchen.status()["uptime_s"]
        self.assertTrue(0.1 < samples["intercom_media_cpu_seconds_total"] < lived + 1, samples)
        self.assertEqual(
            samples['intercom_device_state{side="input",device="pcm:simcard:kitchen",'
                    'state="open"}'], 1)

    def test_every_cause_of_a_drop_is_a_label(self):
        text = self.read()
        for name in self.kitchen.counters():
            for prefix, family in (("dropped_", "datagrams_dropped"), ("unsent_", "packets_unsent"),
                                   ("handshake_dropped_", "handshakes_dropped")):
                if name.startswith(prefix):
                    cause = name.removeprefix(prefix)
                    self.assertIn(f'intercom_{family}_total{{cause="{cause}"}} ', text)

    def test_every_name_and_cause_is_in_the_manual_page(self):
        page = (ROOT / "docs/intercomctl.1").read_text(encoding="utf-8")
        words = set(re.findall(r"[a-z0-9_]+", page))
        for name, (_, samples) in families(self.read()).items():
            self.assertTrue(name.removeprefix("intercom_") in words, name)
            for sample in samples:
                for label, value in re.findall(r'([a-z]+)="([^"]*)"', sample):
                    self.assertTrue(label in words, sample)
                    if label in ("cause", "state", "side"):
                        self.assertTrue(value in words, sample)

    def test_without_a_daemon_nothing_is_printed(self):
        code, text, errors = self.attic.ctl("metrics")
        self.assertEqual((code, text), (3, ""), errors)
