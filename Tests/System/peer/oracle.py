"""Computes the values of Tests/Vectors/intercom_v1.json from its inputs.

`values` is everything in the file except `about` and `inputs`. For a change of version 1, add an
input by hand, change this implementation as docs/protocol.md says, and write the file anew.
"""

import copy
import json
import pathlib

from . import (audio, cookie, finding, keytext, messages, mlkem, pairing, records, recording,
               rosters)
from .frames import AUDIO, CONTROL, START, Opener, Sealer, counter_of
from .handshake import Initiator, Responder, with_mac
from .primitives import SUITES, Dropped, public_key, sha256
from .upkeep import Waits

FILE = pathlib.Path(__file__).resolve().parents[2] / "Vectors/intercom_v1.json"


class Inputs:
    """The inputs of the file, as bytes where they are."""

    def __init__(self, given):
        self.given = given
        for name in ("init_static", "resp_static", "init_e", "resp_e", "kem_seed", "kem_m", "psk",
                     "init_index", "resp_index", "init_caps", "resp_caps"):
            setattr(self, name, bytes.fromhex(given[name]))
        self.init_public = public_key(self.init_static)
        self.resp_public = public_key(self.resp_static)
        self.kem = mlkem.generate(self.kem_seed)
        self._shaken = {suite: self._shake(suite) for suite in SUITES}
        self.keys = {suite: keys for suite, (_, _, keys) in self._shaken.items()}

    def initiator(self, suite, baked=b""):
        return Initiator(self.init_static, self.resp_public, suite, self.psk, caps=self.init_caps,
                         index=self.init_index, e=self.init_e, kem=self.kem, cookie=baked)

    def responder(self, m1):
        return Responder(self.resp_static, m1, caps=self.resp_caps, index=self.resp_index,
                         e=self.resp_e, m=self.kem_m)

    def shake(self, suite):
        """(initiator, responder, keys) of the handshake of a suite; the caller gets copies."""
        return tuple(copy.copy(one) for one in self._shaken[suite])

    def _shake(self, suite):
        i = self.initiator(suite)
        r = self.responder(i.m1)
        keys = i.finish(r.m2)
        assert r.finish(i.m3, {self.init_public: (suite, self.psk)}.get).exporter == keys.exporter
        return i, r, keys

    def sealer(self, suite, way="i2r"):
        index = self.resp_index if way == "i2r" else self.init_index
        return Sealer(suite, getattr(self.keys[suite], way), index)

    def opener(self, suite, way="i2r"):
        index = self.resp_index if way == "i2r" else self.init_index
        return Opener(suite, getattr(self.keys[suite], way), index)


def handshake(inputs, suite):
    """The values of one handshake."""
    i, r, keys = inputs.shake(suite)
    assert (i.h1, i.h2, i.state.h) == (r.h1, r.h2, r.state.h)
    given = inputs.given["cookie"]
    baked = cookie.cookie_for(bytes.fromhex(given["secret"]), (given["ip"], given["port"]))
    keyed = inputs.initiator(suite, baked).m1
    replied = cookie.reply(inputs.resp_public, i.m1, baked, bytes.fromhex(given["n"]))
    assert cookie.opened(inputs.resp_public, i.m1, replied) == baked
    return {
        "suite": suite, "name": SUITES[suite].name.decode(),
        "h0": _start(suite, inputs.resp_public), "m1": i.m1, "h1": i.h1, "m2": r.m2, "h2": i.h2,
        "m3": i.m3, "h3": i.state.h,
        "keys": {"i2r": keys.i2r._asdict(), "r2i": keys.r2i._asdict()},
        "exporter": keys.exporter, "cookie": baked, "cookie_reply": replied,
        "m1_keyed_head": keyed[:8], "m1_keyed_mac": keyed[-8:],
    }


def _start(suite, responder):
    """h0: what both know before the first message."""
    name = sha256(SUITES[suite].name)
    return sha256(sha256(name, b"intercom\1", bytes([suite])), responder)


def _frames(inputs):
    found = []
    for suite in SUITES:
        for way in ("i2r", "r2i"):
            for one in inputs.given["frames"]:
                plain = bytes.fromhex(one["plain"])
                frame = inputs.sealer(suite, way).seal(
                    one["flags"], plain, one["ctr"], one["time"])
                opener = inputs.opener(suite, way)
                # A receiver that is as far as the sender.
                opener.window.highest = one["ctr"] - 1
                assert opener.open(frame) == (one["ctr"], one["flags"], one["time"], plain)
                found.append({"suite": suite, "dir": way, "flags": one["flags"],
                              "ctr": one["ctr"], "frame": frame})
    return found


