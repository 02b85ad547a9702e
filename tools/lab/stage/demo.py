"""Two stations talk: the program behind tools/demo."""

import argparse
import json
import os
import shlex
import shutil
import sys
import time

from . import figures, picture, place, talk, wav
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
    parser.add_argument("--scorer", default=os.path.join(place.ROOT, ".build", "scorer"))
    chosen = parser.parse_args()
    if not 4 <= chosen.seconds <= 3600:
        parser.error("--seconds: from 4 to 3600")
    return chosen


def perform(folder, seconds, scorer, periods, rehearse):
    """The talk, its files and its figures; a rehearsal before it is the first and leaves none."""
    print(f"demo: two stations, {seconds:g} s of speech ...", file=sys.stderr)
    with talk.scene_of_two(os.path.join(folder, "stations"), periods) as scene:
        scene.start()
        if rehearse:
            talk.Talk(scene, folder, seconds)
        done = talk.Talk(scene, folder, seconds)
        trips = talk.heap_counter_trips(scene["kitchen"])
        ways = type(scene.wire).__name__.lower()
    print("demo: measuring ...", file=sys.stderr)
    wire = figures.wire_sound(done.packets)
    wav.write(os.path.join(folder, "wire.wav"), wire)
    begin, end = done.said.first_ns, done.release_ns + 300_000_000
    picture.write(os.path.join(folder, "picture.png"), [
        ("said", done.said.span(begin, end)),
        ("on the wire", wire),
        ("heard", done.heard.span(begin, end)),
    ])
    found = figures.figures(done, wire, scorer)
    return {**found, "heap_counter_trips": trips, "wire_seen_by": ways}


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
        while scene.is_up():
            time.sleep(1)
        raise StageError("a station has stopped working")


def main():
    """Exit codes: 0 heard, 1 not, 130 interrupted."""
    chosen = arguments()
    folder = os.path.abspath(chosen.out)
    try:
        os.makedirs(folder, exist_ok=True)
        shutil.rmtree(os.path.join(folder, "stations"), ignore_errors=True)
        if chosen.listen:
            listen(folder)
        found = perform(folder, chosen.seconds, chosen.scorer, chosen.periods, chosen.rehearse)
    except (StageError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(table(found, folder))
    if chosen.json:
        print(json.dumps(found))
    return 0 if found["heard"] else 1


if __name__ == "__main__":
    sys.exit(main())
