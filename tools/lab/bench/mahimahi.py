"""Makes traces for `tools/bench voice --traces` of Mahimahi's recordings of mobile networks.

    python3 tools/lab/bench/mahimahi.py RECORDING... --to FOLDER [--seconds N]

A recording says, line by line, at which milliseconds 1500 bytes may leave. Packets of 117 bytes,
as `voice` has them with headers, are sent every 20 ms through it, over and over if it is too short,
and take 20 ms more. Each becomes FOLDER/NAME.csv with the lines seq,send_ms,delay_ms.
"""

import argparse
import os

SIZE, INTERVAL, REST, ROOM = 117, 20, 20.0, 1500


def delays(moments, seconds):
    """Milliseconds on the way of each packet; a queue before the link has no end."""
    length = moments[-1]
    place, round_, room, found = 0, 0, ROOM, []
    for number in range(int(seconds * 1000 / INTERVAL)):
        sent = number * INTERVAL
        # What may leave before there is something to send leaves empty.
        while round_ * length + moments[place] < sent or room < SIZE:
            place, room = place + 1, ROOM
            if place == len(moments):
                place, round_ = 0, round_ + 1
        room -= SIZE
        found.append(round_ * length + moments[place] - sent + REST)
    return found


def main():
    """Converts what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", nargs="+", metavar="RECORDING")
    parser.add_argument("--to", required=True, metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    os.makedirs(options.to, exist_ok=True)
    for path in options.recordings:
        with open(path, encoding="ascii") as file:
            moments = [int(line) for line in file if line.strip()]
        if not moments or moments[-1] <= 0:
            parser.error(f"{path} is no recording of Mahimahi's")
        name = os.path.join(options.to, os.path.basename(path) + ".csv")
        with open(name, "w", encoding="ascii") as file:
            file.write("seq,send_ms,delay_ms\n")
            for number, delay in enumerate(delays(moments, options.seconds)):
                file.write(f"{number},{number * INTERVAL},{delay:.1f}\n")
        print(name)


if __name__ == "__main__":
    main()