def _audio(inputs, one):
    frames = {int(seq): bytes.fromhex(data) for seq, data in one["frames"].items()}
    packet = [frames[(one["seq"] - i * one["offset"]) & 0xFFFF] for i in range(one["depth"] + 1)]
    plain = audio.packed(one["seq"], packet, kind=one["kind"], offset=one["offset"],
                         size=one["size"])
    flags = one["stream"] | (START if one["start"] else 0)
    return {"plain": plain,
            "frame": [inputs.sealer(suite).seal(flags, plain, one["ctr"], one["time"])
                      for suite in SUITES]}


def _audio_parsed(plain):
    try:
        return {**audio.parsed(plain)._asdict()}
    except Dropped:
        return "drop"


def _record(one):
    fields = dict(one["fields"])
    for name in ("id", "data", "boot", "site", "text", "file"):
        if name in fields:
            fields[name] = bytes.fromhex(fields[name])
    if "ref" in fields:
        kind, _, name = fields["ref"].rpartition(":")
        makers = {"CHANNEL": records.channel, "RELAY": records.relay, "": bytes.fromhex,
                  "CALL": lambda call: bytes.fromhex(call)[-8:]}
        fields["ref"] = makers[kind](name)
    if "who" in fields:
        kind, _, who = fields["who"].rpartition(":")
        who = bytes.fromhex(who)
        fields["who"] = records.member(who) if kind == "MEMBER" else who
    made = records.record(one["name"], **fields)
    assert made.fields == fields
    return made


def _control(inputs, place, one):
    made = _record(one)
    plain = records.packed(made)
    assert records.parsed(plain) == [made]
    return {"name": one["name"], "record": made.encoded,
            "frame": [inputs.sealer(suite, "r2i").seal(CONTROL, plain, 1000 + place, 100 + place)
                      for suite in SUITES]}


def _control_parsed(plain):
    try:
        return records.parsed(plain)
    except Dropped:
        return "drop"


def _window(inputs, counters):
    sealer, opener, found = inputs.sealer(2), inputs.opener(2), []
    for counter in counters:
        try:
            opener.open(sealer.seal(CONTROL, bytes(64), counter))
            found.append(True)
        except Dropped:
            found.append(False)
    return found


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
        # With a size of its own it is sealed well, so that nothing else than its size is wrong.
        return _spoilt(inputs.sealer(suite).seal(AUDIO, bytes(one.get("size", 64))), one["patch"])
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


def refused(inputs, given):
    """The messages that must be dropped, and that they are."""
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


def _retry(inputs):
    draws = inputs.given["retry_draws"]
    waits = Waits(iter(draws).__next__)
    return [waits.next_ms() for _ in draws]


def _pairing(one):
    def side(letter, scalar):
        return pairing.Side(int(one[scalar], 16), bytes.fromhex(one[f"nonce_{letter}"]),
                            one[f"suites_{letter}"], bytes.fromhex(one[f"static_{letter}"]),
                            bytes.fromhex(one[f"caps_{letter}"]), one[f"name_{letter}"])
    return pairing.transcript(
        pairing.normal(one["code_typed"]), side("a", "x"), side("b", "y"),
        bytes.fromhex(one["kem_seed"]), bytes.fromhex(one["kem_m"]))


def _written(one):
    """(readers, chunks, file) of a recording."""
    readers = [recording.Reader(*(bytes.fromhex(each[name]) for name in (
        "x25519_secret", "kem_seed", "e", "kem_m"))) for each in one["recipients"]]
    chunks = [[(each["ms"], each["source"], bytes.fromhex(each["data"])) for each in chunk]
              for chunk in one["chunks"]]
    file = recording.written(one["suite"], one["start_ms"], bytes.fromhex(one["prefix"]),
                             bytes.fromhex(one["file_key"]), readers, chunks)
    return readers, chunks, file


def _recording(one):
    readers, chunks, file = _written(one)
    # One byte short of the last chunk, which is empty: 4 bytes and a tag.
    truncated = len(file) - 21
    plain = [b"".join(recording.entry(*each) for each in chunk) for chunk in chunks]
    for reader in readers:
        assert recording.read(file, reader) == (plain, True)
        assert recording.read(file[:truncated], reader) == (plain[:1], False)
    text = recording.key_text(readers[0].public)
    return {"file": file, "key_sha256": sha256(text.encode()),
            "key_check": text.split(":")[-1], "truncated": truncated}


