"""What a station does by the clock, rules 5, 7 and 8 of §1.7."""

from .retry import Waits

INITIATOR_S, RESPONDER_S, PACKETS = 120, 150, 1 << 20


class Upkeep:
    """Begun once, it goes on for as long as `manners.upkeep` holds."""

    def __init__(self, peer):
        self._peer, self._waits = peer, Waits(peer.public, peer.other)
        self._renewed, self._is_trying, self._beaten = None, False, None
        self._not_before = 0.0

    def begin(self):
        self._try()
        self._watch()

    def closed(self):
        """The other side has left: the next M1 after the first wait of rule 7."""
        self._waits.restart()
        self._not_before = self._peer.clock() + self._waits.next_ms() / 1000

    def _try(self):
        """Rule 7: M1 again and again while there is no session, or none that is young enough."""
        peer = self._peer
        self._is_trying = self._wants()
        if self._is_trying:
            self._renewed = peer.slots.current
            if peer.slots.next is None:
                peer.initiate(peer.slots.current and peer.slots.current.endpoint)
            peer.at(peer.clock() + self._waits.next_ms() / 1000, self._try)
        else:
            self._waits.restart()

    def _wants(self):
        peer, session = self._peer, self._peer.slots.current
        if not peer.manners.upkeep or (session is None and peer.address is None):
            return False
        if peer.clock() < self._not_before:
            return False
        if session is None:
            return True
        age = peer.clock() - session.born
        return age >= (INITIATOR_S if session.initiator else RESPONDER_S) \
            or session.sealer.counter >= PACKETS

    def _watch(self):
        """Begins to try when it must; a new session gets its heartbeats."""
        peer = self._peer
        if peer.slots.current is not None and peer.slots.current is not self._beaten:
            self._beaten = peer.slots.current
            self._beat(self._beaten)
        if not self._is_trying and self._wants():
            self._try()
        peer.at(peer.clock() + 0.5, self._watch)

    def _beat(self, session):
        """Rule 8: a cover packet when nothing was sent for a while."""
        peer, wait = self._peer, self._waits.heartbeat_ms() / 1000

        def due(silent_since):
            if peer.slots.current is not session:
                return
            if peer.sent_at > silent_since:
                peer.at(peer.sent_at + wait, lambda: due(peer.sent_at))
                return
            if peer.manners.upkeep:
                peer.send_cover()
            self._beat(session)

        # Who keeps nothing up looks again as much later.
        since = peer.sent_at if peer.manners.upkeep else peer.clock()
        peer.at(since + wait, lambda: due(since))
