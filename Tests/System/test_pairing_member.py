"""The user of README pairs without root; a member of group `intercom` alone does not."""

import grp
import os
import pwd
import subprocess

from codes import ShownCode
from lab import place, wait
from member import NAME, STATE, MemberTest, main

TALKER = "talker"


class PairingMember(MemberTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run(["useradd", "-G", "intercom", TALKER], check=True)
        # They are to meet as strangers.
        cls.type("root", "peer", "remove", "garage")
        cls.garage.forgets(cls.kitchen)
        cls.garage.reload()

    def assert_owned(self, name):
        """The files belong to the daemon, and nobody else may read the secret."""
        for path, mode in ((f"peers.d/{name}.conf", 0o640), (f"keys/{name}.psk", 0o600)):
            found = os.stat(f"{STATE}/{path}")
            self.assertEqual(
                (pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name,
                 found.st_mode & 0o777), ("intercomd", "intercom", mode))

    def test_1_a_member_of_the_first_group_alone_is_refused(self):
        for words in (("pair",), ("pair", "127.0.0.1", "7K9M-QX2W")):
            code, said = self.type(TALKER, *words)
            self.assertEqual(code, 1)
            self.assertIn("pairing with another station is for root and members of group"
                          " intercom-admin: sudo adduser $USER intercom-admin", said)

    def test_2_the_user_of_readme_shows_a_code(self):
        said = f"{self.kitchen.folder}/shown"
        with open(said, "w", encoding="utf-8") as file:
            with subprocess.Popen(
                    ["setpriv", f"--reuid={NAME}", f"--regid={NAME}", "--init-groups",
                     "intercomctl", "pair"], env=self.environment, stdin=subprocess.DEVNULL,
                    stdout=file, stderr=file, cwd="/") as program:
                def line():
                    with open(said, encoding="utf-8") as file:
                        return [line.split() for line in file if "intercomctl pair" in line]
                wait(lambda: line() or program.poll() is not None, "it shows a code")
                *_, code = line()[0]
                found = self.garage.ctl("pair", "127.0.0.1", code)
                self.assertEqual((found[0], found[2]), (0, ""), found)
                self.assertEqual(program.wait(20), 0)
            with open(said, encoding="utf-8") as file:
                self.assertIn("HOST is to be an address of it", file.read())
        self.assert_owned("garage")
        wait(lambda: self.garage.is_with("kitchen"), "both have a session")
        self.assertIn("garage", self.type(NAME, "peers")[1])

    def test_3_the_user_of_readme_types_a_code(self):
        self.assertEqual(self.type("root", "peer", "remove", "garage")[0], 0)
        self.assertEqual(self.garage.ctl("peer", "remove", "kitchen")[0], 0)
        screen = ShownCode(self.garage.folder, self.garage.etc)
        self.addCleanup(screen.end)
        code, said = self.type(NAME, "pair", f"127.0.0.1:{self.garage.port}", screen.code)
        self.assertEqual(code, 0, said)
        self.assertIn("paired with garage\n", said)
        self.assertEqual(screen.ended(), 0, screen.text)
        self.assert_owned("garage")

    def test_4_the_user_of_readme_invites(self):
        self.assertEqual(self.type("root", "peer", "remove", "garage")[0], 0)
        self.assertEqual(self.garage.ctl("peer", "remove", "kitchen")[0], 0)
        with subprocess.Popen(
                ["setpriv", f"--reuid={NAME}", f"--regid={NAME}", "--init-groups",
                 "intercomctl", "invite"], env=self.environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/") as program:
            # Here are no networks, so the station has no address to write itself.
            invitation = program.stdout.readline().decode("ascii")
            self.assertRegex(invitation, r"^intercomd-invitation [^ ]+\n$")
            accept = subprocess.run(
                [place.program("intercomctl"), "--config", self.garage.etc, "accept"],
                input=invitation.rstrip() + " 127.0.0.1\n", capture_output=True, text=True,
                timeout=30, check=False)
            self.assertEqual(accept.returncode, 0, accept.stderr)
            self.assertEqual(program.wait(20), 0, program.stderr.read())
        self.assert_owned("garage")

    def test_5_to_introduce_needs_root_and_says_so(self):
        self.assertEqual(self.type("root", "site", "init", "house")[0], 0)
        code, said = self.type(NAME, "pair", "--join")
        self.assertEqual(code, 1)
        self.assertIn("introduces others to the site house, and that needs root: sudo intercomctl"
                      " pair --join", said)
        # What it cannot do is said before digits are asked for, to one who cannot see the key, too.
        for words in (("site", "join"), ("pair", "--join", "--move")):
            code, said = self.type(NAME, *words)
            self.assertEqual(code, 1)
            self.assertIn("this station introduces the site house; if it is not", said)
        self.assertIn("this station introduces\n", self.type(NAME, "site", "list")[1])
        # The control: one that has no key asks what a member may answer.
        key = f"{STATE}/keys/site.key"
        os.rename(key, key + ".away")
        try:
            self.assertNotIn("introduces the site", self.type(NAME, "site", "join")[1])
        finally:
            os.rename(key + ".away", key)


if __name__ == "__main__":
    main()
