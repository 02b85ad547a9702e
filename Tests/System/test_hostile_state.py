"""Root in the daemon's directory: `sudo intercomctl` is led nowhere by what an attacker puts there.

Root acts there with the rights of the directory's owner. Every command that touches the directory
meets every trap that those rights stop, and says which file it cannot use.
"""

import json
import os
import pathlib
import re
import tempfile
import unittest

import hostile
from hostile import (
    DIGITS, KEY, THIRD, USER, Swaps, World, given, hard_link, huge, link, pipe, write)

REAL = "between two steps of root's no attacker runs in a guest, and its disk is memory"

COMMANDS = {
    "peer list": ["peer", "list"],
    "peer add": ["peer", "add", "--no-reload", "attic", "-", THIRD],
    "peer add psk": ["peer", "add", "--no-reload", "--psk-file", "{own}", "attic", "-", THIRD],
    "peer again": ["peer", "add", "--no-reload", "garage", "192.0.2.7", KEY],
    "peer set": ["peer", "set", "--no-reload", "--gain", "-3dB", "garage"],
    "peer set psk": ["peer", "set", "--no-reload", "--psk-file", "{own}", "garage"],
    "peer verify": ["peer", "verify", "--no-reload", "garage", *DIGITS],
    "peer rename": ["peer", "rename", "--no-reload", "shed", "attic"],
    "peer replace": ["peer", "replace", "--yes", "--no-reload", "shed", THIRD],
    "peer put out": ["peer", "set", "--revoked", "yes", "--no-reload", "garage"],
    "peer remove": ["peer", "remove", "--no-reload", "shed"],
    "site list": ["site", "list"],
    "site export": ["site", "export"],
    "site add": ["site", "add", "--no-reload", "attic", THIRD],
    "site remove": ["site", "remove", "--no-reload", "garage"],
    "site rename": ["site", "rename", "--no-reload", "garage", "cellar"],
    "site replace": ["site", "replace", "--no-reload", "garage", THIRD],
    "site channel": ["site", "channel", "--no-reload", "up", "garage"],
    "site import": ["site", "import", "--no-reload", "{roster}"],
    "key show": ["key", "show"],
    "config check": ["config", "check"],
    "config check json": ["config", "check", "--json"],
    "config show": ["config", "show"],
    "doctor": ["doctor", "config", "disk"],
    "setup": ["setup", "--name", "kitchen"],
    "setup force": ["setup", "--name", "kitchen", "--yes", "--force"],
    "test speaker": ["test", "speaker"],
    "test mic": ["test", "mic"],
    "test button": ["test", "button", "--seconds", "1"],
}
"""Every command that root may type and that reads or writes the state directory."""
ELSEWHERE = {
    # They ask the daemon; the first three count the peers of the files as `peer list` lists them,
    # and for `pair` and `site join` the
    # daemon writes.
    "status", "peers", "stats", "monitor", "history", "levels", "talk", "ptt", "reply",
    "page", "announce", "relay", "signal", "call", "answer", "reject", "hangup", "drop-in",
    "listen", "volume", "mute", "unmute", "dnd", "peer show", "reload",
    "version", "pair", "site join", "message record",
    "message send", "message list", "message play", "message delete", "replay",
    "test hear", "test wire",
    # They look at the machine.
    "audio list", "gpio list", "keys list", "help",
    # They know no station.
    "recording keygen", "recording verify", "recording show", "recording open",
    # test_site.py has some of the traps for them.
    "site init", "site leave",
    # Where no daemon answers it reads the settings as `peer list` does, and prints no complaint.
    "completion bash",
}
"""Commands that do not touch the state directory themselves."""
SITE = {name for name in COMMANDS if name.startswith("site ")}
INTRODUCING = {
    "site add", "site remove", "site rename", "site replace", "site channel"}
SETTINGS = set(COMMANDS) - {"key show", "site list", "site export"}
"""Those that read the peers that were added."""
SETTERS = {name for name in COMMANDS if name.startswith("peer ")} - {"peer list"}
IDENTITY = {"key show", "peer add", "peer add psk", "peer again", "peer replace", "config check",
            "config check json", "doctor", "site import"} | INTRODUCING
PSK = {"peer again", "config check", "config check json", "doctor"}
KEYS = IDENTITY | PSK | {"peer set psk", "peer remove"}
PEER_FILE = SETTINGS
ALL = set(COMMANDS)


def trap(make, path, *how):
    """Makes one at a path of the state directory; `OUT` is that place in root's own files."""
    def put(world):
        here = f"{world.state}/{path}".rstrip("/")
        outside = f"{world.outside}/state/{path}".rstrip("/")
        return make(here, *(outside if word is OUT else word.format(outside=world.outside)
                            if isinstance(word, str) else word for word in how))
    return put


