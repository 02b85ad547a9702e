"""What docs/install.md types to install from source, as it stands, where nothing can be spoilt."""

import os
import re
import subprocess
import unittest

import examples
from lab import ROOT, place

BUILDING = re.compile(r"^(sudo tools/packages|swift build|bin=)")
"""What builds: the tests have the programs already, and `bin` is where they are."""
FRESH = r"""
for who in intercomd intercom intercom-admin member talker ada; do
    sed -i "/^$who:/d; s/\([:,]\)$who\(,\|$\)/\1/; s/,$//" \
        /etc/passwd /etc/shadow /etc/group /etc/gshadow
done
"""
"""In an /etc of the test's own: a machine on which nothing was installed before this."""
WORLD = f"""
set -e
mount --make-rprivate /
mount -t tmpfs none /mnt
cp -a /etc /mnt/etc && mount --bind /mnt/etc /etc
{FRESH}
mount -t tmpfs none /usr/local && mkdir /usr/local/bin
mkdir /mnt/lib && mount --bind /mnt/lib /var/lib
export USER=root
"""
"""Folders of their own for all that is written; they are gone when the shell ends."""
PROOFS = """
id -nG intercomd
id -nG root
stat -c '%a %U %n' /etc/intercomd /etc/intercomd/peers.d /var/lib/intercomd/keys
/usr/local/bin/intercomctl version --json
test -x /usr/local/bin/intercomd -a -f /etc/systemd/system/intercomd.service
ls /usr/local/share/man/man[158]
file=/usr/local/share/bash-completion/completions/intercomctl
stat -c '%a %n' $file && grep -h 'completion for intercomctl' $file
"""


@unittest.skipUnless(os.geteuid() == 0, "needs root, for a mount namespace")
class Install(unittest.TestCase):
    def install(self, commands):
        """Types them; returns (exit code, what was printed)."""
        script = f"{WORLD}bin={os.path.dirname(place.program('intercomd'))}\n{commands}\n{PROOFS}"
        done = subprocess.run(
            ["unshare", "--mount", "bash", "-c", script], cwd=ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    def commands(self):
        section = examples.read("docs/install.md").split("\n## From source\n")[1].split("\n## ")[0]
        (block,) = examples.blocks(section, "sh")
        lines = [line for line in block.splitlines() if not BUILDING.match(line)]
        self.assertEqual(len(block.splitlines()) - len(lines), 3)
        return "\n".join(line.replace("sudo ", "") for line in lines)

    def test_what_the_page_types_installs_it(self):
        code, said = self.install(self.commands())
        self.assertEqual(code, 0, said)
        found = said.splitlines()
        groups = {line.split()[0]: set(line.split()) for line in found if line}
        self.assertLessEqual({"audio", "gpio", "intercom"}, groups["intercomd"], said)
        self.assertIn("intercom", groups["root"])
        self.assertIn('"version":"', said)
        for line in ("755 root /etc/intercomd", "755 root /etc/intercomd/peers.d",
                     "700 intercomd /var/lib/intercomd/keys",
                     "intercomctl.1", "intercomd.conf.5", "intercomd.8",
                     "644 /usr/local/share/bash-completion/completions/intercomctl",
                     "# bash completion for intercomctl"):
            self.assertIn(line, found)
        self.assertFalse(os.path.exists("/usr/local/bin/intercomd"), "the machine is as it was")

    def test_a_command_that_is_wrong_is_noticed(self):
        wrong = self.commands().replace("intercomd.sysusers", "intercomd.users")
        self.assertNotEqual(self.install(wrong)[0], 0)
