"""How well speech was kept: wideband PESQ (ITU-T P.862.2), when somebody installed a scorer.

`pesq` from PyPI lives in a virtual environment that `tools/demo` makes if it can; this file runs
on both sides: here, and as a program in that environment.
"""

import json
import os
import sys
import tempfile

RATE = 16_000
CHUNK = 8.0
SHORTEST = 3.0


def scorer(folder):
    """The scorer's python, or None."""
    path = os.path.join(folder, "bin", "python")
    return path if os.path.exists(path) else None


def pesq(folder, talk, delay_ms, from_ns, to_ns):
    """The mean over chunks of about 8 s, 1 to 4.64; None without a scorer."""
    from . import place, process, wav
    if scorer(folder) is None:
        return None
    with tempfile.TemporaryDirectory(dir=os.path.dirname(talk.heard_path)) as work:
        names = []
        for name, sound, shift in (("said", talk.said, 0), ("heard", talk.heard, delay_ms)):
            late = int(shift * 1e6)
            full, low = (os.path.join(work, f"{name}{rate}.wav") for rate in (48, 16))
            wav.write(full, sound.span(from_ns + late, to_ns + late))
            code, _, errors = process.run(["sox", full, "-r", str(RATE), low], seconds=60)
            if code != 0:
                print(f"demo: sox: {errors.strip()}", file=sys.stderr)
                return None
            names.append(low)
        environment = {**os.environ, "PYTHONPATH": os.path.join(place.ROOT, "tools", "lab")}
        code, text, _ = process.run(
            [scorer(folder), "-m", "stage.score", *names], environment=environment, seconds=300)
    values = json.loads(text) if code == 0 and text.strip() else []
    return sum(values) / len(values) if values else None


def main():
    """In the scorer's environment: prints the scores of the chunks of two files."""
    import wave

    import numpy
    import pesq as scoring

    sounds = []
    for path in sys.argv[1:3]:
        with wave.open(path, "rb") as file:
            sounds.append(numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2"))
    count = min(len(sound) for sound in sounds)
    chunks = max(1, round(count / RATE / CHUNK))
    scores = []
    for chunk in range(chunks):
        begin, end = (count * place // chunks for place in (chunk, chunk + 1))
        if end - begin < SHORTEST * RATE:
            continue
        said, heard = (sound[begin:end].astype(numpy.float64) for sound in sounds)
        try:
            scores.append(scoring.pesq(RATE, said, heard, "wb"))
        except scoring.NoUtterancesError:
            continue
    print(json.dumps([float(value) for value in scores]))


if __name__ == "__main__":
    main()
