"""What is in the guest: stations in network namespaces, their keys, lamps, rooms, and the wire.

Time is virtual: computing takes none of it, so what is logged happens at the same nanosecond in
every run. Whoever waits here listens meanwhile to what the stations tell.
"""

from .world import World
