"""The examples of README, docs and the manual pages: taken out of the text, and run.

A page of docs/sites is a setting: each `ini` block begins with a comment that says whose file it
is, and each `text` block is a session at those stations:

    kitchen$ intercomctl ptt down garage
    talking to garage: garage

A command must end well, and print the lines that stand below it, as a whole line each. What
cannot be run here is a mistake: a page has nothing that was not tried.
"""

import os
import re
import shlex
import signal
import subprocess
import time

from lab import ROOT, place, sound, wait
from stage import wav

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOFILL = re.compile(r"^\.nf\n(.*?)^\.fi$", re.MULTILINE | re.DOTALL)
OWNER = re.compile(r"# (\S+): /etc/intercomd/intercomd\.conf\n")
PROMPT = re.compile(r"^(\S+)[$#] +(.*)$")
INLINE = re.compile(r"`((?:sudo )?intercomctl [^`\n]+)`")
UNTIL_CTRL_C = re.compile(r"(levels|monitor|page \S|talk \S|message record \S)(?!.* --seconds)")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, kind):
    """The fenced blocks of this kind."""
    return [body for found, body in FENCE.findall(text) if found == kind]


def man_blocks(text):
    """What a reader sees of the EXAMPLES of a manual page, where they stand as they are."""
    section = text.split(".SH EXAMPLES\n")[1].split("\n.SH ")[0]
    return [shown(body) for body in NOFILL.findall(section)]


def shown(body):
    """Lines of a manual page as groff(7) shows them: a backslash at the end joins two lines."""
    body = body.replace("\\\n", "").replace("\\-", "-").replace("\\(aq", "'")
    return body.replace("\\e", "\\")


def configs(text):
    """The configuration of each station of a page, by name."""
    found = {}
    for body in blocks(text, "ini"):
        owner = OWNER.match(body)
        assert owner, f"whose file is this?\n{body}"
        assert owner[1] not in found, f"{owner[1]} has two configurations"
        found[owner[1]] = body
    return found


def session(body):
    """The commands of a session: (station, words, the lines it is to print)."""
    found = []
    for line in body.splitlines():
        prompt = PROMPT.match(line)
        if prompt:
            found.append((prompt[1], shlex.split(prompt[2].removeprefix("sudo ")), []))
        elif line:
            assert found, f"no command before: {line}"
            found[-1][2].append(line)
    return found


def typed(text):
    """Every intercomctl command of a text, in blocks and in sentences: (as root, words)."""
    lines = [line for kind in ("", "sh", "text") for body in blocks(text, kind)
             for line in body.splitlines()]
    found = []
    for line in lines:
        # "kitchen$ ", "kitchen# " of root, or nothing before it.
        command = re.match(r"(?:[a-z]*([$#]) +)?((?:sudo )?intercomctl .*)", line)
        if command:
            plain = command[2].removeprefix("sudo ")
            found.append(f"sudo {plain}" if command[1] == "#" else command[2])
    found += INLINE.findall(text)
    words = [shlex.split(re.split("  #| >| \\|", line)[0]) for line in found]
    return [(line[0] == "sudo", line[line.index("intercomctl") + 1 :]) for line in words]


def commands(text):
    """The words of every intercomctl command of a text."""
    return [words for _, words in typed(text)]


def adapt(config, station):
    """A page's configuration on simulated hardware: the cards, the port and the folders differ."""
    card = f"pcm:simcard:{station.name}"
    cards = f"input = {card}\noutput = {card}\n"
    if "[audio]\n" in config:
        assert not re.search(r"^(input|output) *=", config, re.MULTILINE)
        config = config.replace("[audio]\n", "[audio]\n" + cards)
    else:
        config += f"\n[audio]\n{cards}"
    config += f"\n[network]\nport = {station.port}\nlisten = 127.0.0.1\n"
    return config + f"\n[paths]\nstate = {station.state}\nruntime = {station.run}\n"


def settle(scene, texts):
    """Gives each station of the scene its page's configuration and starts them all."""
    for station in scene.stations:
        # The configuration is the page's own, from the first line to the last.
        station.write_config = lambda one=station: _write(one, texts[one.name])
    scene.introduce(*scene.stations, psk="5a" * 32)
    scene.start()


def _write(station, text):
    with open(os.path.join(station.etc, "intercomd.conf"), "w", encoding="utf-8") as file:
        file.write(adapt(text, station))


class Runner:
    """Who types the commands of a session at the stations of a scene."""

    def __init__(self, scene):
        self.scene = scene
        self.stations = {station.name: station for station in scene.stations}

    def run(self, body):
        for name, words, expected in session(body):
            assert name in self.stations, f"there is no station {name}"
            self.type(self.stations[name], words, expected)

    def type(self, station, words, expected):
        """Runs one command until it ends as it should: what it waits for may be under way."""
        assert words[0] == "intercomctl", f"the test cannot run: {' '.join(words)}"
        words = [self.fitting(station, word, words) for word in words[1:]]
        if UNTIL_CTRL_C.match(" ".join(words)):
            return self.type_and_end(station, words)
        said = []

        def is_done():
            code, text, error = station.ctl(*words)
            said[:] = [code, text + error]
            lines = text.splitlines()
            # A call that is turned away ends with 1, as the page shows.
            wanted = any(" did not ring: " in line for line in expected)
            return code == wanted and all(line in lines for line in expected)
        what = f"{station}: intercomctl {' '.join(words)}"
        try:
            wait(is_done, what, seconds=8, interval=0.2)
        except AssertionError:
            raise AssertionError(f"{what}: ended with {said[0]}, expected {expected}:\n{said[1]}"
                                 ) from None
        return said[1]

    def type_and_end(self, station, words):
        """A command that goes on until Ctrl-C, which sends what was spoken without a terminal."""
        # A shell that runs the tests in the background has children ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(
                [place.program("intercomctl"), "--config", station.etc, *words],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True) as process:
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=place.PATIENCE)[0]
        what = f"{station}: intercomctl {' '.join(words)}: {said}"
        assert process.returncode in (0, -signal.SIGINT), what
        return said

    def fitting(self, station, word, words):
        """A word as it is here: addresses, keys and files that the text only names."""
        peer = next((one for one in self.stations.values() if one.name in words), station)
        if word == f"{peer}.local":
            return f"127.0.0.1:{peer.port}"
        if word in ("intercom1:...", "intercom1:…"):
            return peer.public_key
        if word == "DIGITS":
            return peer.ctl("key", "show", "--fingerprint")[1].strip()
        path = os.path.join(self.scene.folder, word)
        if word.endswith(".wav"):
            wav.write(path, sound.tone(900, 1, -20))
            return path
        if word.endswith(".psk"):
            with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
                      encoding="ascii") as file:
                file.write("5a" * 32 + "\n")
            return path
        return word
