"""One way of datagrams: each passes, unless a rule drops, holds, repeats or changes it."""

from typing import NamedTuple


class Datagram(NamedTuple):
    """`source` and `target` are (host, port)."""

    at: float
    data: bytes
    source: tuple
    target: tuple

    @property
    def kind(self):
        """1 to 15: a handshake message; 16: a frame; 0: empty."""
        return min(self.data[0], 16) if self.data else 0


def every(_):
    return True


def of_kind(*kinds):
    """Which datagrams are of these kinds: M1, M2, M3, COOKIE, or 16 for frames."""
    return lambda datagram: datagram.kind in kinds


def taken_from(queue):
    """What is in a deque by now, taken out one by one: another thread may be adding."""
    while queue:
        yield queue.popleft()


class Rule:
    """What a gate does with the datagrams it concerns, the first `times` of them."""

    def __init__(self, gate, which, times, made):
        self._gate, self._which, self._times, self._made = gate, which, times, made
        self.taken = []

    def apply(self, datagram):
        """The datagrams to forward instead; None: the rule is not concerned."""
        if self._times is not None and len(self.taken) >= self._times or not self._which(datagram):
            return None
        self.taken.append(datagram)
        return self._made(datagram)

    def end(self):
        if self in self._gate.rules:
            self._gate.rules.remove(self)


class Held(Rule):
    """Keeps datagrams until they are let go, in any order, as often as one likes."""

    def release(self, *places, again=False):
        """Forwards those at these places of `taken`, or all; they stay there for `again`."""
        self.end()
        chosen = [self.taken[place] for place in places] if places else list(self.taken)
        if not again:
            self.taken = [one for one in self.taken if one not in chosen]
        for one in chosen:
            self._gate.forward(one._replace(at=self._gate.clock()))


class Gate:
    """Rules apply in the order in which they were made; the first that is concerned decides."""

    def __init__(self, forward, clock):
        self.forward, self.clock, self.rules, self.seen = forward, clock, [], []

    def take(self, datagram):
        self.seen.append(datagram)
        for rule in list(self.rules):
            made = rule.apply(datagram)
            if made is not None:
                for one in made:
                    self.forward(one)
                return
        self.forward(datagram)

    def _add(self, rule):
        self.rules.append(rule)
        return rule

    def drop(self, which=every, times=None):
        return self._add(Rule(self, which, times, lambda _: []))

    def hold(self, which=every, times=None):
        return self._add(Held(self, which, times, lambda _: []))

    def repeat(self, which=every, copies=2, times=None):
        return self._add(Rule(self, which, times, lambda one: [one] * copies))

    def change(self, how, which=every, times=None):
        """`how` makes another datagram of one, with `_replace(data=...)` or another source."""
        return self._add(Rule(self, which, times, lambda one: [how(one)]))

    def clear(self):
        self.rules.clear()
