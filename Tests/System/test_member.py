"""A member of group `intercom` is refused nothing that `setup`, `status` and `doctor` tell it to
type; README and docs are test_member_work's.
"""

import grp
import os
import pwd
import re
import subprocess

import examples
from lab import wait
from member import NAME, STATE, MemberTest, main

REFUSED = re.compile(r"Permission denied|no permission|try it with sudo|only members of group")
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

    def test_2_what_setup_tells(self):
        lines = self.told(self.said.replace(", test", "\nintercomctl test"))
        words = [words for _, words in lines]
        for some in (("test", "mic"), ("test", "speaker"), ("test", "button")):
            self.assertIn(some, words, self.said)
        # That a member may type it is test_pairing_member's.
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

    def test_3_what_status_tells(self):
        notes = self.unpaired["notes"] + self.type(NAME, "status")[1].splitlines()
        lines = self.told("\n".join(notes).replace("(", "\n").replace(")", "\n"))
        self.assertIn((True, ("peer", "add")), lines)
        self.assertEqual(self.refusals(lines), [])

    def test_3_what_doctor_tells(self):
        for user in (NAME, "root"):
            said = self.type(user, "doctor")[1]
            self.assertNotRegex(said, REFUSED)
            self.assertIn("ok    config", said)
            self.assertEqual(self.refusals(self.told(said)), [], said)

    def test_4_peers_are_added_verified_and_removed_at_once(self):
        add = ("peer", "add", "garage", f"127.0.0.1:{self.garage.port}", self.garage.public_key)
        code, said = self.type(NAME, *add)
        self.assertEqual(code, 1)
        self.assertIn("try it with sudo", said)
        code, said = self.type("root", *add, "--suite", "2")
        self.assertEqual(code, 0, said)
        self.assertIn("applied", said)
        found = os.stat(f"{STATE}/peers.d/garage.conf")
        self.assertEqual((pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name,
                          found.st_mode & 0o777), ("intercomd", "intercom", 0o640))
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

    def test_5_secrets_are_not_for_members(self):
        for path in (f"{STATE}/keys", f"{STATE}/keys/identity"):
            done = subprocess.run(["setpriv", f"--reuid={NAME}", f"--regid={NAME}",
                                   "--init-groups", "cat", path], capture_output=True, text=True,
                                  check=False)
            self.assertIn("Permission denied", done.stderr)

    def test_6_a_command_without_the_right_is_noticed(self):
        user = pwd.getpwnam("intercomd")
        os.chown(STATE, user.pw_uid, user.pw_gid)
        self.assertEqual(len(self.refusals([(False, ("config", "check"))])), 1)
        self.assertEqual(self.refusals([(True, ("config", "check"))]), [])
        self.assertEqual(len(self.refusals(examples.typed("`intercomctl config check`"))), 1)


if __name__ == "__main__":
    main()
