"""What a station does by the clock, rules 5, 7 and 8 of §1.7."""

from .retry import Waits

INITIATOR_S, RESPONDER_S, PACKETS = 120, 150, 1 << 20


class Upkeep:
    """Begun once, it goes on for as long as `manners.upkeep` holds."""

    def __init__(self, peer):
        self._peer, self._waits = peer, Waits(peer.public, peer.other)
        # The page does not say whether both rules draw from one generator.
        self._beats = Waits(peer.public, peer.other)
        self._renewed, self._is_trying = None, False

    def begin(self):
        self._try()
        self._watch()
        self._beat()

    def _try(self):
        """Rule 7: M1 again and again while there is no session, or none that is young enough."""
        peer = self._peer
        self._is_trying = self._wants()
        if self._is_trying:
            self._renewed = peer.slots.current
            if peer.slots.next is None:
                peer.initiate()
            peer.at(peer.clock() + self._waits.next_ms() / 1000, self._try)
        else:
            self._waits.restart()

    def _wants(self):
        peer, session = self._peer, self._peer.slots.current
        if not peer.manners.upkeep or (session is None and peer.address is None):
            return False
        if session is None:
            return True
        age = peer.clock() - session.born
        return age >= (INITIATOR_S if session.initiator else RESPONDER_S) \
            or session.sealer.counter >= PACKETS

    def _watch(self):
        """Begins to try when it must; a session that is there has an address, too."""
        peer = self._peer
        if peer.slots.current is not None:
            peer.address = peer.address or peer.slots.current.endpoint
        if not self._is_trying and self._wants():
            self._try()
        peer.at(peer.clock() + 0.5, self._watch)

    def _beat(self):
        """Rule 8: a cover packet when nothing was sent for a while."""
        peer, wait = self._peer, self._beats.heartbeat_ms() / 1000

        def due(silent_since):
            if peer.sent_at > silent_since:
                peer.at(peer.sent_at + wait, lambda: due(peer.sent_at))
                return
            if peer.is_up and peer.manners.upkeep:
                peer.send_cover()
            self._beat()

        since = peer.sent_at
        peer.at(peer.clock() + wait, lambda: due(since))
