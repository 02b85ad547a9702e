"""The messages of Tests/Vectors/intercom_v1.json that must be dropped, and that they are."""

from .frames import AUDIO
from .handshake import with_mac
from .primitives import SUITES, Dropped

def _spoilt(message, patch):
    """A message with some of its bytes changed (`^` flips bits), cut or added."""
    made = bytearray(message)
    for place, value in patch.items():
        if place == "cut":
            del made[-value:]
        elif place == "add":
            made += bytes.fromhex(value)
        elif value.startswith("^"):
            made[int(place)] ^= int(value[1:], 16)
        else:
            part = bytes.fromhex(value)
            made[int(place):int(place) + len(part)] = part
    return bytes(made)


def _message(inputs, suite, one):
    if one["at"] == "frame":
        return _spoilt(inputs.sealer(suite).seal(AUDIO, bytes(64)), one["patch"])
    i, r, _ = inputs.shake(suite)
    made = _spoilt({"m1": i.m1, "m2": r.m2, "m3": i.m3}[one["at"]], one["patch"])
    return with_mac(inputs.resp_public, made[:-8]) if one["fix_mac"] else made


def _refuse(inputs, suite, one, message):
    """Gives the message to the side that must drop it."""
    if one["at"] == "frame":
        inputs.opener(suite).open(message)
    elif one["at"] == "m1":
        inputs.responder(message)
    elif one["at"] == "m2":
        inputs.initiator(suite).finish(message)
    else:
        known = {"psk of the responder differs": (suite, bytes(32)), "key not known": None,
                 "peer pinned to the other suite": (3 - suite, inputs.psk)}
        inputs.shake(suite)[1].finish(message, {
            inputs.init_public: known.get(one["why"], (suite, inputs.psk))}.get)


def values(inputs, given):
    found = []
    for one in given:
        for suite in SUITES:
            message = _message(inputs, suite, one)
            try:
                _refuse(inputs, suite, one, message)
            except Dropped:
                found.append({"at": one["at"], "suite": suite, "why": one["why"],
                              "message": message})
            else:
                raise AssertionError(f"not dropped: {one['at']} {one['why']}")
    return found
