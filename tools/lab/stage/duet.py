"""When two people speak in one talk, and how loud: what a canceller is measured with.

The far voice speaks from the beginning to `END`, the near one from `DOUBLE` to `AGAIN`; at `MOVED`
the near microphone is moved. What is heard without a canceller is the measure of what one takes
away (stage.echoes).
"""

DOUBLE, AGAIN, MOVED, END = 14.0, 22.0, 26.0, 34.0
"""Seconds."""
ECHO_LEVEL, NEAR_LEVEL = -24.0, -27.0
"""dBFS RMS at the near microphone: somebody there is 3 dB softer than the echo."""
GOOD = 15.0
"""dB of echo gone from which a canceller counts as recovered."""
CLIP = 8000
"""Where a loudspeaker that clips does so, softly, in steps of 16 bits."""
GOALS = {"linear": 35, "clipping": 22}
"""dB gone from 5 s on; the near voice loses `NEAR_GOAL` dB at most, and the echo of a microphone
that was moved is gone after `RECOVERY_GOAL` s."""
NEAR_GOAL, RECOVERY_GOAL = -4.0, 2.0
