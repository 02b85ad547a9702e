"""The path challenge of §1.7 "Endpoint": a peer that moved must answer at its new address."""

import secrets

from .records import record

CHALLENGES_S = (0, 0.5, 1)


class Paths:
    """Where a session's packets go. Without `manners.challenges` it does as this release."""

    def __init__(self, peer):
        self._peer, self.other_source = peer, 0
        self._asked = {}

    def note(self, session, counter, source):
        """A valid packet came from there."""
        if source == session.endpoint:
            return
        self.other_source += 1
        is_newest = counter == session.opener.window.highest
        if self._peer.manners.challenges and is_newest and source not in self._asked:
            self._ask(session, source)

    def _ask(self, session, source):
        data, now = secrets.token_bytes(8), self._peer.clock()
        self._asked[source] = data

        def again():
            if self._asked.get(source) == data:
                self._peer.send(record("PATH_CHALLENGE", data=data), session=session, to=source)

        for offset in CHALLENGES_S:
            self._peer.at(now + offset, again)
        # Without a response, a later packet may cause new challenges.
        self._peer.at(now + 2 * CHALLENGES_S[-1], lambda: self._forget(source, data))

    def _forget(self, source, data):
        if self._asked.get(source) == data:
            del self._asked[source]

    def take(self, session, one, source):
        """PATH_CHALLENGE or PATH_RESPONSE."""
        if not self._peer.manners.challenges:
            return
        if one.name == "PATH_CHALLENGE":
            response = record("PATH_RESPONSE", data=one.fields["data"])
            self._peer.send(response, session=session, to=source)
        elif self._asked.get(source) == one.fields["data"]:
            del self._asked[source]
            for each in self._peer.slots.live():
                each.endpoint = source
