"""What each user of the machine may ask the daemon for: every verb of the control socket."""

import json
import os
import re
import socket
import subprocess
import sys

from lab import sound, wait
from member import MemberTest
from stage import wav

SOCKET = "/run/intercomd/control.sock"
USERS = {"stranger": None, "admin-only": "intercom-admin", "talker": "intercom",
         "admin": "intercom,intercom-admin"}
CALL = {"do": "call", "target": "nobody"}
PAGE = {"do": "page", "action": "down", "target": "nobody"}
ANNOUNCE = {"do": "announce", "target": "nobody", "samples": 1}
FOR_ALL = (
    {"do": "status"}, {"do": "peers"}, {"do": "ptt", "action": "down", "target": "nobody"},
    {"do": "talk", "target": "nobody"}, {"do": "monitor"}, ANNOUNCE,
    {**ANNOUNCE, "priority": "high"}, {"do": "relay", "relay": "nothing"},
    {"do": "signal", "peer": "nobody"}, {"do": "tone"}, {"do": "key"}, {"do": "version"},
    {"do": "history"}, {"do": "state"}, {"do": "state", "set": "mute", "what": "mic", "on": False},
    CALL, {**CALL, "priority": "high"}, {"do": "answer"}, {"do": "reject"}, {"do": "hangup"},
    PAGE, {**PAGE, "action": "up", "priority": "emergency"}, {"do": "show", "peer": "nobody"},
    {"do": "message", "action": "list"}, {"do": "message", "action": "play", "number": 9},
    {"do": "replay"})
FOR_ADMINS = (
    {"do": "reload"}, {"do": "levels"},
    {"do": "relay", "relay": "door", "peer": "nobody"},
    {**ANNOUNCE, "priority": "emergency"}, {**CALL, "mode": "drop-in"},
    {**CALL, "mode": "listen"}, {**CALL, "priority": "emergency"},
    {**PAGE, "priority": "emergency"}, {"do": "pair"},
    {"do": "pair", "code": "7K9M-QX2W", "host": "127.0.0.1:1"},
    {"do": "join", "peer": "kitchen", "site": "0000"},
    {"do": "message", "action": "hear", "loss": 0, "wire": False})
ASK = """
import json, socket, sys
with socket.socket(socket.AF_UNIX) as link:
    link.settimeout(5)
    try:
        link.connect(sys.argv[1])
    except PermissionError:
        sys.exit("closed")
    link.sendall((json.dumps({"v": 1, **json.loads(sys.argv[2])}) + "\\n").encode())
    print(link.makefile().readline())
"""

HOLD = """
import socket, sys
held = []
for line in (b'{"v":1,"do":"monitor"}', b'{"v":1,"do":"talk","target":"nobody"}') * 8:
    link = socket.socket(socket.AF_UNIX)
    link.connect(sys.argv[1])
    try:
        link.sendall(line + b"\\n")
    except BrokenPipeError:
        pass  # It was refused before it could ask.
    held.append(link)
print(sum(b" programs" in link.recv(65536) for link in held), flush=True)
sys.stdin.read()
"""


