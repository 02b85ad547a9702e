"""A daemon, and peers of the second implementation that it knows: tests of what it answers."""

import secrets
import time
import unittest

from lab import Scene, SceneTest, wait
from peer import oracle
from peer.live import Live, beside
from peer.primitives import public_key
from peer.records import record

DOOR, GARAGE = "GPIO24", "GPIO25"


def call_id():
    """A UUIDv7, of any moment."""
    made = bytearray(secrets.token_bytes(16))
    made[6], made[8] = made[6] & 0x0F | 0x70, made[8] & 0x3F | 0x80
    return bytes(made)


def secret_below(public):
    """A secret whose public key is the lower one."""
    while public_key(made := secrets.token_bytes(32)) >= public:
        pass
    return made


def secret_above(public):
    """A secret whose public key is the higher one: by chance it is not, now and then."""
    while public_key(made := secrets.token_bytes(32)) <= public:
        pass
    return made


def set_up():
    """One daemon and its peers for all tests of a module: its `setUpModule`."""
    scene = unittest.enterModuleContext(Scene("kitchen"))
    kitchen, = scene.stations
    # The responder of the test vectors.
    secret = bytes.fromhex(oracle.read()["inputs"]["resp_static"])
    kitchen.identity = type(kitchen.identity)(secret)
    kitchen.write_identity(secret.hex())
    kitchen.public_key = kitchen.identity.text
    kitchen.sections["relay door"] = {"line": DOOR, "pulse": "300ms"}
    kitchen.sections["relay garage"] = {"line": GARAGE, "pulse": "300ms"}
    kitchen.sections["policy friend"] = {"relay": "door"}
    friend = beside(kitchen, "friend", called=False)
    other = beside(kitchen, "other", suite=2, psk=secrets.token_bytes(32),
                   secret=secret_above(kitchen.identity.public))
    low = beside(kitchen, "low", secret=secret_below(kitchen.identity.public))
    unittest.enterModuleContext(Live(friend, other, low))
    kitchen.begin()
    friend.keep_up()
    wait(lambda: friend.is_up and other.is_up and low.is_up, "all have a session")
    # From here on it does what a test says.
    friend.manners.upkeep = False
    wait(kitchen.has_card, "kitchen has its card")
    ConductTest.kitchen, ConductTest.friend = kitchen, friend
    ConductTest.other, ConductTest.low = other, low


class ConductTest(SceneTest):
    """A friend who calls and may switch the relay; another, of suite 2 and with a psk, whose public
    key is above that of the kitchen; one whose public key is below."""

    def came(self, peer, name, since, **fields):
        """Waits for a record with these fields that came after `since` others; returns all."""
        def found():
            return [one.record.fields for one in peer.got(name, since)
                    if fields.items() <= one.record.fields.items()]
        return wait(found, f"{peer.name} gets {name} {fields}")

    def at(self, source):
        """The handshake messages that came to one of friend's addresses."""
        return [one.data for one in list(self.friend.wire.arriving.seen)
                if one.target == source and one.kind < 16]

    def ping(self, peer, **how):
        """Sends a PING as `how` says; returns a function that tells whether it was answered."""
        data, since = secrets.token_bytes(4), len(peer.arrivals)
        peer.send(record("PING", data=data), **how)
        return lambda: any(one.record.fields["data"] == data for one in peer.got("PONG", since))

    def assert_answered(self, peer, **how):
        wait(self.ping(peer, **how), f"{peer.name} gets a PONG")

    def assert_not_answered(self, peer, **how):
        answered = self.ping(peer, **how)
        # One that was sent later is, and overtakes nothing on this machine.
        self.assert_answered(peer)
        self.assertFalse(answered())

    def assert_nothing_came(self, peer, name, since):
        """What was sent before is dealt with by now, and no record of that name came."""
        self.assert_answered(peer)
        self.assertEqual(peer.got(name, since), [])

    def renew(self, peer):
        """New keys; asked for again where the handshake has crossed one of the kitchen's."""
        asked, since = [], 0.0

        def has_switched():
            nonlocal since
            if time.monotonic() - since > 4:
                since = time.monotonic()
                asked.append(peer.initiate().index)
            return peer.is_up and peer.slots.current.own_index in asked

        wait(has_switched, f"{peer.name} has new keys")
