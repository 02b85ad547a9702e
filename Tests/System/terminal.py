"""A person at a terminal, who answers what `intercomctl` asks."""

import contextlib
import os
import pty
import select
import subprocess

from lab import place

PROMPTS = (b"]: ", b"[yes] ", b"[no] ")
"""What a question ends with."""


SETUP = ("setup", "--name", "kitchen")


def converse(station, program, answers, *, words=SETUP, watch=None, **rights):
    """Answers what a command of a station asks; returns (exit code, the whole screen).

    `program` are the words before those of the command. `watch` is given the screen as it grows,
    until it answers yes. Where a question has no answer any more, the input ends.
    """
    control, terminal = pty.openpty()
    environment = station._environment()  # pylint: disable=protected-access
    environment["LD_PRELOAD"] = place.lab("libgpiosim.so")
    screen, waiting = b"", list(answers)
    with subprocess.Popen([*program, *words], env=environment,
                          stdin=terminal, stdout=terminal, stderr=terminal, **rights) as running:
        os.close(terminal)
        with contextlib.suppress(OSError):
            while select.select([control], [], [], place.PATIENCE)[0]:
                chunk = os.read(control, 4096)
                screen += chunk
                if watch and watch(screen.decode(errors="replace")):
                    watch = None
                if screen.endswith(PROMPTS):
                    os.write(control, waiting.pop(0).encode() if waiting else b"\x04")
            else:
                running.terminate()
        code = running.wait(place.PATIENCE)
    os.close(control)
    text = screen.decode().replace("\r\n", "\n")
    assert not waiting, f"not asked for: {waiting}\n{text}"
    return code, text
