"""Sends the datagrams of a file to a port of this machine, so many a second, from many addresses.

    python3 sender.py PORT RATE SOURCES FILE

FILE has datagrams of 1232 bytes. SOURCES addresses of 127.0.0.0/8 take turns: each is an address
of this machine, so nothing has to be forged. Ends when its standard input does, and says then how
many were sent.
"""

import select
import socket
import struct
import sys
import time

SIZE = 1232
TURN_S = 0.002
IP_PKTINFO = 8
"""Of Linux; Python's socket module has no name for it."""


def source(number):
    """The ancillary data that lets a datagram leave from an address of its own."""
    address = bytes([127, 66 + number // 65_536, number // 256 % 256, number % 256])
    packed = struct.pack("@I4s4s", 0, address, bytes(4))
    return [(socket.IPPROTO_IP, IP_PKTINFO, packed)]


def main():
    port, rate, sources = map(int, sys.argv[1:4])
    with open(sys.argv[4], "rb") as file:
        data = file.read()
    datagrams = [data[at:at + SIZE] for at in range(0, len(data), SIZE)]
    origins = [source(number) for number in range(1, sources + 1)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        link.bind(("0.0.0.0", 0))
        start, sent = time.monotonic(), 0
        while not select.select([sys.stdin], [], [], TURN_S)[0]:
            # Where the machine was late, the rest of a turn is left out: never more than the rate.
            due = min(int((time.monotonic() - start) * rate), sent + 4 * int(rate * TURN_S) + 1)
            for number in range(sent, due):
                link.sendmsg([datagrams[number % len(datagrams)]],
                             origins[number % sources], 0, ("127.0.0.1", port))
            sent = due
    print(sent, round(time.monotonic() - start, 3))


if __name__ == "__main__":
    main()
