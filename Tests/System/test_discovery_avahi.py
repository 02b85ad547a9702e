"""Two stations on one LAN, one of them beside Avahi: both programs are served on one port."""

import os
import shutil
import socket
import struct
import unittest

from lab import process, wait
from neighbours import OnOneLan
from peer import finding
from stage.lan import MDNS

AVAHI = all(shutil.which(name) for name in ("avahi-daemon", "avahi-browse", "dbus-daemon"))
BUS = """<busconfig><type>system</type><listen>unix:path={folder}/bus</listen>
<auth>EXTERNAL</auth><policy context="default"><allow user="*"/><allow own="*"/>
<allow send_destination="*"/><allow receive_sender="*"/><allow eavesdrop="true"/></policy>
</busconfig>"""
SETTINGS = """[server]
host-name={name}
use-ipv6=no
enable-dbus=yes
allow-interfaces=eth0
[publish]
publish-workstation=no
"""


@unittest.skipUnless(AVAHI, "avahi-daemon, avahi-utils and dbus are not installed")
class BesideAvahi(OnOneLan):
    """Avahi in the namespace of kitchen, as on a Raspberry Pi."""

    def avahi(self, where, folder):
        """Starts it with a bus of its own; returns the environment of programs that ask it."""
        bus, settings = f"{folder}/bus.conf", f"{folder}/avahi.conf"
        for path, text in ((bus, BUS.format(folder=folder)),
                           (settings, SETTINGS.format(name="pi"))):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
        where.space.do("mount", "-t", "tmpfs", "none", "/run")
        for words in (["dbus-daemon", f"--config-file={bus}", "--nofork"],
                      ["avahi-daemon", "--file", settings, "--no-drop-root", "--no-chroot",
                       "--no-rlimits"]):
            log = open(f"{folder}/{words[0]}.log", "w", encoding="utf-8")
            self.addCleanup(log.close)
            one = process.launch([*where.inside, *words], environment=environment, output=log,
                                 errors=log)
            self.addCleanup(process.end, one)
            wait(lambda: os.path.exists(f"{folder}/bus"), "the bus is there")
        return environment

    def browse(self, where, environment):
        """What avahi-browse finds: one line for each instance, resolved."""
        _, output, _ = process.run(
            [*where.inside, "avahi-browse", "--resolve", "--parsable", "--terminate",
             "_intercomd._udp"], environment=environment)
        return [line.split(";") for line in output.splitlines() if line.startswith("=")]

    def test_both_are_served_on_one_port(self):
        kitchen, garage = self.enter("kitchen", "garage")
        for one in (kitchen, garage):
            self.place(one).drop_ipv6()
        where = self.place(kitchen)
        folder = os.path.join(kitchen.folder, "avahi")
        os.makedirs(folder)
        # Avahi first: the station's sockets come later, and must not take what is Avahi's.
        environment = self.avahi(where, folder)
        wait(lambda: self.browse(where, environment) == [], "avahi answers, and finds nothing")
        self.start(kitchen, garage)
        kitchen.wait_for(garage)

        def instances():
            found = self.browse(where, environment)
            return {(line[7], line[8]) for line in found}

        expected = {("192.0.2.1", str(kitchen.port)), ("192.0.2.2", str(garage.port))}
        wait(lambda: expected <= instances(), "avahi-browse finds both")
        # A question to this machine alone is Avahi's.
        asked = self.lan.places["garage"].space.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asked.settimeout(0.5)
        question = (struct.pack("!6H", 0x1234, 0, 1, 0, 0, 0) + finding.name("pi.local")
                    + struct.pack("!HH", finding.A, finding.INTERNET))

        def is_answered():
            asked.sendto(question, ("192.0.2.1", MDNS))
            try:
                return asked.recv(2048)[:2] == b"\x12\x34"
            except TimeoutError:
                return False

        before = kitchen.counters()["discovery_received"]
        self.assertTrue(all(is_answered() for _ in range(5)), "avahi answers each time")
        self.assertLessEqual(kitchen.counters()["discovery_received"], before + 2)
        self.assert_talk(kitchen, garage)
