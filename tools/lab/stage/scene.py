"""Several stations that know each other, in one directory, ended whatever happens."""

import os
import signal
import threading

from .place import StageError, missing, wait_until
from .station import Station


class Scene:
    """A context: stations are made and introduced at entry of `start`, ended at exit.

    `settings` are keywords of `Station` for all; `each` has more of them by name. `through`
    maps (from, to) to the UDP port that `from` is to use for `to`, when a forwarder is between.
    """

    def __init__(self, folder, names, *, each=None, **settings):
        self.folder = os.path.abspath(folder)
        self.names, self.each, self.settings = names, each or {}, settings
        self.stations, self.through, self._others, self._former = {}, {}, [], []

    def __getitem__(self, name):
        return self.stations[name]

    def __enter__(self):
        if missing():
            raise StageError("not built yet: " + ", ".join(missing()))
        if threading.current_thread() is threading.main_thread():
            # Being told to end must end the stations too, even where a shell ignores Ctrl-C.
            self._former = [
                (number, signal.signal(number, what)) for number, what in (
                    (signal.SIGTERM, self._ended), (signal.SIGHUP, self._ended),
                    (signal.SIGINT, signal.default_int_handler))]
        try:
            for name in self.names:
                folder = os.path.join(self.folder, name)
                settings = {**self.settings, **self.each.get(name, {})}
                self.stations[name] = Station(name, folder, **settings)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    @staticmethod
    def _ended(number, _frame):
        raise SystemExit(128 + number)

    def also_end(self, other):
        """Something else with an `end()`, such as a forwarder, to be ended with the scene."""
        self._others.append(other)
        return other

    def introduce(self, **entries):
        """Lets every station make its key, and writes everyone to everyone's peers.d."""
        for station in self.stations.values():
            station.learn_key()
        for station in self.stations.values():
            for other in self.stations.values():
                if other is station:
                    continue
                port = self.through.get((station.name, other.name), other.port)
                station.write_peer(other.name, other.public_key, f"127.0.0.1:{port}", **entries)

    def start(self, seconds=15.0):
        """Introduces the stations, starts them, and waits until all hear each other."""
        self.introduce()
        for station in self.stations.values():
            station.start()
        self.wait_until_up(seconds)

    def is_up(self):
        """Whether every station runs, has its card, and every peer is up."""
        for station in self.stations.values():
            if station.process is not None and station.process.poll() is not None:
                raise StageError(f"{station.name} ended with {station.process.returncode}; "
                                 f"see {station.log_path}:\n{station.log[-2000:]}")
            if not station.is_up():
                return False
            status = station.status()
            sides = (status["audio"]["input"], status["audio"]["output"])
            if any(side["state"] not in ("open", "none") for side in sides):
                return False
            if any(peer["state"] != "up" for peer in status["peers"]):
                return False
        return True

    def wait_until_up(self, seconds=15.0):
        """Waits for `is_up`."""
        wait_until(self.is_up, seconds, "all stations up, with each other and their cards", 0.05)

    def end(self):
        """Ends what this scene started, and nothing else."""
        for one in [*self.stations.values(), *self._others]:
            try:
                one.end()
            except OSError:
                continue
        for number, what in self._former:
            signal.signal(number, what)
        self._former = []
