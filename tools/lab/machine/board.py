"""QEMU's board of arm64 (virt) with a station's card and its GPIO chip, and a cable to another."""

import json
import os
import pathlib
import shutil
import socket
import subprocess

from stage import place
from stage.card import Card

PROGRAM = "qemu-system-aarch64"
CHIP = "pl061"
"""Its eight lines are ARM's PrimeCell GPIO; the board has its power key on line 3."""
MEMORY = "1300"
BUFFER = 200_000
"""Microseconds of sound that QEMU keeps between its card and the one outside."""


def missing():
    """The programs that a machine needs and that are not here."""
    wanted = (PROGRAM, "cpio", "depmod", "mmdebstrap")
    return [name for name in wanted if shutil.which(name) is None]


class Board:
    """A machine that boots, and the world around it: its card, its lines, and what it shares."""

    def __init__(self, name, system, folder, cable, words):
        """
        `folder` holds the files of the card, and `share`, which the machine sees as /share.
        `cable` is an option of QEMU's -netdev, `words` are told to the kernel.
        """
        self.name, self.folder = name, pathlib.Path(folder)
        self.card = Card(str(folder), name)
        self._console = self.folder / f"{name}.console"
        sound = f"alsa,id=sound,in.dev={name},out.dev={name}," + ",".join(
            f"{side}.{what}" for side in ("in", "out")
            for what in ("frequency=48000", "channels=2", f"buffer-length={BUFFER}"))
        self._log = self.folder / f"{name}.qemu"
        with open(self._log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "-M", "virt,gic-version=3", "-cpu", "cortex-a72", "-smp", "2",
                 "-m", MEMORY, "-kernel", system.kernel, "-initrd", system.archive, "-append",
                 f"console=ttyAMA0 rdinit=/lib/systemd/systemd station={name} {words}",
                 "-display", "none", "-monitor", "none", "-no-reboot",
                 "-serial", f"file:{self._console}",
                 "-qmp", f"unix:{self._socket('qmp')},server=on,wait=off",
                 "-qtest", f"unix:{self._socket('qtest')},server=on,wait=off",
                 "-virtfs", f"local,path={self.folder}/share,mount_tag=share,security_model=none",
                 "-netdev", f"{cable},id=cable",
                 "-device", f"virtio-net-pci,netdev=cable,romfile=,{_mac(name)}",
                 "-audiodev", sound,
                 "-device", "intel-hda", "-device", "hda-duplex,audiodev=sound"],
                env={**os.environ, **place.cards(folder)},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def _socket(self, name):
        return self.folder / f"{self.name}.{name}"

    def is_on(self):
        return self.process.poll() is None

    def report(self):
        """What it has said so far, by the file of its name in /share."""
        path = self.folder / "share" / f"{self.name}.report"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def console(self):
        """The end of what QEMU, its kernel and systemd said."""
        said = [path.read_text("utf-8", "replace") for path in (self._log, self._console)
                if path.exists()]
        return "\n".join(text[-3000:] for text in said)

    def set_line(self, number, level):
        """Drives a line of its GPIO chip from outside."""
        try:
            self._ask("qtest", f"set_irq_in {self._chip()} unnamed-gpio-in {number} {level}", "OK")
        except (ConnectionError, ValueError) as error:
            raise place.StageError(f"QEMU of {self.name} has ended: {self.console()}") from error

    def _ask(self, name, line, answer):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(place.PATIENCE)
            link.connect(str(self._socket(name)))
            link.sendall(line.encode() + b"\n")
            said = link.recv(4096).decode()
        if not said.startswith(answer):
            raise place.StageError(f"{line}: {said}")

    def _chip(self):
        """QEMU's name for the chip."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(place.PATIENCE)
            link.connect(str(self._socket("qmp")))
            stream = link.makefile("rw", encoding="utf-8")
            stream.readline()
            for command in ({"execute": "qmp_capabilities"},
                            {"execute": "qom-list", "arguments": {"path": "/machine/unattached"}}):
                stream.write(json.dumps(command) + "\n")
                stream.flush()
                while "return" not in (said := json.loads(stream.readline())):
                    pass
        names = [one["name"] for one in said["return"] if one["type"] == f"child<{CHIP}>"]
        return f"/machine/unattached/{names[0]}"

    def end(self):
        self.card.end()
        self.process.kill()
        self.process.wait()


def _mac(name):
    """An address for each of a few machines on one cable."""
    return f"mac=52:54:00:00:00:{sum(name.encode()) % 256:02x}"
