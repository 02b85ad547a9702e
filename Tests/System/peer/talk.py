"""Sound of a peer: talkspurts it sends, and the streams it hears."""

from . import audio, opus
from .frames import AUDIO, START
from .records import record

START_S = 0.1
"""How long a talkspurt has its start bit, at least."""
SPURT_ENDS_S = (0.02, 0.04, 0.06)


class Talk:
    """One talkspurt under way: a frame each `frame_s` seconds, on the session then current.

    `frames` are Opus packets of one length, a list or an endless iterator; the packets of those
    whose numbers are in `lost` are not sent.
    """

    def __init__(self, peer, stream, frames, speech, frame_s, lost=()):
        self._peer, self.stream, self._frames, self._speech = peer, stream, iter(frames), speech
        self.frame_s, self.start, self.sent = frame_s, peer.clock(), []
        self._lost = lost
        self._next, self.is_over, self._ending = next(self._frames, None), False, False
        self._send()

    def end(self):
        """Lets the next frame be the last."""
        self._ending = True

    def _send(self):
        if self.is_over:
            return
        frame, self._next = self._next, next(self._frames, None)
        number, last = len(self.sent), self._ending or self._next is None
        seq, plain = self._speech.packet(frame, last)
        flags = AUDIO | self.stream | (START if number * self.frame_s < START_S else 0)
        session = self._peer.slots.current
        self.sent.append((seq, session))
        if session is not None and number not in self._lost:
            self._peer.send_frame(flags, plain, session=session)
        if last:
            self._finish(seq)
        else:
            # By the plan, not by the last packet: what came late is caught up.
            self._peer.at(self.start + (number + 1) * self.frame_s, self._send)

    def _finish(self, seq):
        self.is_over = True
        for offset in SPURT_ENDS_S:
            self._peer.at(self._peer.clock() + offset, lambda: self._peer.send_if_up(
                record("SPURT_END", stream=self.stream, last=seq)))


class Heard:
    """What came of one stream; `frames` by the running number of each frame."""

    def __init__(self):
        self.frames, self.moments, self._last = {}, {}, None
        # Each session it came on, the flags and the number of copies of each packet, in order.
        self.sessions, self.flags, self.depths = [], [], []
        self.false_copies = 0
        self.packets = self._packets_then = self._played_then = self.total = 0
        self.ended = False

    def note(self, packet, session, flags, at):
        """Takes an audio packet, with its copies."""
        self.packets += 1
        self.flags.append(flags)
        self.depths.append(len(packet.frames) - 1)
        if session not in self.sessions:
            self.sessions.append(session)
        self.ended = packet.kind == audio.LAST
        for seq, data in packet.frames:
            base = seq if self._last is None else self._last
            number = base + ((seq - base + 0x8000) & 0xFFFF) - 0x8000
            if number not in self.frames:
                self.frames[number], self.moments[number] = data, at
            self.false_copies += self.frames[number] != data
            if data is packet.frames[0][1]:
                self._last = max(number, self._last or number)

    def report(self, stream, now):
        """REPORT and HEARD of §2.4 for the second that is over, as of a speaker that plays all."""
        received, self._packets_then = self.packets - self._packets_then, self.packets
        recent = [number for number, at in self.moments.items() if now - at < 2]
        lost = len(range(min(recent), max(recent) + 1)) - len(recent) if recent else 0
        played = sum(opus.duration_ms(data) for data in self.frames.values())
        grown, self._played_then = played - self._played_then, played
        return (
            record("REPORT", stream=stream, highest=(self._last or 0) & 0xFFFF,
                   loss=min(255, 256 * lost // max(1, lost + len(recent))), burst=8 * bool(lost),
                   jitter=20, delay=30, concealed=0, received=min(received, 0xFFFF)),
            record("HEARD", stream=stream, share=255, why=0, played=min(int(grown), 0xFFFF),
                   total=int(played) & 0xFFFF))

    def missing(self, since=None):
        """The numbers of frames that never came, from the first to the last one after `since`."""
        found = [number for number, at in self.moments.items() if since is None or at >= since]
        return sorted(set(range(min(found), max(found) + 1)) - set(found)) if found else []

    def samples(self, since=0.0, until=float("inf")):
        """The sound of the frames that arrived between two moments of the peer's clock."""
        numbers = [one for one, at in self.moments.items() if since <= at < until]
        if not numbers:
            return opus.decoded([])
        return opus.decoded([self.frames.get(one) for one in range(min(numbers),
                                                                   max(numbers) + 1)])


class Ear:
    """All streams a peer hears, and its reports."""

    def __init__(self, peer):
        self._peer, self.streams, self._reporting = peer, {}, set()

    def __getitem__(self, stream):
        return self.streams.setdefault(stream, Heard())

    def note(self, packet, session, flags):
        stream = flags & 31
        one = self[stream]
        one.note(packet, session, flags, self._peer.clock())
        if self._peer.manners.reports and stream not in self._reporting:
            self._reporting.add(stream)
            self._peer.at(self._peer.clock() + 1, lambda: self._report(stream, one.packets))

    def _report(self, stream, packets):
        """Once a second while audio arrives, and once at its end."""
        one = self[stream]
        self._peer.send_if_up(*one.report(stream, self._peer.clock()))
        if one.packets > packets and not one.ended:
            now = one.packets
            self._peer.at(self._peer.clock() + 1, lambda: self._report(stream, now))
        else:
            self._reporting.discard(stream)
