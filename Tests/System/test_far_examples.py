"""The pages about stations in two houses, and about a broker: each is played as it stands."""

import ipaddress
import re
import shutil
import unittest

import examples
from beyond import Beyond
from lab import Scene, process, wait
from stage.lan import Lan
from stage.namespace import is_allowed


@unittest.skipUnless(is_allowed() and shutil.which("mosquitto") and shutil.which("turnserver"),
                     "needs root, mosquitto and coturn")
class SecondHouse(Beyond):
    """A page about two machines besides the stations: its commands are run, for a folder here."""

    def test_second_house(self):
        text = examples.read("docs/sites/second-house.md")
        kitchen, cabin = self.enter("kitchen", "cabin", stun=False, known=False)
        space, folder = self.broker.place.space, self.broker.folder
        commands, = examples.blocks(text, "sh")
        for line in commands.splitlines():
            if line.startswith("sudo openssl"):
                space.shell(f"cd {folder} && {line.removeprefix('sudo')}")
            if line.startswith("sudo mosquitto_passwd"):
                words = line.partition("#")[0].removeprefix("sudo")
                space.shell(f"cd {folder} && printf 'secret\\nsecret\\n' | {words}")
            if line.startswith("echo "):
                space.shell(f"{line.partition('|')[0]} >{folder}/turnserver.conf")
        lines, = examples.blocks(text, "text")
        self.broker.lines = lines.replace("/etc/mosquitto", folder).splitlines()
        self.broker.start()
        turn = process.launch([*self.broker.place.inside, "turnserver", "-n", "-c",
                               f"{folder}/turnserver.conf", "--pidfile", f"{folder}/turn.pid"])
        self.addCleanup(process.end, turn)
        with open(f"{folder}/hosts", "w", encoding="utf-8") as hosts:
            hosts.write(f"127.0.0.1 localhost\n{self.broker.address} broker.example\n")
        settings, = examples.blocks(text, "ini")
        for one in (kitchen, cabin):
            self.houses[one.name].space.shell(f"mount --bind {folder}/hosts /etc/hosts")
            shutil.copy(f"{folder}/intercom.pem", f"{one.etc}/broker.pem")
            with open(f"{one.etc}/broker-password", "w", encoding="utf-8") as file:
                file.write("secret\n")
            words = settings.replace("/etc/intercomd", one.etc).splitlines()[1:]
            one.sections["rendezvous"] = dict(line.split(" = ") for line in words if line)
        self.start(kitchen, cabin)
        for one, other in ((kitchen, cabin), (cabin, kitchen)):
            self.assertIn(f"intercomctl peer add {other} - intercom1:", text)
            code, _, errors = one.ctl("peer", "add", str(other), "-", other.public_key)
            self.assertEqual(code, 0, errors)
        kitchen.wait_for(cabin)
        cabin.wait_for(kitchen)
        self.assert_talk(kitchen, cabin)


@unittest.skipUnless(is_allowed(), "needs root")
class TwoHouses(Beyond):
    """A page about addresses: each is given to the cabin, and the kitchen calls it there.

    The kernel may have no WireGuard, and Tailscale needs an account: a plain cable has their
    addresses here, and their own commands are not run.
    """

    def test_two_houses(self):
        text = examples.read("docs/sites/two-houses.md")
        addresses = re.findall(r"`sudo intercomctl peer add cabin (\S+) intercom1:…`", text)
        self.assertEqual([ipaddress.ip_address(one).version for one in addresses], [6, 4, 4])
        for address in addresses:
            with self.subTest(address), Scene("kitchen", "cabin") as scene, Lan() as world:
                self.play(scene, world, ipaddress.ip_address(address))

    def play(self, scene, world, address):
        kitchen, cabin = scene.stations
        for one, own in ((kitchen, address + 1), (cabin, address)):
            place = world.join(one.name)
            place.drop_ipv4()
            place.space.do("ip", "address", "add", str(own), "dev", "eth0")
            place.space.do("ip", f"-{own.version}", "route", "add", "default", "dev", "eth0")
            one.launcher = place.inside
            del one.sections["network"]["listen"]
            # What goes from house to house is no multicast.
            one.sections["network"]["discovery"] = "no"
        self.start(kitchen, cabin)
        host = f"[{address}]" if address.version == 6 else str(address)
        for one, other, at in ((kitchen, cabin, f"{host}:{cabin.port}"), (cabin, kitchen, "-")):
            code, _, errors = one.ctl("peer", "add", str(other), at, other.public_key)
            self.assertEqual(code, 0, errors)
        kitchen.wait_for(cabin)
        cabin.wait_for(kitchen)
        self.assertEqual(kitchen.peer("cabin")["path"], "direct")
        self.assert_talk(kitchen, cabin)
        self.assert_talk(cabin, kitchen)


@unittest.skipUnless(is_allowed() and shutil.which("mosquitto"), "needs root and mosquitto")
class HomeAssistantsBroker(Beyond):
    """A page about a broker and a station: with its access list, and the password, over TLS."""

    def test_home_assistant(self):
        text = examples.read("docs/sites/home-assistant.md")
        kitchen, = self.enter("kitchen", stun=False)
        del kitchen.sections["rendezvous"]
        space, folder = self.broker.place.space, self.broker.folder
        space.shell(f"cd {folder} && openssl req -x509 -newkey ec -pkeyopt "
                    "ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=broker.example "
                    "-addext subjectAltName=DNS:broker.example -keyout intercom.key "
                    "-out intercom.pem")
        commands, = examples.blocks(text, "sh")
        adding = [line.partition("#")[0].removeprefix("sudo")
                  for line in commands.splitlines() if "mosquitto_passwd" in line]
        for line, password in zip(adding, ("secret", "other"), strict=True):
            space.shell(f"cd {folder} && printf '{password}\\n{password}\\n' | {line}")
        access, = examples.blocks(text, "text")
        with open(f"{folder}/acl", "w", encoding="utf-8") as file:
            file.write(access)
        self.broker.lines = [
            "listener 8883", f"certfile {folder}/intercom.pem", f"keyfile {folder}/intercom.key",
            f"password_file {folder}/passwd", f"acl_file {folder}/acl"]
        self.broker.start()
        with open(f"{folder}/hosts", "w", encoding="utf-8") as hosts:
            hosts.write(f"127.0.0.1 localhost\n{self.broker.address} broker.example\n")
        self.houses["kitchen"].space.shell(f"mount --bind {folder}/hosts /etc/hosts")
        shutil.copy(f"{folder}/intercom.pem", f"{kitchen.etc}/broker.pem")
        with open(f"{kitchen.etc}/mqtt-password", "w", encoding="utf-8") as file:
            file.write("secret\n")
        settings, = examples.blocks(text, "ini")
        words = settings.replace("/etc/intercomd", kitchen.etc).splitlines()[1:]
        kitchen.sections["home-assistant"] = dict(line.split(" = ") for line in words if line)
        self.start(kitchen)
        wait(lambda: kitchen.status()["home_assistant"]["connected"], "it is connected")
        # As Home Assistant reads it.
        read = (f"mosquitto_sub -h {self.broker.address} -p 8883 -u homeassistant -P other "
                f"--insecure --cafile {folder}/intercom.pem -t '#' -W 2 -F '%t' --retained-only "
                "|| true")
        topics = wait(lambda: (found := space.shell(read)) and "/available" in found and found,
                      "all is there")
        self.assertRegex(topics, r"(?m)^homeassistant/device/intercomd-[0-9a-f-]{9}/config$")
        self.assertRegex(topics, r"(?m)^intercomd/[0-9a-f-]{9}/talking$")
