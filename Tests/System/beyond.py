"""Houses beyond one LAN: each behind its own router, with a broker and a STUN server outside."""

import os
import socket
import struct
import threading

from lab import Scene, SceneTest, process
from stage.lan import NETWORK, Lan, Place
from stage.namespace import Namespace

PORT = 1883
STUN = 3478
STUN_COOKIE = 0x2112A442
ROUTERS = {
    # A router of Linux: it keeps the port, and lets in only what comes from where something went.
    "router": "masquerade",
    # The same, and the station's port is open.
    "open": "masquerade",
    # One that takes another port for each way.
    "symmetric": "masquerade fully-random",
    # A router behind another one.
    "double": "masquerade",
    # One that changes no address, and lets in only what comes from where something went.
    "firewall": None,
}
FIREWALLED = 100
"""What is added to the number of a firewall's address for that of the station behind it."""


class House:
    """A LAN of one station, 10.0.0.0/24, behind a router with an address outside."""

    def __init__(self, world, name, port, kind="router"):
        self.outside = world.join(f"{name}-r")
        router = self.outside.space
        if kind == "double":
            router = self._behind(world, router, "10.0.1")
            self._mask(self.outside.space, ROUTERS[kind])
            self._filter(self.outside.space)
        self.space = self._behind(world, router, "10.0.0")
        if kind == "firewall":
            self._pass(router, f"{NETWORK}.{FIREWALLED + self.outside.host}")
        else:
            self._mask(router, ROUTERS[kind])
        self._filter(router)
        if kind == "open":
            self.open(port)

    def open(self, port):
        """Lets in what comes to this port."""
        for rule in ("add chain ip nat pre { type nat hook prerouting priority -100; }",
                     f'add rule ip nat pre iifname "eth0" udp dport {port} dnat to 10.0.0.2'):
            self.outside.space.do("nft", rule)

    @staticmethod
    def _behind(world, router, network):
        """A namespace behind a router, with the address .2 of that network."""
        space = world.add(Namespace())
        router.do("ip", "link", "add", "house", "type", "veth", "peer", "name", "eth0", "netns",
                  str(space.pid))
        router.shell("echo 1 >/proc/sys/net/ipv4/ip_forward; "
                     "echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6")
        router.do("ip", "address", "add", f"{network}.1/24", "dev", "house")
        router.do("ip", "link", "set", "house", "up")
        space.do("ip", "address", "add", f"{network}.2/24", "dev", "eth0")
        space.do("ip", "link", "set", "lo", "up")
        space.do("ip", "link", "set", "eth0", "up")
        space.do("ip", "route", "add", "default", "via", f"{network}.1")
        return space

    @staticmethod
    def _mask(router, how):
        for rule in ("add table ip nat",
                     "add chain ip nat post { type nat hook postrouting priority 100; }",
                     f'add rule ip nat post oifname "eth0" {how}'):
            router.do("nft", rule)

    @staticmethod
    def _filter(router):
        for rule in (
                "add table ip filter",
                "add chain ip filter input { type filter hook input priority 0; policy drop; }",
                "add rule ip filter input ct state established,related accept",
                "add chain ip filter forward { type filter hook forward priority 0; policy drop; }",
                'add rule ip filter forward iifname "house" accept',
                "add rule ip filter forward ct state established,related accept",
                "add rule ip filter forward ct status dnat accept"):
            router.do("nft", rule)

    def _pass(self, router, address):
        """The station has an address that is good outside, for which the router answers."""
        self.space.do("ip", "address", "add", f"{address}/32", "dev", "eth0")
        self.space.do("ip", "route", "replace", "default", "via", "10.0.0.1", "src", address)
        router.do("ip", "route", "add", f"{address}/32", "dev", "house")
        router.shell("echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp")

    def narrow(self, address):
        """Lets UDP out to this address alone."""
        self.outside.space.do(
            "nft", f"insert rule ip filter forward meta l4proto udp ip daddr != {address} "
                   'iifname "house" drop')


class Broker:
    """Debian's mosquitto, outside; `lines` are of its configuration."""

    def __init__(self, world, folder, lines=(f"listener {PORT}", "allow_anonymous true")):
        self.place: Place = world.join("broker")
        self.folder, self.lines, self.process = str(folder), list(lines), None
        os.makedirs(self.folder, exist_ok=True)

    @property
    def address(self):
        return self.place.address

    def start(self):
        path = os.path.join(self.folder, "mosquitto.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([*self.lines, "user root", "set_tcp_nodelay true", ""]))
        with open(os.path.join(self.folder, "log"), "a", encoding="utf-8") as log:
            self.process = process.launch(
                [*self.place.inside, "mosquitto", "-c", path], output=log, errors=log)

    def stop(self):
        process.end(self.process)
        self.process = None

    def say(self, topic, payload):
        """As a hostile broker would, which brings what it likes."""
        path = os.path.join(self.folder, "said")
        with open(path, "wb") as file:
            file.write(payload)
        self.place.space.do("mosquitto_pub", "-t", topic, "-f", path, "-r", "-q", "1")

    def kept(self):
        """What it has kept: {topic: payload}."""
        # It ends with the time that it was given, and with 27.
        text = self.place.space.shell(
            "mosquitto_sub -t '#' -W 1 -F '%t %x' --retained-only || true")
        return {topic: bytes.fromhex(payload) for topic, _, payload in
                (line.partition(" ") for line in text.splitlines())}


def serve_stun(space):
    """A STUN server in a place: binding requests, and nothing else (RFC 8489)."""
    server = space.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("", STUN))

    def run():
        while True:
            request, asker = server.recvfrom(1500)
            if asker is None:
                # It was shut down.
                return
            host, port = asker
            if len(request) < 20 or request[:2] != b"\x00\x01":
                continue
            address, = struct.unpack("!I", socket.inet_aton(host))
            value = struct.pack("!BBHI", 0, 1, port ^ STUN_COOKIE >> 16, address ^ STUN_COOKIE)
            server.sendto(struct.pack("!HHI", 0x0101, 12, STUN_COOKIE) + request[8:20]
                          + struct.pack("!HH", 0x0020, 8) + value, (host, port))

    threading.Thread(target=run, daemon=True).start()


class Beyond(SceneTest):
    """A scene whose stations are in houses of their own."""

    def enter(self, *names, kinds=None, stun=True, known=True, outside=(), **settings):
        """Stations that know each other's keys, if `known`, and nothing of where they are.

        Those of the names `outside` are in no house, and in `self.places`.
        """
        scene = self.enterContext(Scene(*names))
        self.world = self.enterContext(Lan())
        self.broker = Broker(self.world, os.path.join(scene.folder, "broker"))
        if stun:
            serve_stun(self.broker.place.space)
        self.houses, self.places = {}, {}
        for one in scene.stations:
            if one.name in outside:
                self.places[one.name] = self.world.join(one.name)
                one.launcher = self.places[one.name].inside
                del one.sections["network"]["listen"]
                continue
            house = House(self.world, one.name, one.port,
                          (kinds or {}).get(one.name, "router"))
            self.houses[one.name] = house
            one.launcher = house.space.inside
            del one.sections["network"]["listen"]
            one.sections["rendezvous"] = {"broker": f"mqtt://{self.broker.address}", **settings}
            if stun:
                one.sections["rendezvous"]["stun"] = self.broker.address
        if known:
            scene.introduce(*scene.stations, calls=False)
        self.addCleanup(self.broker.stop)
        return scene.stations

    def assert_talk(self, talker, listener, hertz=500, line="GPIO17"):
        talker.speak(hertz)
        super().assert_talk(talker, listener, hertz, line)
