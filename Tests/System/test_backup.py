"""What docs/operate.md types to keep a backup, as it stands, makes another box the same station."""

import os
import pty
import re
import select
import termios
import unittest

import examples
import hostile
import test_install
from lab import ROOT, place, wait

IDENTITY = "5a" * 32
PASSPHRASE = "five words that no list has"
STATION = f"""{test_install.WORLD}
bin={os.path.dirname(place.program('intercomd'))}
{test_install.Install().commands()}
PATH=/usr/local/bin:$PATH
systemctl() {{ echo "systemctl: $*"; }}
state=/var/lib/intercomd
printf '[station]\\nname = kitchen\\n' >/etc/intercomd/intercomd.conf
printf '[peer attic]\\nkey = {hostile.THIRD}\\n' >/etc/intercomd/peers.d/attic.conf
( umask 077; echo 'intercom-identity-1 {IDENTITY}' >$state/keys/identity )
chown intercomd:intercom $state/keys/identity
intercomctl peer add garage - {hostile.KEY} >/dev/null
cd /mnt
list() {{
    find /etc/intercomd /var/lib/intercomd -printf '%m %u %g %p\\n' | sort
    intercomctl key show
    intercomctl peer list
}}
list >before
"""
"""A station in the folders of a real one, which only this shell and its children see."""
ANOTHER = f"""
rm -rf /etc/intercomd $state
sed -i 's/^intercomd:x:[0-9]*:/intercomd:x:{hostile.USER}:/' /etc/passwd
systemd-tmpfiles --create intercomd.conf
printf '[station]\\nname = attic\\n' >/etc/intercomd/intercomd.conf
intercomctl key show && exit 1
( umask 077; echo 'intercom-identity-1 {"6b" * 32}' >$state/keys/identity )
chown intercomd:intercom $state/keys/identity
intercomctl peer add workshop - {hostile.SHED} >/dev/null
list >another
cmp -s another before && exit 1
"""
"""Another station in its place, with another key and another peer; the user has another number."""


@unittest.skipUnless(os.geteuid() == 0, "needs root, for a mount namespace")
class Backup(unittest.TestCase):
    def setUp(self):
        text = examples.read("docs/operate.md")
        section = text.split("\n## Keep a backup\n")[1].split("\n## ")[0]
        self.keep, self.restore = examples.blocks(section, "sh")
        (self.trial,) = re.findall(r"`(age -d [^`]+)`", section)

    def type(self, script, *answers):
        """Types it at a terminal, and answers what `age` asks; returns what the screen shows."""
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(ROOT)
            os.execvp("unshare", ["unshare", "--mount", "bash", "-c", script])
        screen, waiting, answered = b"", list(answers), 0
        while select.select([terminal], [], [], 60)[0]:
            try:
                screen += os.read(terminal, 4096)
            except OSError:
                break
            if screen.count(b"passphrase") > answered and screen.endswith(b": ") and waiting:
                answered = screen.count(b"passphrase")
                wait(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, "it is not shown")
                os.write(terminal, waiting.pop(0).encode() + b"\n")
        os.close(terminal)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        # age takes its prompt off the screen again.
        text = screen.decode().replace("\r\n", "\n").replace("\x1b[F\x1b[K", "")
        self.assertEqual((code, waiting), (0, []), text)
        self.assertNotIn(PASSPHRASE, text)
        return text

    def test_another_box_becomes_the_same_station(self):
        said = self.type(
            f"{STATION}{self.keep}grep -q {IDENTITY} kitchen.tar.age && exit 1\n{self.trial}\n"
            f"{ANOTHER}{self.restore}list | diff before - && echo the same",
            *[PASSPHRASE] * 4)
        lines = said.splitlines()
        for line in ("var/lib/intercomd/keys/identity", "systemctl: stop intercomd",
                     "systemctl: enable --now intercomd", "the same"):
            self.assertIn(line, lines, said)

    def test_a_wrong_passphrase_changes_nothing(self):
        said = self.type(
            f"{STATION}{self.keep}{ANOTHER}set +e\n{self.restore}list | diff another -",
            *[PASSPHRASE] * 2, PASSPHRASE + "!")
        self.assertIn("incorrect passphrase", said)
        self.assertIn("systemctl: stop intercomd", said)
        self.assertNotIn("systemctl: enable", said)

    def test_enter_alone_makes_a_passphrase_of_ten_words(self):
        said = self.type(f"{STATION}{self.keep}", "")
        self.assertRegex(said, r"([a-z]+-){9}[a-z]+")
