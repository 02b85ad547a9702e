"""A station nobody has configured yet runs, says what to do, and takes settings when they come.

It has the port every station has, so all of it happens in a network namespace of its own.
"""

import os
import pathlib
import subprocess
import sys
import unittest

from lab import Scene, SceneTest, listen, wait


class FirstRun(SceneTest):
    def test_without_settings_it_runs_unpaired_and_takes_them_when_they_come(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            kitchen.port = 5577
            kitchen.environment = {
                "STATE_DIRECTORY": kitchen.state, "RUNTIME_DIRECTORY": kitchen.run}
            kitchen.write_config = lambda: None
            code, _, errors = kitchen.ctl("status")
            self.assertEqual(code, 3)
            self.assertIn("not set up yet, and intercomd is not running: sudo intercomctl setup",
                          errors)
            kitchen.start()
            kitchen.ready()
            kitchen.said("no settings yet")
            status = kitchen.status()
            self.assertEqual(status["peers"], [])
            self.assertEqual(status["audio"]["input"]["state"], "none")
            self.assertIn("intercomctl setup", status["notes"][0])
            self.assertIn("no settings yet", kitchen.ctl("status")[1])
            code, text, _ = kitchen.ctl("doctor", "config", "audio")
            self.assertEqual(code, 4)
            self.assertIn("intercomd.conf yet  -> sudo intercomctl setup\n", text)
            self.assertIn("ok    audio output    auto (default)  48000/mono", text)
            # It holds no card that setup would want to try.
            self.assertEqual(kitchen.card.status()["capture"]["opens"], 0)
            # Its key is there to be shown to the others.
            self.assertEqual(kitchen.ctl("key", "show")[1].split()[0], kitchen.public_key)

            scene.introduce(kitchen, garage)
            pathlib.Path(kitchen.etc, "intercomd.conf").write_text(
                "[station]\nname = kitchen\n[audio]\n"
                "input = pcm:simcard:kitchen\noutput = pcm:simcard:kitchen\n"
                "[button ptt]\nline = GPIO17\ntalk = house\n[channel house]\nmembers = *\n",
                encoding="ascii")
            kitchen.known.append(garage)
            garage.start()
            garage.ready()
            code, text, errors = kitchen.ctl("reload")
            self.assertEqual(code, 0, errors)
            self.assertIn("+ [peer garage]", text)
            self.assertNotIn("restart", text)
            scene.together()
            self.assertEqual(kitchen.status()["notes"], [])
            kitchen.speak(500)
            garage.record()
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                span = listen()
            self.assert_heard(garage.recorded().span(*span), 500)

    def test_a_folder_that_is_not_there_is_a_mistake(self):
        with Scene("kitchen") as scene:
            (kitchen,) = scene.stations
            os.rmdir(os.path.join(kitchen.etc, "peers.d"))
            os.rmdir(kitchen.etc)
            kitchen.write_config = lambda: None
            kitchen.start()
            self.assertEqual(kitchen.ended(), 1)
            kitchen.said("name another folder with --config")


def main():
    """Runs the tests in a network namespace of their own."""
    if os.environ.get("INTERCOM_NAMESPACE") != "1":
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        inside = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv]
        environment = {**os.environ, "INTERCOM_NAMESPACE": "1"}
        code = subprocess.run(["unshare", "--net", *rights, *inside], env=environment, check=False)
        sys.exit(code.returncode)
    unittest.main()


if __name__ == "__main__":
    main()
