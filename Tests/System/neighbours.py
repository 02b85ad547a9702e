"""Stations without addresses of each other, each in a namespace of its own, on one LAN."""

import unittest

from lab import Scene, SceneTest, listen, wait
from peer import finding
from stage.lan import Lan
from stage.namespace import is_allowed

M1 = 1232


@unittest.skipUnless(is_allowed(), "needs root, to make network namespaces")
class OnOneLan(SceneTest):
    """A scene whose stations are places of a LAN."""

    def enter(self, *names, known=True):
        scene = self.enterContext(Scene(*names))
        self.lan = self.enterContext(Lan())
        for one in scene.stations:
            one.launcher = self.lan.join(one.name).inside
            del one.sections["network"]["listen"]
            del one.sections["network"]["discovery"]
        if known:
            scene.introduce(*scene.stations, calls=False)
        return scene.stations

    def assert_talk(self, speaker, listener, hertz=500):
        speaker.speak(hertz)
        listener.record()
        with speaker.talking():
            span = listen()
        self.assert_heard(listener.recorded().span(*span), hertz)

    def place(self, one):
        return self.lan.places[str(one)]

    def leave_only(self, family, *stations):
        """They have addresses of one family alone from now on."""
        for one in stations:
            if family == "IPv4":
                self.place(one).drop_ipv6()
            else:
                self.place(one).drop_ipv4()

    def beacon_of(self, one):
        """The newest that a station has sent over IPv4."""
        wait(lambda: self.beacons(one), f"{one} announces itself")
        return self.beacons(one)[-1]

    def beacons(self, one):
        return [packet.data for packet in self.lan.announced()
                if packet.sender == str(one) and ":" not in packet.source
                and finding.announced(packet.data) is not None]

    def pointers(self, one, owner):
        """What a station has announced of a service: the time to live of each."""
        found = []
        for packet in self.lan.announced():
            if packet.sender == str(one):
                try:
                    first = finding.records(packet.data)[0]
                except finding.Dropped:
                    continue
                if (first.owner, first.kind) == (owner, finding.PTR):
                    found.append(first.ttl)
        return found

    def calls(self, one, target):
        """The first messages of handshakes from a station to an address."""
        return [packet for packet in list(self.lan.packets)
                if packet.sender == str(one) and packet.target == target
                and len(packet.data) == M1]
