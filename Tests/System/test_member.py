"""The user of README is refused nothing that `setup`, `status` and `doctor` tell it to type, and
pairs without root; a member of `intercom` alone does not. README and docs are test_member_work's.
"""

import grp
import os
import pwd
import re
import subprocess

import examples
from codes import ShownCode
from lab import wait
from member import NAME, STATE, MemberTest

REFUSED = re.compile(r"Permission denied|no permission|try it with sudo|only members of group")
TALKER = "talker"
AS_MEMBER = ["setpriv", f"--reuid={NAME}", f"--regid={NAME}", "--init-groups"]
COMMAND = re.compile(r"(sudo )?(intercomctl [^;,\n]*)")


class Member(MemberTest):
    def refusals(self, lines):
        """Those of the commands, (as root, words), that are refused for want of rights."""
        found = []
        for is_root, words in lines:
            if not is_root:
                said = self.type(NAME, *self.fitting(words))[1]
                if REFUSED.search(said):
                    found.append(f"intercomctl {' '.join(words)}: {said}")
        return found

    def told(self, text):
        """The commands of a screen."""
        return self.unique(
            (bool(root), command.split()[1:]) for root, command in COMMAND.findall(text))

    def assert_owned(self, path, mode):
        """A file belongs to the daemon, and to nobody else."""
        found = os.stat(f"{STATE}/{path}")
        self.assertEqual(
            (pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name,
             found.st_mode & 0o777), ("intercomd", "intercom", mode))

    def test_1_what_setup_tells(self):
        lines = self.told(self.said.replace(", test", "\nintercomctl test"))
        words = [words for _, words in lines]
        for some in (("test", "mic"), ("test", "speaker"), ("test", "button")):
            self.assertIn(some, words, self.said)
        self.assertIn("\npair: intercomctl pair; ", self.said)
        self.assertEqual(self.refusals(lines), [])
        for said in self.alone:
            self.assertNotRegex(said, REFUSED)
        for test, told in (("speaker", "done  played at volume "), ("mic", "FAIL  silent")):
            wait(lambda: '"state":"open"' in self.type(NAME, "status", "--json")[1],
                 "it has its card")
            said = self.type(NAME, "test", test)[1]
            self.assertIn("intercomd ", said)
            self.assertIn(told, said)

    def test_2_what_status_tells(self):
        notes = [note["fix"] for note in self.unpaired["notes"]]
        notes += self.type(NAME, "status")[1].splitlines()
        lines = self.told("\n".join(notes).replace("(", "\n").replace(")", "\n"))
        self.assertIn((True, ("peer", "verify")), lines)
        self.assertEqual(self.refusals(lines), [])

    def test_2_what_doctor_tells(self):
        for user in (NAME, "root"):
            said = self.type(user, "doctor")[1]
            self.assertNotRegex(said, REFUSED)
            self.assertIn("ok    config", said)
            self.assertEqual(self.refusals(self.told(said)), [], said)

    def test_3_peers_are_added_verified_and_removed_at_once(self):
        add = ("peer", "add", "garage", f"127.0.0.1:{self.garage.port}", self.garage.public_key)
        code, said = self.type(NAME, *add)
        self.assertEqual(code, 1)
        self.assertIn("try it with sudo", said)
        code, said = self.type("root", *add, "--suite", "2")
        self.assertEqual(code, 0, said)
        self.assertIn("applied", said)
        self.assert_owned("peers.d/garage.conf", 0o640)
        self.assertIn("garage", self.type(NAME, "peers")[1])
        self.assertIn("garage", self.type(NAME, "peer", "list")[1])
        digits = self.garage.ctl("key", "show", "--fingerprint")[1].strip()
        self.assertEqual(self.type("root", "peer", "verify", "garage", digits)[0], 0)
        self.assertIn(", verified, by a code", self.type(NAME, "peer", "show", "garage")[1])
        code, said = self.type("root", "peer", "rename", "garage", "barn")
        self.assertEqual(code, 0, said)
        self.assertNotIn("also applied", said)
        self.assertIn("barn", self.type(NAME, "peers")[1])
        self.assertEqual(self.type("root", "peer", "remove", "barn", "--no-reload")[0], 0)
        self.assertIn("barn", self.type(NAME, "peers")[1])
        self.assertEqual(self.type(NAME, "reload")[0], 0)
        self.assertIn("no peers", self.type(NAME, "peers")[1])

    def test_4_secrets_are_not_for_members(self):
        for path in (f"{STATE}/keys", f"{STATE}/keys/identity"):
            done = subprocess.run(
                [*AS_MEMBER, "cat", path], capture_output=True, text=True, check=False)
            self.assertIn("Permission denied", done.stderr)
        unread = "; keys not looked at: sudo intercomctl config check"
        self.assertIn(unread, self.type(NAME, "config", "check")[1])
        self.assertNotIn(unread, self.type("root", "config", "check")[1])

    def test_4_a_key_of_another_user_is_told_with_what_mends_it(self):
        path, user = f"{STATE}/keys/identity", pwd.getpwnam("intercomd")
        told = f"it belongs to user 0: sudo chown -h {user.pw_uid} {path}"
        closing = f"; sudo -u '#{user.pw_uid}' chmod 600 {path}\n"
        for mode, more in ((0o600, "\n"), (0o644, closing)):
            os.chown(path, 0, 0)
            os.chmod(path, mode)
            try:
                self.assertIn(told + more, self.type("root", "config", "check")[1])
            finally:
                os.chown(path, user.pw_uid, user.pw_gid)
            self.assertEqual("others have rights on it" in self.type(
                "root", "config", "check")[1], mode == 0o644)
            os.chmod(path, 0o600)

    def test_4_a_command_without_the_right_is_noticed(self):
        user, group = pwd.getpwnam("intercomd"), os.stat(STATE).st_gid
        os.chown(STATE, user.pw_uid, user.pw_gid)
        self.assertEqual(len(self.refusals([(False, ("config", "check"))])), 1)
        self.assertEqual(self.refusals([(True, ("config", "check"))]), [])
        self.assertEqual(len(self.refusals(examples.typed("`intercomctl config check`"))), 1)
        os.chown(STATE, user.pw_uid, group)

    def test_5_a_member_of_the_first_group_alone_pairs_nobody(self):
        subprocess.run(["useradd", "-G", "intercom", TALKER], check=True)
        for words in (("pair",), ("pair", "127.0.0.1", "7K9M-QX2W")):
            code, said = self.type(TALKER, *words)
            self.assertEqual(code, 1)
            self.assertIn("pairing with another station is for root and members of group"
                          " intercom-admin: sudo usermod -aG intercom-admin $USER", said)

    def test_6_the_user_of_readme_shows_a_code(self):
        # They are to meet as strangers.
        self.garage.forgets(self.kitchen)
        self.garage.reload()
        said = f"{self.kitchen.folder}/shown"
        with open(said, "w", encoding="utf-8") as file:
            with subprocess.Popen(
                    [*AS_MEMBER, "intercomctl", "pair"], env=self.environment,
                    stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd="/") as program:
                def line():
                    with open(said, encoding="utf-8") as file:
                        return [line.split() for line in file if "intercomctl pair" in line]
                wait(lambda: line() or program.poll() is not None, "it shows a code")
                *_, code = line()[0]
                found = self.garage.ctl("pair", "127.0.0.1", code)
                self.assertEqual((found[0], found[2]), (0, ""), found)
                self.assertEqual(program.wait(20), 0)
            with open(said, encoding="utf-8") as file:
                self.assertIn("then its address stands in place of HOST", file.read())
        self.assert_owned("peers.d/garage.conf", 0o640)
        self.assert_owned("keys/garage.psk", 0o600)
        wait(lambda: self.garage.is_with("kitchen"), "both have a session")
        self.assertIn("garage", self.type(NAME, "peers")[1])

    def test_7_the_user_of_readme_types_a_code(self):
        self.assertEqual(self.type("root", "peer", "remove", "garage")[0], 0)
        self.assertEqual(self.garage.ctl("peer", "remove", "kitchen")[0], 0)
        screen = ShownCode(self.garage.folder, self.garage.etc)
        self.addCleanup(screen.end)
        code, said = self.type(NAME, "pair", f"127.0.0.1:{self.garage.port}", screen.code)
        self.assertEqual(code, 0, said)
        self.assertIn("paired with garage\n", said)
        self.assertEqual(screen.ended(), 0, screen.text)
        self.assert_owned("peers.d/garage.conf", 0o640)
        self.assert_owned("keys/garage.psk", 0o600)

    def test_8_to_introduce_needs_root_and_says_so(self):
        self.assertEqual(self.type("root", "site", "init", "house")[0], 0)
        code, said = self.type(NAME, "pair", "--join")
        self.assertEqual(code, 1)
        self.assertIn("introduces others to the site house, and that needs root: sudo intercomctl"
                      " pair --join", said)
        # What it cannot do is said before digits are asked for, to one who cannot see the key, too.
        for words in (("site", "join"), ("pair", "--join", "--move")):
            code, said = self.type(NAME, *words)
            self.assertEqual(code, 1)
            self.assertIn("this station introduces the site house; to leave it", said)
        self.assertIn("this station introduces\n", self.type(NAME, "site", "list")[1])
        # The control: one that has no key asks what a member may answer.
        key = f"{STATE}/keys/site.key"
        os.rename(key, key + ".away")
        try:
            self.assertNotIn("introduces the site", self.type(NAME, "site", "join")[1])
        finally:
            os.rename(key + ".away", key)
