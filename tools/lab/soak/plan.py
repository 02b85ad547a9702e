"""What befalls the stations: the same for the same seed, however fast the machine is."""

import random
from typing import NamedTuple

KINDS = {
    "talk": 8, "talk together": 3, "keys": 2, "weather": 6, "outage": 2, "unplug": 4,
    "unplug in talk": 3, "suspend": 3, "xrun": 2, "terminate": 2, "kill": 2, "watchers": 3,
    "strangers": 2, "reload": 2, "reload without": 3, "reload address": 3, "reload nonsense": 1,
}
"""How often each happens, against the others."""

FIRST = ["talk", "weather", "unplug in talk", "terminate", "reload without", "watchers",
         "suspend", "kill", "reload address"]
"""A short run has met these, in the seed's order."""


class Event(NamedTuple):
    """One thing that happens: to whom, and how much of it."""

    number: int
    kind: str
    station: str
    other: str
    amount: float
    """From 0 to 1; each kind makes its own of it."""
    talker: str
    """Who talks after it."""
    seconds: float
    """For how long."""
    way: str
    seed: int

    def scale(self, least, most):
        """The amount between two ends."""
        return least + self.amount * (most - least)

    def __str__(self):
        return (f"#{self.number} {self.kind}: {self.station}, {self.other}, {self.amount:.2f}; "
                f"{self.talker} talks {self.seconds:.1f} s")


def events(seed, names, steady):
    """Endless events for these stations; `steady` is never restarted, and runs all the while."""
    chance = random.Random(seed)
    first = chance.sample(FIRST, len(FIRST))
    number = 0
    while True:
        kind = first.pop() if first else chance.choices(list(KINDS), list(KINDS.values()))[0]
        station, other = chance.sample(names, 2)
        talker = chance.choice(names)
        amount, seconds = chance.random(), chance.uniform(0.6, 2.0)
        way, own = chance.choice(["ab", "ba", "both"]), chance.getrandbits(32)
        if kind in ("terminate", "kill") and station == steady:
            station, other = other, station
        number += 1
        yield Event(number, kind, station, other, amount, talker, seconds, way, own)
