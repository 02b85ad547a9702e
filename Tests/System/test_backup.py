"""A station outlives its card: `backup` seals what makes it itself, `restore` makes it anew."""

import os
import pathlib
import pty
import select
import shutil
import stat
import subprocess
import tempfile
import termios
import time
import unittest

import hostile
import test_hostile_state
import test_install
from lab import ROOT, Scene, SceneTest, listen, place, random_psk, wait

PASSPHRASE = "five words that no list has"


def ctl(etc, *words, secret=PASSPHRASE, data=None, user=None, **options):
    """Types a command as root, with a passphrase in its input; returns (code, output, complaint).
    """
    rights = ["setpriv", f"--reuid={user}", "--clear-groups"] if user else []
    done = subprocess.run(
        [*rights, place.program("intercomctl"), "--config", etc, *words],
        input=f"{secret}\n".encode() if data is None else data, capture_output=True,
        timeout=place.PATIENCE, check=False, cwd="/", **options)
    return done.returncode, done.stdout, done.stderr.decode()


def tree(*folders):
    """All that is in folders: owners, rights, contents and what links lead to."""
    found = {}
    for top in folders:
        for folder, names, files in os.walk(top):
            for path in [folder, *(os.path.join(folder, name) for name in [*names, *files])]:
                status = os.lstat(path)
                content = None
                if stat.S_ISREG(status.st_mode):
                    content = pathlib.Path(path).read_bytes()
                elif stat.S_ISLNK(status.st_mode):
                    content = os.readlink(path)
                found[path] = (status.st_mode, status.st_uid, status.st_gid, content)
    return found


@unittest.skipUnless(os.geteuid() == 0, "needs root, whose command it is")
class BackupTest(SceneTest):
    def home(self):
        """A station's files as they are without a daemon."""
        folder = tempfile.TemporaryDirectory(prefix="ic-")  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        return hostile.World(folder.name)

    def backup(self, etc, *words, **options):
        code, file, said = ctl(etc, "backup", *words, **options)
        self.assertEqual(code, 0, said)
        return file

    def kept(self, folder, file, name="kitchen.backup"):
        path = os.path.join(folder, name)
        pathlib.Path(path).write_bytes(file)
        return path