class Rights(MemberTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, groups in USERS.items():
            subprocess.run(
                ["useradd", *(["-G", groups] if groups else []), name], check=True)
        with open("/etc/intercomd/intercomd.conf", "a", encoding="utf-8") as settings:
            settings.write("\n[relay door]\nline = GPIO24\n")
        assert cls.type("root", "reload")[0] == 0
        cls.sound = f"{cls.kitchen.folder}/said.wav"
        wav.write(cls.sound, sound.tone(500, 0.3))
        os.chmod(cls.sound, 0o644)

    def ask(self, user, request):
        """`denied`, `closed`, or nothing where it is granted or fails for other reasons."""
        rights = [] if user == "root" else [
            "setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        done = subprocess.run(
            [*rights, sys.executable, "-c", ASK, SOCKET, json.dumps(request)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20, check=False)
        if done.stderr.strip() == "closed":
            return "closed"
        reply = json.loads(done.stdout)
        code = reply.get("error", {}).get("code", "")
        if code == "denied":
            self.assertRegex(
                reply["error"]["message"],
                r"^[a-z].* is for root and members of group intercom-admin: "
                r"sudo usermod -aG intercom-admin \$USER, and log in again$")
        return code if code == "denied" else ""

    def test_every_verb_and_user(self):
        for request in FOR_ALL + FOR_ADMINS:
            is_for_admins = request in FOR_ADMINS
            for user, wanted in (("stranger", "closed"),
                                 ("talker", "denied" if is_for_admins else ""),
                                 ("admin", ""), ("root", "")):
                with self.subTest(user=user, request=request):
                    self.assertEqual(self.ask(user, request), wanted)
        # The daemon's own user may all; the second group opens nothing without the first.
        self.assertEqual(self.ask("intercomd", {"do": "reload"}), "")
        self.assertEqual(self.ask("admin-only", {"do": "status"}), "closed")

    def test_one_user_leaves_places_to_others(self):
        with subprocess.Popen(
                ["setpriv", "--reuid=talker", "--regid=talker", "--init-groups",
                 sys.executable, "-c", HOLD, SOCKET],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as greedy:
            try:
                self.assertEqual(int(greedy.stdout.readline()), 8, "of 16 as many find no place")
                for user in ("root", "admin"):
                    self.assertTrue(self.type(user, "status")[1].startswith("kitchen "), user)
                    self.assertIn("there is no call", self.type(user, "hangup")[1])
                self.assertIn("serves 8 programs", self.type("talker", "status")[1])
            finally:
                greedy.stdin.close()

    def test_no_verb_is_left_out(self):
        with open(os.path.join(os.path.dirname(__file__),
                               "../../Sources/Report/Request.swift"),
                  encoding="utf-8") as file:
            fields = file.read().split("func fields(")[1].split("extension JSONCoder")[0]
        words = set(re.findall(r'return "(\w+)"', fields))
        self.assertEqual(words, {request["do"] for request in FOR_ALL + FOR_ADMINS})

    def test_what_a_person_reads_who_may_not(self):
        code, said = self.type("talker", "reload")
        self.assertEqual(code, 1)
        self.assertIn("reading the settings again is for root and members of group intercom-admin",
                      said)
        code, said = self.type("stranger", "status")
        self.assertIn("only members of group intercom may", said)
        # A login that began before its user became a member.
        done = subprocess.run(
            ["setpriv", "--reuid=talker", "--regid=talker", "--clear-groups", "intercomctl",
             "status"], env={**self.environment, "USER": "talker"}, cwd="/", capture_output=True,
            text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (
            1, "intercomctl: talker is a member of group intercom from the next login on; log in "
            "again, or type sudo before intercomctl\n"))

    def test_the_user_stands_in_events_and_in_the_history(self):
        numbers = {user: int(subprocess.check_output(["id", "-u", user])) for user in USERS}
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(SOCKET)
            link.settimeout(5)
            link.sendall(b'{"v":1,"do":"monitor"}\n')
            lines = link.makefile()
            lines.readline()
            wait(lambda: self.type("talker", "call", "garage")[0] in (0, 1), "it called")
            self.type("talker", "hangup")
            self.type("admin", "reload")
            self.type("talker", "relay", "door")
            self.type("admin", "announce", "--file", self.sound, "house")
            found = {}
            while not {"call_ended", "reload", "relay", "announce"} <= set(found):
                event = json.loads(lines.readline())
                found[event["event"]] = (event.get("by"), event.get("uid"))
        for event, user in (("call_ended", "talker"), ("relay", "talker"), ("reload", "admin"),
                            ("announce", "admin")):
            self.assertEqual(found[event], ("intercomctl", numbers[user]), event)
        records = json.loads(self.type("root", "history", "--json")[1])["calls"]
        self.assertIn(numbers["talker"], [record.get("uid") for record in records])


MUTATIONS = (
    # One user may take all places at the control socket.
    ("Sources/Intercomd/Socket/ControlServer.swift",
     "&& holders.count { $0.user == newcomer.user } < ofOne)",
     "&& holders.count { $0.user == newcomer.user } < places)",
     "Rights.test_one_user_leaves_places_to_others"),
)
