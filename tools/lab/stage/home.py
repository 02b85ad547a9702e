"""The directory of one station: its settings, its peers, its keys."""

import os
import re
import shutil
import tempfile

from . import place, process
from .place import StageError

# A socket's address holds 107 bytes; ours end in "/control.sock" and the like.
RUN_PATH_MAX = 80


class Home:
    """etc/, state/ and run/ of a station.

    `sections` are settings over the defaults, {"audio": {"period": "5ms"}, "button ptt": None};
    None leaves a section out. `extra` is INI text added as it is.
    """

    def __init__(self, name, folder, port, sections, extra):
        self.name, self.folder, self.port = name, os.path.abspath(folder), port
        self.extra, self.public_key, self.make = extra, None, place.OWN
        self.etc, self.state = os.path.join(self.folder, "etc"), os.path.join(self.folder, "state")
        os.makedirs(os.path.join(self.etc, "peers.d"), exist_ok=True)
        os.makedirs(self.state, exist_ok=True)
        self.run = os.path.join(self.folder, "run")
        if len(self.run.encode()) > RUN_PATH_MAX:
            self.run = tempfile.mkdtemp(prefix="intercom-run-")
        os.makedirs(self.run, exist_ok=True)
        self.sections = self._defaults()
        for title, entries in (sections or {}).items():
            if entries is None:
                self.sections.pop(title, None)
            else:
                self.sections.setdefault(title, {}).update(entries)

    def _defaults(self):
        return {
            "station": {"name": self.name},
            # Tests on one machine, side by side, are not each other's neighbours.
            "network": {"port": self.port, "discovery": "no"},
            "audio": {"input": f"pcm:simcard:{self.name}", "output": f"pcm:simcard:{self.name}"},
            "button ptt": {"line": "GPIO17", "talk": "house"},
            "channel house": {"members": "*"},
            # What a test counts are the packets of the talk itself.
            "talk": {"cover": "off"},
            "lamp on-air": {"line": "GPIO23", "show": "talking"},
        }

    def write_config(self):
        """Writes intercomd.conf from `sections` and `extra`."""
        paths = {"paths": {"state": self.state, "runtime": self.run}}
        text = ""
        for title, entries in {**self.sections, **paths}.items():
            text += f"[{title}]\n" + "".join(f"{k} = {v}\n" for k, v in entries.items()) + "\n"
        with open(os.path.join(self.etc, "intercomd.conf"), "w", encoding="utf-8") as file:
            file.write(text + self.extra)

    def write_peer(self, name, key, address="", **entries):
        """Makes a peer known: peers.d/NAME.conf; read at the next start or reload."""
        lines = {"address": address or None, "key": key, **entries}
        text = f"[peer {name}]\n" + "".join(f"{k} = {v}\n" for k, v in lines.items() if v)
        with open(os.path.join(self.etc, "peers.d", f"{name}.conf"), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def remove_peer(self, name):
        """Makes a peer unknown, from the next start or reload."""
        os.unlink(os.path.join(self.etc, "peers.d", f"{name}.conf"))

    def write_identity(self, secret):
        """Gives it an identity, 64 hexadecimal digits, instead of one of its own making."""
        self._write_secret("identity", f"intercom-identity-1 {secret}\n")

    def write_psk(self, name, secret):
        """Puts a psk file (64 hexadecimal digits) among its keys; `psk = file:NAME` uses it."""
        self._write_secret(name, f"{secret}\n")

    def _write_secret(self, name, text):
        keys = os.path.join(self.state, "keys")
        os.makedirs(keys, mode=0o700, exist_ok=True)
        path = os.path.join(keys, name)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
                  encoding="ascii") as file:
            file.write(text)

    def learn_key(self):
        """Lets the daemon make its identity, or read it, by a short start without peers."""
        folder = os.path.join(self.run, "first")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "intercomd.conf"), "w", encoding="utf-8") as file:
            file.write(f"[station]\nname = {self.name}\n[network]\nport = {self.port}\n"
                       f"discovery = no\n"
                       f"[paths]\nstate = {self.state}\nruntime = {folder}\n")
        log = os.path.join(self.folder, "log.first")
        with open(log, "w", encoding="utf-8") as file:
            started = process.launch(
                [*self.make.words("intercomd"), "--config", folder],
                environment={**os.environ, **self.make.environment()}, output=file, errors=file)

        def announced():
            with open(log, encoding="utf-8") as file:
                found = re.search(r"intercom1:\w+:\w+(?=\s)", file.read())
            if not found and not process.is_alive(started):
                raise StageError(f"{self.name} did not start; see {log}")
            return found

        try:
            found = place.wait_until(announced, place.PATIENCE, f"{self.name} has a key")
            self.public_key = found.group(0)
        finally:
            process.end(started)
            shutil.rmtree(folder, ignore_errors=True)
        return self.public_key

    def remove_run(self):
        """Removes the sockets, and the short path they had when this directory's is too long."""
        shutil.rmtree(self.run, ignore_errors=True)