OUT = object()
MADE, GARAGE = "{outside}/made", "{outside}/state/peers.d/garage.conf"
IDENTITY_AT, PSK_AT, PEER_AT = "keys/identity", "keys/garage.psk", "peers.d/garage.conf"
TRAPS = {
    # Links, at each part of the path.
    "link for the state": (trap(link, "", OUT), ALL),
    "link for keys": (trap(link, "keys", OUT), KEYS),
    "link for peers.d": (trap(link, "peers.d", OUT), SETTINGS),
    "link for the identity": (trap(link, IDENTITY_AT, OUT), IDENTITY),
    "link for a psk": (trap(link, PSK_AT, OUT), PSK),
    "link for a peer": (trap(link, PEER_AT, OUT), PEER_FILE),
    "link for the roster": (trap(link, "roster", OUT), SITE),
    "link for the site's key": (trap(link, "keys/site.key", OUT), INTRODUCING),
    "link for the site's settings": (trap(link, "site.conf", GARAGE), SETTINGS),
    # Links where something is to be made; they are replaced, or refused.
    "link for a new peer": (trap(link, "peers.d/attic.conf", MADE), PEER_FILE),
    "link for a new psk": (trap(link, "keys/attic.psk", MADE), set()),
    "link for a peer's draft": (trap(link, f"{PEER_AT}.new", MADE), set()),
    # Hard links to root's files, as where fs.protected_hardlinks is 0.
    "hard link for a psk": (trap(hard_link, PSK_AT, OUT), PSK),
    "hard link for a peer": (trap(hard_link, PEER_AT, OUT), PEER_FILE),
    "hard link for a draft": (trap(hard_link, f"{PEER_AT}.new", GARAGE), set()),
    # Without a reader a pipe would hold a command for ever.
    "pipe for the identity": (trap(pipe, IDENTITY_AT), IDENTITY),
    "pipe for a peer": (trap(pipe, PEER_AT), PEER_FILE),
    # Owners.
    "keys are root's": (trap(given, "keys", 0, 0o700), KEYS),
    "the state is root's in a lesser user's": (trap(given, "", 0, 0o700), ALL),
    # Sizes.
    "huge peer": (trap(huge, PEER_AT), PEER_FILE),
    "huge roster": (trap(huge, "roster"), SITE),
    # Names.
    "name that writes on the terminal": (
        trap(write, "peers.d/\x1b[2J\nok: forged.conf", "nonsense\n"), PEER_FILE),
}
"""What is put in place, and which commands must say so."""


def pairs(these, those, every=4):
    """All pairs of two lists with --all; else of each one's with every fourth of the other's."""
    if os.environ.get("INTERCOM_ALL"):
        every = 1
    return [(one, other) for place, one in enumerate(these) for at, other in enumerate(those)
            if (place + at) % every == 0]