class Restored(BackupTest):
    def test_a_restored_station_talks_with_its_peer(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage, psk=random_psk())
            scene.start()
            self.assertEqual(kitchen.ctl("volume", "ring", "40")[0], 0)
            # What a person sets is written some seconds later, or at the end.
            kitchen.stop()
            kitchen.start()
            kitchen.ready()
            file = self.backup(kitchen.etc)
            self.assertEqual(len(file), 65_638)
            path = self.kept(scene.folder, file)
            # A running daemon would use files that change under it.
            before = tree(kitchen.etc, kitchen.state)
            code, _, said = ctl(kitchen.etc, "restore", "--force", path)
            self.assertEqual(code, 1, said)
            self.assertIn("systemctl stop intercomd", said)
            kitchen.stop()
            # One that is set up stays.
            after = tree(kitchen.etc, kitchen.state)
            code, _, said = ctl(kitchen.etc, "restore", path)
            self.assertEqual(code, 1, said)
            self.assertIn("set up here already", said)
            self.assertIn("restore --force", said)
            self.assertEqual(tree(kitchen.etc, kitchen.state), after)
            # The card is lost; another one is as the installation leaves it.
            for folder in (kitchen.etc, kitchen.state):
                shutil.rmtree(folder)
            os.mkdir(kitchen.state, 0o750)
            code, shown, said = ctl(kitchen.etc, "restore", path)
            self.assertEqual(code, 0, said)
            self.assertRegex(shown.decode(), r"(?m)^kitchen, fingerprint: \d{4} ")
            self.assertRegex(shown.decode(), r"(?m)^peers: garage$")
            self.assertRegex(shown.decode(), r"(?m)^next: sudo systemctl enable --now intercomd")
            self.assertNotIn(b"before you change the site, let it meet another box", shown)
            restored = tree(kitchen.etc, kitchen.state)
            for name, (_, _, _, content) in before.items():
                if content is not None and "history" not in name:
                    self.assertEqual(restored[name][3], content, name)
            self.assertEqual(restored[f"{kitchen.state}/keys"][0] & 0o777, 0o700)
            self.assertEqual(restored[f"{kitchen.state}/keys/identity"][0] & 0o777, 0o600)
            kitchen.start()
            kitchen.ready()
            scene.together()
            self.assertEqual(kitchen.status()["state"]["volumes"]["ring"], 40)
            self.assertIsNone(garage.peer("kitchen")["problem"])
            kitchen.speak(500)
            garage.record()
            with kitchen.talking():
                span = listen()
            self.assert_heard(garage.recorded().span(*span), 500)

    def test_a_system_that_was_just_installed_has_the_owners_and_rights_of_before(self):
        commands = test_install.Install().commands()
        listing = r"find /etc/intercomd /var/lib/intercomd -printf '%m %u %g %p\n' | sort"
        identity = "5a" * 32
        script = f"""{test_install.WORLD}
bin={os.path.dirname(place.program('intercomd'))}
{commands}
PATH=/usr/local/bin:$PATH
state=/var/lib/intercomd
printf '[station]\nname = kitchen\n' >/etc/intercomd/intercomd.conf
printf '[peer attic]\nkey = {hostile.THIRD}\n' >/etc/intercomd/peers.d/attic.conf
( umask 077; echo 'intercom-identity-1 {identity}' >$state/keys/identity )
chown intercomd:intercom $state/keys/identity
intercomctl peer add garage - {hostile.KEY} >/dev/null
echo {PASSPHRASE} | intercomctl backup >/mnt/kitchen.backup
{listing} >/mnt/before
rm -rf /etc/intercomd $state
systemd-tmpfiles --create intercomd.conf
echo {PASSPHRASE} | intercomctl restore /mnt/kitchen.backup
{listing} | diff /mnt/before -
grep -q {identity} $state/keys/identity
intercomctl config check
intercomctl peer list
stat -c '%a %U %G' $state/keys/identity $state/peers.d/garage.conf /etc/intercomd/intercomd.conf
"""
        done = subprocess.run(
            ["unshare", "--mount", "bash", "-c", script], cwd=ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        for line in ("600 intercomd intercom", "640 intercomd intercom", "644 root root"):
            self.assertIn(line, done.stdout.splitlines())

    def test_of_the_station_that_it_replaces_no_peer_and_no_key_stays(self):
        kitchen, attic = self.home(), self.home()
        file = self.backup(kitchen.etc)
        hostile.write(f"{attic.state}/peers.d/other.conf", f"[peer other]\nkey = {hostile.THIRD}\n")
        hostile.write(f"{attic.state}/keys/other.psk", "11" * 32 + "\n")
        os.mkdir(f"{attic.etc}/peers.d")
        hostile.write(f"{attic.etc}/peers.d/x.conf", f"[peer x]\nkey = {hostile.THIRD}\n", owner=0)
        # Its settings name its own folders; those of the backup name the kitchen's.
        shutil.rmtree(kitchen.state)
        os.rename(attic.state, kitchen.state)
        code, shown, said = ctl(attic.etc, "restore", "--force", self.kept(attic.root, file))
        self.assertEqual(code, 0, said)
        self.assertIn(b"before you change the site, let it meet another box", shown)
        found = sorted(os.path.relpath(path, kitchen.state)
                       for path in tree(kitchen.state) if os.path.isfile(path))
        self.assertEqual(" ".join(found), "keys/garage.psk keys/identity keys/shed.psk"
                         " keys/site.key peers.d/garage.conf peers.d/shed.conf roster site.conf")
        with open(f"{kitchen.state}/site.conf", encoding="ascii") as channels:
            self.assertIn(f"[channel up]\nmembers = {hostile.KEY}\n", channels.read())
        self.assertEqual(os.listdir(f"{attic.etc}/peers.d"), [])
        for path in tree(kitchen.state):
            self.assertEqual(os.lstat(path).st_uid, hostile.USER, path)


class Refused(BackupTest):
    """Whatever is wrong: a clear word, exit code 1, and nothing is written."""

    def setUp(self):
        self.world = self.home()
        self.file = self.backup(self.world.etc)
        # An empty place to restore into.
        shutil.rmtree(self.world.state)
        hostile.folder_of(self.world.state, mode=0o750)
        os.unlink(f"{self.world.etc}/intercomd.conf")
        self.before = tree(self.world.etc, self.world.state)

    def assert_refused(self, file, complaint, code=1, words=(), **options):
        path = self.kept(self.world.root, file)
        found, shown, said = ctl(self.world.etc, "restore", *words, path, **options)
        self.assertEqual((found, shown), (code, b""), said)
        self.assertRegex(said, complaint)
        self.assertEqual(tree(self.world.etc, self.world.state), self.before)

    def test_a_wrong_passphrase(self):
        for secret in ("five words that no list ha", "", "x" * 2000):
            self.assert_refused(self.file, "passphrase", secret=secret)

    def test_it_is_restored_where_nothing_is_wrong(self):
        path = self.kept(self.world.root, self.file)
        code, shown, said = ctl(self.world.etc, "restore", "--check", path)
        self.assertEqual(code, 0, said)
        self.assertIn("peers: garage", shown.decode())
        self.assertEqual(tree(self.world.etc, self.world.state), self.before)
        code, shown, said = ctl(self.world.etc, "restore", path)
        self.assertEqual(code, 0, said)
        self.assertIn("5a" * 32, pathlib.Path(self.world.state, "keys/identity").read_text("ascii"))

    def test_it_comes_by_standard_input_with_the_passphrase_in_a_file(self):
        secret = hostile.write(f"{self.world.root}/secret", PASSPHRASE + "\n", owner=0)
        words = ("--passphrase-file", secret, "-")
        os.chmod(secret, 0o644)
        code, _, said = ctl(self.world.etc, "restore", *words, data=self.file)
        self.assertEqual(code, 1)
        self.assertIn(f"chmod 600 {secret}", said)
        os.chmod(secret, 0o600)
        code, _, said = ctl(self.world.etc, "restore", *words, data=self.file)
        self.assertEqual(code, 0, said)
        self.assertNotEqual(tree(self.world.etc, self.world.state), self.before)

    def test_a_cut_file(self):
        self.assert_refused(b"", "is empty")
        for size in (1, 15, 16, 20, 53, 54, 1000, 65_000, len(self.file) - 1):
            self.assert_refused(self.file[:size], "cut short")
        self.assert_refused(self.file + b"x", "damaged")

    def test_a_flipped_bit(self):
        for place_ in (*range(16, 64), *range(100, len(self.file), 4999), len(self.file) - 1):
            file = bytearray(self.file)
            file[place_] ^= 1 << place_ % 8
            self.assert_refused(bytes(file), "damaged")

    def test_another_programs_file(self):
        for file in (b"PK\3\4", b"x" * 70_000, b"[station]\nname = kitchen\n"):
            self.assert_refused(file, "is no backup")
        self.assert_refused(b"x" * (1 << 20), "File too large")

    def test_a_user_who_is_not_root(self):
        path = self.kept(self.world.root, self.file)
        for words in (("restore", path), ("backup",)):
            code, shown, said = ctl(self.world.etc, *words, user=hostile.STRANGER)
            self.assertEqual((code, shown), (1, b""), said)
            self.assertIn(f"sudo intercomctl {words[0]}", said)
        self.assertEqual(tree(self.world.etc, self.world.state), self.before)

    def test_a_machine_without_its_folders(self):
        shutil.rmtree(self.world.state)
        self.before = tree(self.world.etc, self.world.state)
        self.assert_refused(self.file, "systemd-tmpfiles --create intercomd.conf")

    def test_settings_that_are_a_link(self):
        hostile.link(f"{self.world.etc}/intercomd.conf", "/nowhere", owner=0)
        self.before = tree(self.world.etc, self.world.state)
        self.assert_refused(self.file, "symbolic link and stays", words=["--force"])

    def test_a_station_without_a_key_has_no_backup(self):
        world = self.home()
        os.unlink(f"{world.state}/keys/identity")
        code, shown, said = ctl(world.etc, "backup")
        self.assertEqual((code, shown), (1, b""), said)
        self.assertIn("no key yet", said)

    def test_settings_with_mistakes_have_no_backup(self):
        world = self.home()
        with open(f"{world.etc}/intercomd.conf", "a", encoding="ascii") as file:
            file.write("nonsense\n")
        code, shown, said = ctl(world.etc, "backup")
        self.assertEqual((code, shown), (1, b""), said)
        self.assertIn("intercomd.conf:", said)

    def test_a_weak_passphrase(self):
        world = self.home()
        for secret, complaint in (("", "0 characters, and needs 15"), ("x" * 14, "14 characters"),
                                  ("f\u00fcnf lange W\u00f6rter", "outside ASCII")):
            code, shown, said = ctl(world.etc, "backup", secret=secret)
            self.assertEqual((code, shown), (1, b""), said)
            self.assertIn(complaint, said)
        code, shown, said = ctl(world.etc, "backup", "--generate")
        self.assertEqual((code, shown), (2, b""), said)


class Traps(BackupTest):
    """Root in the daemon's directory, where an attacker has put links and other traps."""

    def test_backup_reads_nothing_outside(self):
        for trap, (put, _) in test_hostile_state.TRAPS.items():
            with self.subTest(trap):
                world = self.home()
                put(world)
                world.guard()
                code, file, said = ctl(world.etc, "backup")
                self.assertEqual(world.harm(), [], said)
                self.assertIn(code, (0, 1), said)
                self.assertEqual(code == 0, bool(file), said)
                self.assertNotIn(hostile.SECRET[:12], said)

    def test_restore_writes_nothing_outside(self):
        for trap, (put, _) in test_hostile_state.TRAPS.items():
            with self.subTest(trap):
                world = self.home()
                path = self.kept(world.root, self.backup(world.etc))
                put(world)
                world.guard()
                code, _, said = ctl(world.etc, "restore", "--force", path)
                self.assertEqual(world.harm(), [], said)
                self.assertIn(code, (0, 1), said)


class Typed(BackupTest):
    """The passphrase at a terminal, which does not show it."""

    def begin(self, world, words):
        """Types a command at a terminal of its own; its output is `out`."""
        command = f"{place.program('intercomctl')} --config {world.etc} {words} >{world.root}/out"
        # pylint: disable=attribute-defined-outside-init
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execv("/bin/sh", ["sh", "-c", command + '; echo "ended: $?"'])
        self.screen = ""
        self.addCleanup(os.close, self.terminal)

    def shows(self, text):
        """Waits until the screen has it."""
        def is_there():
            while select.select([self.terminal], [], [], 0)[0]:
                try:
                    self.screen += os.read(self.terminal, 4096).decode()
                except OSError:
                    break
            return text in self.screen
        wait(is_there, f"the screen shows {text!r}, after {self.screen!r}")

    def answer(self, prompt, text):
        self.shows(prompt)
        # It is shown only once nothing of the answer would be; then it takes what is typed.
        wait(lambda: not self.echoes(), "the terminal shows nothing")
        time.sleep(0.05)
        os.write(self.terminal, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def end(self, code):
        self.shows(f"ended: {code}")
        self.assertTrue(self.echoes())
        os.waitpid(self.pid, 0)

    def test_it_is_typed_twice_and_not_shown(self):
        world = self.home()
        self.begin(world, "backup")
        # A slip is taken back by the key for it, and a line by Ctrl-U.
        self.answer("(not shown): ", "nonsense\x15" + PASSPHRASE + "x\x7f\r")
        self.answer("the same again: ", PASSPHRASE + "\r")
        self.end(0)
        self.assertNotIn("five", self.screen)
        self.assertIn("backup of kitchen, with 2 peers", self.screen)
        os.rename(f"{world.root}/out", f"{world.root}/kitchen.backup")
        self.begin(world, f"restore --check - <{world.root}/kitchen.backup")
        self.answer("(not shown): ", PASSPHRASE + "\r")
        self.end(0)

    def test_two_that_differ_and_one_that_is_dropped_write_nothing(self):
        world = self.home()
        self.begin(world, "backup")
        self.answer("(not shown): ", PASSPHRASE + "\r")
        self.answer("the same again: ", PASSPHRASE + ".\r")
        self.end(1)
        self.assertIn("differ", self.screen)
        self.assertEqual(os.path.getsize(f"{world.root}/out"), 0)
        for key in ("\x03", "\x04"):
            self.begin(world, "backup")
            self.answer("(not shown): ", key)
            self.end(1)
            self.assertIn("no passphrase", self.screen)

    def test_a_backup_is_not_written_to_a_terminal(self):
        world = self.home()
        self.begin(world, "backup >/dev/tty; true")
        self.shows("sudo intercomctl backup > FILE")
        self.end(0)
        self.assertNotIn("intercomd-backup", self.screen)

    def test_a_made_passphrase_is_shown_once_and_opens_it(self):
        world = self.home()
        self.begin(world, "backup --generate")
        self.end(0)
        (made,) = [line.split(": ")[1] for line in self.screen.splitlines()
                   if line.startswith("passphrase: ")]
        self.assertRegex(made, r"^([0-9a-hjkmnp-tv-z]{4}-){4}[0-9a-hjkmnp-tv-z]{4}$")
        code, shown, said = ctl(world.etc, "restore", "--check", f"{world.root}/out", secret=made)
        self.assertEqual(code, 0, said)
        self.assertIn("kitchen", shown.decode())


if __name__ == "__main__":
    unittest.main()
