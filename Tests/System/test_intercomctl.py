"""Tab completes what is typed."""

import os
import pathlib
import signal

from lab import Scene, SceneTest, place, wait
from terminal import Screen


END = "end-of-the-line"


class Shell(Screen):
    """An interactive bash at a terminal, with the completion loaded from a file."""

    def __init__(self, folder, station):
        program = os.path.join(folder, "bin")
        os.makedirs(program, exist_ok=True)
        self.marks = pathlib.Path(folder, "marks")
        self.marks.touch()
        # Records the words that it was called with, unless the shell asks it for suggestions.
        path = pathlib.Path(program, "intercomctl")
        path.write_text(
            "#!/bin/bash\n"
            f'[[ $1 == completion ]] || {{ printf "%s\\n" "$@" {END} >>"$MARKS"; exit; }}\n'
            f'exec {place.program("intercomctl")} --config {station.etc} "$@"\n', encoding="ascii")
        path.chmod(0o755)
        super().__init__(["/bin/bash", "--norc", "--noprofile", "-i"], {
            "PATH": f"{program}:/usr/bin:/bin", "HOME": folder, "TERM": "dumb", "PS1": "> ",
            "MARKS": str(self.marks), "LC_ALL": "C.UTF-8"}, folder=folder)

    def enter(self, text, seconds):
        """Types it, and reads what comes of it for so long."""
        self.type(text.encode())
        self.read(seconds)

    def run(self, line):
        """Types a line with Tab in it; returns the words that the program got."""
        before = self.calls()
        # A Tab begins a search that takes a moment; what is typed meanwhile waits.
        for part in line.split("\t")[:-1]:
            self.enter(f"{part}\t", 1)
        self.enter(line.split("\t")[-1] + "\n", 0.4)
        wait(lambda: self.read(0.1) and len(self.calls()) > len(before),
             f"{line!r} runs something")
        return self.calls()[len(before) - 1].split()

    def calls(self):
        """The words of each call, and what follows the last."""
        return self.marks.read_text(encoding="utf-8").split(END)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        self.ended()


class Completion(SceneTest):
    """Tab in the shell itself: a person types half a word and gets the rest."""

    def station(self):
        scene = self.enterContext(Scene("kitchen", "garage"))
        scene.introduce(*scene.stations)
        return scene, scene.stations[0]

    def shell(self, scene, station, script=None):
        if script is None:
            _, script, _ = station.ctl("completion", "bash")
        path = os.path.join(scene.folder, "script")
        pathlib.Path(path).write_text(script, encoding="utf-8")
        shell = Shell(str(scene.folder), station)
        self.addCleanup(shell.close)
        shell.read(1)
        shell.enter(f"source {path}\n", 1)
        return shell

    def test_a_person_types_half_a_word(self):
        scene, station = self.station()
        station.write_config()
        shell = self.shell(scene, station)
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

    def test_without_the_script_nothing_is_completed(self):
        scene, station = self.station()
        station.write_config()
        shell = self.shell(scene, station, script="")
        self.assertEqual(shell.run("intercomctl moni\t"), ["moni"], shell.text)