@unittest.skipUnless(os.geteuid() == 0, "needs root, which is what is to be misled")
class HostileTest(unittest.TestCase):
    def world(self, **options):
        """A world of its own, gone with the test; `close` ends it before."""
        folder = tempfile.TemporaryDirectory(prefix="ic-")  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        world = World(folder.name, **options)
        world.close = folder.cleanup
        return world

    def run_command(self, world, name):
        """Types one of the commands; returns (exit code, what it printed)."""
        words = [word.format(own=f"{world.root}/own.psk", roster=f"{world.root}/own.roster")
                 for word in COMMANDS[name]]
        return world.run(*words)

    def assert_shown_harmless(self, said):
        """Nothing in it moves a cursor or begins a line of its own; no advice opens root's files.

        A person types what is advised, and the attacker may put a link there before that.
        """
        self.assertNotRegex(said, r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        self.assertNotRegex(said, "(?m)^ok: forged")
        self.assertNotIn(hostile.SECRET[:12], said)
        self.assertNotRegex(said, r"chmod a\+r\S* \S*/state/|sudo chmod|chown (?!-h)")


class Traps(HostileTest):
    def test_every_command_refuses_every_trap_and_touches_nothing_outside(self):
        for trap, name in pairs(TRAPS, COMMANDS):
            with self.subTest(f"{name}: {trap}"):
                put, refusing = TRAPS[trap]
                world = self.world()
                path = put(world)
                world.guard()
                code, said = self.run_command(world, name)
                self.assertEqual(world.harm(), [], said)
                self.assert_shown_harmless(said)
                self.assertIn(code, (0, 1, 4), said)
                if name in refusing:
                    self.assertNotEqual(code, 0, said)
                    shown = re.sub(r"[\x00-\x1f]", "?", path)
                    if "json" not in name or "forged" not in path:
                        self.assertIn(shown, said)
                world.close()

    def test_the_list_has_every_command(self):
        _, said = self.world().run("help")
        known = {" ".join(words[:2]) for words in COMMANDS.values()} | ELSEWHERE
        known |= {"setup", "doctor"}
        found = [re.match(r"  ([a-z-]+(?: [a-z]+\b(?!\|))?)", line)
                 for line in said.splitlines()]
        names = [match[1] for match in found if match]
        self.assertGreater(len(names), 40)
        for name in names:
            self.assertIn(name, known)

    def test_without_a_trap_every_command_works(self):
        for name in COMMANDS:
            with self.subTest(name):
                world = self.world()
                world.guard()
                code, said = self.run_command(world, name)
                self.assertEqual(world.harm(), [], said)
                # There are no devices to try, and no daemon.
                is_trial = name.startswith(("test ", "audio "))
                self.assertIn(code, (0, 1, 4) if is_trial else (0, 4), said)
                self.assertNotIn("state/", "" if code == 0 else said)
                for folder, folders, files in os.walk(world.state):
                    for made in [*folders, *files]:
                        self.assertEqual(os.lstat(os.path.join(folder, made)).st_uid, USER, made)
                world.close()

    def test_links_in_the_way_to_the_state(self):
        for owner, target, is_followed in ((USER, "outside", False), (0, "home", True)):
            for name in COMMANDS:
                with self.subTest(name, owner=owner):
                    world = self.world(state="way/state")
                    way = link(f"{world.root}/way", f"{world.root}/{target}", owner)
                    world.guard()
                    code, said = self.run_command(world, name)
                    self.assertEqual(world.harm(), [], said)
                    if not is_followed:
                        self.assertNotEqual(code, 0, said)
                        self.assertIn(way, said)
                    elif name in SETTERS:
                        self.assertEqual(code, 0, said)
                    world.close()

    def test_the_watch_sees_what_would_be_harm(self):
        for harm in (["cat", "{peer}"], ["ls", "{outside}/state"], ["chown", "1", "{peer}"],
                     ["touch", "{outside}/made"], ["rm", "{outside}/state/keys/garage.psk"]):
            with self.subTest(harm[0]):
                world = self.world()
                name = "state/peers.d/garage.conf"
                peer = link(f"{world.home}/{name}", f"{world.outside}/{name}")
                world.guard()
                words = [word.format(peer=peer, outside=world.outside) for word in harm]
                self.assertEqual(hostile.subprocess.call(
                    words, stdout=hostile.subprocess.DEVNULL), 0)
                self.assertNotEqual(world.harm(), [])

    def test_a_state_directory_that_is_made_in_a_lesser_users_is_that_users(self):
        for name in ("peer add", "peer add psk"):
            with self.subTest(name):
                world = self.world()
                hostile.clear(world.state)
                world.guard()
                code, said = self.run_command(world, name)
                self.assertEqual((code, world.harm()), (0, []), said)
                for made in ("", "/peers.d", "/peers.d/attic.conf"):
                    self.assertEqual(os.lstat(world.state + made).st_uid, USER, made)


class Swapped(HostileTest):
    """The attacker waits for the moment between two steps of root's."""

    def assert_no_harm(self, world, name):
        code, said = self.run_command(world, name)
        self.assertIn(code, (0, 1, 4), said)
        self.assert_shown_harmless(said)

    def test_a_file_that_is_swapped_is_read_once(self):
        """A file as good as the first, in its place once that was read, changes no outcome."""
        world = self.world()
        second = write(f"{world.home}/second", f"[peer garage]\nkey = {KEY}\ngain = -9dB\n")
        place = f"{world.state}/peers.d/garage.conf"
        # Files that are read after it leave the attacker time.
        for number in range(100):
            write(f"{world.state}/peers.d/z{number:03}.conf", "# later\n" * 100)
        with Swaps(place, second, event=Swaps.CLOSED) as swaps:
            code, said = self.run_command(world, "peer verify")
            self.assertTrue(swaps.has_swapped())
        self.assertEqual(code, 0, said)
        text = pathlib.Path(place).read_text(encoding="utf-8")
        self.assertIn("192.0.2.5", text)
        self.assertNotIn("-9dB", text)

    def test_what_is_swapped_all_the_time(self):
        for place in ("peers.d", "keys", "", "peers.d/garage.conf", "keys/garage.psk",
                      "keys/identity"):
            with self.subTest(place or "state"):
                world = self.world()
                trap = link(f"{world.home}/trap", f"{world.outside}/state/{place}".rstrip("/"))
                world.guard()
                with Swaps(f"{world.state}/{place}".rstrip("/"), trap) as swaps:
                    self.assertTrue(swaps.has_swapped())
                    for name in sorted(KEYS | SETTERS):
                        self.assert_no_harm(world, name)
                self.assertEqual(world.harm(), [])
                world.close()


class Names(HostileTest):
    def test_a_name_that_turns_text_is_escaped_in_json(self):
        world = self.world()
        name = "\u009b31m\u202e\u007f.conf"
        write(f"{world.state}/peers.d/{name}", "nonsense\n")
        code, said = world.run("config", "check", "--json")
        self.assertEqual(code, 1, said)
        self.assertNotRegex(said, "[\u0080-\u009f\u202e\x7f]")
        self.assertEqual(os.path.basename(json.loads(said)["errors"][0]["file"]), name)

    def test_the_daemons_log_shows_names_harmless(self):
        world = self.world()
        write(f"{world.state}/peers.d/\x1b[2J\nok: forged.conf", "nonsense\n")
        code, said = world.run(program="intercomd")
        self.assertEqual(code, 1, said)
        self.assertIn("[2J?ok: forged.conf:1", said)
        self.assertNotIn("\x1b", said)
        self.assertNotRegex(said, "(?m)^(<.>)?ok: forged")
