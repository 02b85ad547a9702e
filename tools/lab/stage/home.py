"""The directory of one station: its settings, its peers, its keys."""

import os
import shutil
import tempfile

from . import place
from .identity import Identity

# A socket's address holds 107 bytes; ours end in "/control.sock" and the like.
RUN_PATH_MAX = 80


class Home:
    """etc/, state/ and run/ of a station.

    `sections` are settings over the defaults, see `change`.
    """

    def __init__(self, name, folder, port, sections, identity=None):
        self.name, self.folder, self.port = name, os.path.abspath(folder), port
        self.make = place.OWN
        self.etc, self.state = os.path.join(self.folder, "etc"), os.path.join(self.folder, "state")
        os.makedirs(os.path.join(self.etc, "peers.d"), exist_ok=True)
        os.makedirs(self.state, exist_ok=True)
        self.run = os.path.join(self.folder, "run")
        if len(self.run.encode()) > RUN_PATH_MAX:
            self.run = tempfile.mkdtemp(prefix="intercom-run-")
        os.makedirs(self.run, exist_ok=True)
        self.become(identity or Identity())
        self.sections = self._defaults()
        self.change(sections)

    def change(self, sections):
        """Other settings, {"audio": {"period": "5ms"}, "button ptt": None}; None leaves a section
        out."""
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
            "talk": {},
            "lamp on-air": {"line": "GPIO23", "show": "talking"},
        }

    def write_config(self):
        """Writes intercomd.conf from `sections`."""
        paths = {"paths": {"state": self.state, "runtime": self.run}}
        text = ""
        for title, entries in {**self.sections, **paths}.items():
            text += f"[{title}]\n" + "".join(f"{k} = {v}\n" for k, v in entries.items()) + "\n"
        with open(os.path.join(self.etc, "intercomd.conf"), "w", encoding="utf-8") as file:
            file.write(text)

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

    def become(self, identity):
        """Gives it this key pair."""
        self.identity, self.public_key = identity, identity.text
        self.write_identity(identity.secret.hex())

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

    def remove_run(self):
        """Removes the sockets, and the short path they had when this directory's is too long."""
        shutil.rmtree(self.run, ignore_errors=True)
