"""A bad network between two stations: the lab's badnet, the same one for the same seed."""

import os

from stage import place, process

from . import net


class BadNet:
    """Stands between `a` and `b`, which are told to send to it; commands are those of badnet(1)."""

    def __init__(self, world, a, b, seed):
        self.ways = {(a.name, b.name): "ab", (b.name, a.name): "ba"}
        # The port of side a is b's stand-in.
        self._ports = {b.name: 7000 + b.host, a.name: 7100 + a.host}
        self._control = os.path.join(world.folder, f"badnet-{a.name}-{b.name}")
        os.makedirs(world.folder, exist_ok=True)
        self.process = process.launch(
            [place.lab("badnet"), "--bind", net.BADNETS, "--seed", str(seed),
             "--a", f"{self._ports[b.name]}:{a.address}:{a.port}",
             "--b", f"{self._ports[a.name]}:{b.address}:{b.port}", "--control", self._control],
            output=process.subprocess.DEVNULL)
        world.wait(lambda: os.path.exists(self._control), "the bad network listens")

    def stand_in(self, other):
        """The address to use for a station."""
        return f"{net.BADNETS}:{self._ports[other.name]}"

    def do(self, *words):
        """One command; returns the counters of both ways."""
        reply = process.request(self._control, " ".join(map(str, words)))
        if not reply["ok"]:
            raise place.StageError(f"badnet: {' '.join(map(str, words))}: refused")
        return reply
