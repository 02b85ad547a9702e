"""Scenarios: real daemons on a real kernel in virtual time (User-Mode Linux).

`world` is inside the guest, `run`, `boot` and `case` are outside; `Tests/Scenarios` has what is
played. Virtual time goes on only when everybody sleeps, so a run takes the same nanoseconds and
leaves the same log however busy this machine is.
"""
