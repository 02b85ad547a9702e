"""How well speech was kept: wideband PESQ (ITU-T P.862.2), in the environment of a scorer.

`pesq` from PyPI lives in a virtual environment that `tools/lab/scorer` makes if it can;
`stage.judge` runs this file there.
"""

import json
import sys

RATE = 16_000
CHUNK = 8.0
SHORTEST = 3.0


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
