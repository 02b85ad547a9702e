"""Tab completes what is typed."""

import os
import pathlib
import shutil
import signal

import examples
from lab import Scene, SceneTest, place, process, wait
from terminal import Screen


END = "end-of-the-line"
SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
FOLDERS = {
    "zsh": ("print -l $fpath", "/usr/local/share/zsh/site-functions"),
    "fish": ("string join \\n $fish_complete_path", "/etc/fish/completions"),
}
"""What prints the folders where a shell looks for scripts, and the one of docs/install.md."""


class Shell(Screen):
    """An interactive shell at a terminal, with the completion loaded from a file."""

    def __init__(self, name, folder, station):
        program = os.path.join(folder, "bin")
        os.makedirs(program, exist_ok=True)
        self.folder, self.name = folder, name
        self.marks = pathlib.Path(folder, f"marks-{name}")
        self.marks.touch()
        # Records the words that it was called with, unless the shell asks it for suggestions.
        path = pathlib.Path(program, "intercomctl")
        path.write_text(
            "#!/bin/bash\n"
            f'[[ $1 == completion ]] || {{ printf "%s\\n" "$@" {END} >>"$MARKS"; exit; }}\n'
            f'exec {place.program("intercomctl")} --config {station.etc} "$@"\n', encoding="ascii")
        path.chmod(0o755)
        super().__init__([shutil.which(name), *SHELLS[name]], {
            "PATH": f"{program}:/usr/bin:/bin", "HOME": folder, "TERM": "dumb", "PS1": "> ",
            "MARKS": str(self.marks), "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": folder,
            "XDG_DATA_HOME": folder}, folder=folder)

    def enter(self, text, seconds):
        """Types it, and reads what comes of it for so long."""
        self.type(text.encode())
        self.read(seconds)

    def load(self, script):
        if self.name == "zsh":
            self.enter(f"autoload -Uz compinit; compinit -u -d {self.folder}/dump\n", 1.5)
        self.enter(f"source {script}\n", 1)

    def run(self, line):
        """Types a line with Tab in it; returns the words that the program got."""
        before = self.calls()
        # A Tab begins a search that takes a moment; what is typed meanwhile waits.
        for part in line.split("\t")[:-1]:
            self.enter(f"{part}\t", 1)
        self.enter(line.split("\t")[-1] + "\n", 0.4)
        wait(lambda: self.read(0.1) and len(self.calls()) > len(before),
             f"{self.name}: {line!r} runs something")
        return self.calls()[len(before) - 1].split()

    def calls(self):
        """The words of each call, and what follows the last."""
        return self.marks.read_text(encoding="utf-8").split(END)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        self.ended()


class Completion(SceneTest):
    """Tab in the shells themselves: a person types half a word and gets the rest."""

    def station(self):
        scene = self.enterContext(Scene("kitchen", "garage"))
        scene.introduce(*scene.stations)
        return scene, scene.stations[0]

    def shell(self, name, scene, station, script=None):
        if not shutil.which(name):
            self.skipTest(f"{name} is not installed here: sudo apt-get install {name}")
        if script is None:
            _, script, _ = station.ctl("completion", name)
        path = os.path.join(scene.folder, f"script-{name}")
        pathlib.Path(path).write_text(script, encoding="utf-8")
        shell = Shell(name, str(scene.folder), station)
        self.addCleanup(shell.close)
        shell.read(1)
        shell.load(path)
        return shell

    def try_all(self, name):
        scene, station = self.station()
        station.write_config()
        shell = self.shell(name, scene, station)
        pathlib.Path(scene.folder, "bell.wav").touch()
        for line, words in (
                ("intercomctl moni\t", ["monitor"]),
                ("intercomctl peer rena\tx y", ["peer", "rename", "x", "y"]),
                ("intercomctl status --js\t", ["status", "--json"]),
                # From the settings: no daemon runs.
                ("intercomctl talk gar\t", ["talk", "garage"]),
                ("intercomctl test button pt\t", ["test", "button", "ptt"]),
                ("intercomctl call gar\t--prio\temer\t",
                 ["call", "garage", "--priority", "emergency"]),
                ("intercomctl announce house --file bel\t",
                 ["announce", "house", "--file", "bell.wav"])):
            with self.subTest(line):
                self.assertEqual(shell.run(line), words, shell.text)
        # A word of which nothing is known stays as it is.
        self.assertEqual(shell.run("intercomctl talk zzz\t"), ["talk", "zzz"])
        scene.start()
        self.assertEqual(shell.run("intercomctl ptt down hou\t"), ["ptt", "down", "house"])

    def test_bash(self):
        self.try_all("bash")

    def test_zsh(self):
        self.try_all("zsh")

    def test_fish(self):
        self.try_all("fish")

    def test_without_the_script_nothing_is_completed(self):
        scene, station = self.station()
        station.write_config()
        for name in SHELLS:
            with self.subTest(name):
                if shutil.which(name):
                    shell = self.shell(name, scene, station, script="")
                    self.assertEqual(shell.run("intercomctl metr\t"), ["metr"], shell.text)

    def test_shells_look_where_the_install_from_source_puts_the_scripts(self):
        for name, (ask, folder) in FOLDERS.items():
            with self.subTest(name):
                self.assertIn(f" {folder}/", examples.read("docs/install.md"))
                if shutil.which(name):
                    _, said, _ = process.run([shutil.which(name), "-c", ask])
                    self.assertIn(folder, said.splitlines())
