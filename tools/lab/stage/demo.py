"""Two stations talk: the program behind tools/demo."""

import argparse
import json
import os
import shlex
import shutil
import sys
import time

from . import figures, place, process, talk, tool, wav
from .place import StageError
from .table import table

COMMANDS = """
The kitchen and the garage are running; the kitchen's microphone hears one speech again and again.
In another terminal:

  {ctl} --config {kitchen} status       # or peers, monitor, key show
  {ctl} --config {kitchen} ptt down house
  {ctl} --config {garage} status        # hears the kitchen
  {ctl} --config {kitchen} ptt up house

  {gpio} ctl {lines} press GPIO17       # the button at the kitchen's GPIO17
  {gpio} ctl {lines} release GPIO17
  {card} {speaker} record garage.wav --seconds 5    # what the garage's speaker plays

Ctrl-C ends both."""


def arguments():
    """The command line: that of tools/demo, and what tests of other machines need."""
    parser = argparse.ArgumentParser(prog="tools/demo", add_help=False)
    parser.add_argument("--out", default=os.path.join(place.ROOT, ".build", "demo"))
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--periods", default="auto")
    parser.add_argument("--rehearse", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--listen", action="store_true")
    chosen = parser.parse_args()
    if not 4 <= chosen.seconds <= 3600:
        parser.error("--seconds: from 4 to 3600")
    return chosen


def perform(folder, seconds, periods, rehearse):
    """The talk, its files and its figures; a rehearsal before it is the first and leaves none."""
    print(f"demo: two stations, {seconds:g} s of speech ...", file=sys.stderr)
    with talk.scene_of_two(os.path.join(folder, "stations"), periods) as scene:
        scene.start()
        if rehearse:
            talk.Talk(scene, folder, seconds)
        done = talk.Talk(scene, folder, seconds)
        trips = talk.heap_counter_trips(scene["kitchen"])
    print("demo: measuring ...", file=sys.stderr)
    wire = figures.wire_sound(done.sent)
    wav.write(os.path.join(folder, "wire.wav"), wire)
    draw(folder)
    found = figures.figures(done, wire)
    return {**found, "heap_counter_trips": trips}


def draw(folder):
    """The picture of the talk: what was said, on the wire and heard, one under the other."""
    code, _, errors = process.run([
        "sox", "-M", *(os.path.join(folder, f"{name}.wav") for name in ("said", "wire", "heard")),
        "-n", "rate", "16k", "spectrogram", "-x", "1000", "-t", "said, on the wire, heard",
        "-o", os.path.join(folder, "picture.png")])
    if code != 0:
        raise StageError(f"sox: {errors.strip()}")


def listen(folder):
    """Keeps the pair running until it is told to end."""
    with talk.scene_of_two(os.path.join(folder, "stations")) as scene:
        scene.start()
        said = os.path.join(folder, "said.wav")
        wav.write(said, talk.speech.talk(60))
        scene["kitchen"].card.play(said, loop=True)
        words = {
            "ctl": place.program("intercomctl"), "gpio": place.lab("gpiosim"),
            "card": place.lab("simcard"), "kitchen": scene["kitchen"].etc,
            "garage": scene["garage"].etc, "lines": scene["kitchen"].lines.world,
            "speaker": scene["garage"].card.path}
        print(COMMANDS.format(**{key: shlex.quote(word) for key, word in words.items()}),
              flush=True)
        while all(process.is_alive(one.process) for one in scene.stations):
            time.sleep(1)
        raise StageError("a station has stopped working")


def main():
    """Exit codes: 0 heard, 1 not, 130 interrupted."""
    chosen = arguments()
    folder = os.path.abspath(chosen.out)
    os.makedirs(folder, exist_ok=True)
    shutil.rmtree(os.path.join(folder, "stations"), ignore_errors=True)
    if chosen.listen:
        listen(folder)
    found = perform(folder, chosen.seconds, chosen.periods, chosen.rehearse)
    print(table(found, folder))
    if chosen.json:
        print(json.dumps(found))
    return 0 if found["heard"] else 1


if __name__ == "__main__":
    sys.exit(tool.run("demo", main))
