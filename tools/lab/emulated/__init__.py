"""Stations whose programs QEMU runs in user mode, on this machine's simulated hardware."""