def _lan(inputs):
    given, found = inputs.given["lan"], {"tags": []}
    nonce, rest = bytes.fromhex(given["nonce"]), bytes.fromhex(given["rest"])
    for psk in (bytes(32), inputs.psk):
        key = finding.key(inputs.init_static, inputs.resp_public, psk)
        assert key == finding.key(inputs.resp_static, inputs.init_public, psk)
        found["tags"].append({"psk": psk, "init": finding.tag(key, nonce, inputs.init_public),
                              "resp": finding.tag(key, nonce, inputs.resp_public)})
    tags = [finding.tag(key, nonce, inputs.init_public),
            *(rest * 2 + number.to_bytes(2, "big") for number in range(1, finding.TAGS))]
    message = finding.message(given["instance"], given["host"], given["port"],
                              finding.text(nonce, tags), given["addresses"])
    assert finding.announced(message).is_of(key, inputs.init_public)
    assert not finding.announced(message).is_of(key, inputs.resp_public)
    return {**found, "message": message}


def _rendezvous(inputs):
    """A message of the initiator to the responder at a broker."""
    given = inputs.given["rendezvous"]
    key = finding.rendezvous_key(inputs.init_static, inputs.resp_public, inputs.psk)
    assert key == finding.rendezvous_key(inputs.resp_static, inputs.init_public, inputs.psk)
    at = finding.topic(key, inputs.init_public, given["day"])
    record = finding.whereabouts(given["written_ms"], given["addresses"], given["in_vain_ms"])
    missed = finding.called_in_vain(record)
    assert 0 <= given["in_vain_ms"] - missed < finding.MINUTE_MS
    message = finding.sealed(key, at, bytes.fromhex(given["salt"]), record)
    assert finding.opened(key, at, message) == record
    return {"topic": at, "record": record, "message": message, "missed_ms": missed}


def _site(one):
    """A roster of which every byte is fixed, and what people and records say of it."""
    text = rosters.make(
        one["secret"], one["counter"],
        [(each["name"], f"{each['key']} {','.join(each['addresses'])}".strip())
         for each in one["stations"]],
        one["name"], one["channels"].items())
    rosters.verify(text)
    return {"text": text, "text_ref": sha256(text.encode())[:8], "ref": rosters.reference(text),
            "digits": rosters.digits(text)}


def _exchange(one):
    (reader,), _, file = _written(one["file"])
    return {"key": reader.public, "file": file, **messages.exchange(
        bytes.fromhex(one["id"]), file, reader, one["length_ms"], one["file"]["start_ms"])}


def _plain(value):
    """As JSON has it: bytes in hex."""
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def values(given):
    """All values that follow from the inputs."""
    inputs = Inputs(given)
    public = {"init": inputs.init_public, "resp": inputs.resp_public}
    return _plain({
        "public": public,
        "handshake": [handshake(inputs, suite) for suite in SUITES],
        "cookie6": cookie.cookie_for(bytes.fromhex(given["cookie6"]["secret"]),
                                     (given["cookie6"]["ip"], given["cookie6"]["port"])),
        "frames": _frames(inputs),
        "audio": [_audio(inputs, one) for one in given["audio"]],
        "audio_parse": [_audio_parsed(bytes.fromhex(one)) for one in given["audio_parse"]],
        "control": [_control(inputs, *one) for one in enumerate(given["control"])],
        "control_parse": [_control_parsed(bytes.fromhex(one)) for one in given["control_parse"]],
        "window": [_window(inputs, one) for one in given["window"]],
        "reconstruct": [counter_of(*one) for one in given["reconstruct"]],
        "retry_ms": _retry(inputs),
        "text": [{"pk": one, "key": keytext.written(one),
                  "fingerprint": keytext.fingerprint(one)} for one in public.values()],
        "codes": [pairing.normal(typed) for typed, _ in given["codes"]],
        "pairing": [_pairing(one) for one in given["pairing"]],
        "recording": [_recording(one) for one in given["recording"]],
        "message": [_exchange(one) for one in given["message"]],
        "lan": _lan(inputs),
        "rendezvous": _rendezvous(inputs),
        "site": _site(given["site"]),
        "refuse": refused(inputs, given["refuse"]),
    })


def read():
    return json.loads(FILE.read_text(encoding="utf-8"))


def differences(known, made):
    """(name, what) of each value of the file that its inputs do not make."""
    for name in [*made, *(set(known) - set(made) - {"about", "inputs"})]:
        if name not in known or name not in made:
            yield name, "is in the file alone" if name in known else "is not in the file"
        elif isinstance(made[name], list) and len(made[name]) == len(known[name]):
            for place, (one, other) in enumerate(zip(made[name], known[name])):
                if one != other:
                    yield name, f"case {place} differs"
        elif made[name] != known[name]:
            yield name, "differs"


def text(known, made):
    """The file with these values."""
    kept = {name: known[name] for name in ("about", "inputs")}
    return json.dumps({**kept, **made}, indent=1, ensure_ascii=False) + "\n"
