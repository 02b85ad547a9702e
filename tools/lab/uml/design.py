"""What the design promises, for scenarios to judge by: ms, and bytes of packets."""

FRAME, PREROLL, DEBOUNCE, TAIL = 10, 200, 5, 150
"""One packet of sound; what is sent from before the key, when a key counts, and what is sent from
after it, unless the settings say otherwise (intercomd.conf(5))."""
BLOCK = 5
"""One period of the card, and what is mixed at once (voice.md)."""
LOOKAHEAD = 6.5
"""What the encoder waits for (Opus, VOIP)."""
QUEUED = 2 * BLOCK
"""Sound that waits in the speaker's card when the next period is given: all periods but one, of
three (voice.md)."""
WAY = (FRAME + LOOKAHEAD + QUEUED, FRAME + LOOKAHEAD + QUEUED + BLOCK)
"""From mouth to ear where network and processor cost nothing (voice.md): a frame, the look-ahead,
what is queued before it, and up to one block of waiting."""
TRIFLE = 0.5
"""Delay that is not worth a cut (voice.md)."""
TICK = 1
"""The guest's kernel's: it tells an edge, and that a period is full, at the next one."""

M1, M2, M3, COOKIE, DATA = 1232, 1188, 96, 56, 89
"""The packets there are (protocol.md)."""
