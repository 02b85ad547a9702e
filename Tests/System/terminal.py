"""A program at a terminal of its own, which somebody reads and types at."""

import fcntl
import os
import pty
import struct
import termios
import time


class Screen:
    """What it has written so far, and a keyboard."""

    def __init__(self, command, environment, columns=80, rows=24, folder="/"):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], command, environment)
        os.set_blocking(self.fd, False)
        self.bytes = b""

    def read(self, seconds):
        """Takes what is written for so long; False if the program ends before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                chunk = os.read(self.fd, 65536)
            except BlockingIOError:
                time.sleep(0.02)
                continue
            except OSError:
                return False
            if not chunk:
                return False
            self.bytes += chunk
        return True

    def type(self, keys):
        """Somebody presses keys."""
        os.write(self.fd, keys)

    @property
    def text(self):
        return self.bytes.decode(errors="replace")

    def ended(self):
        """Waits until the program ends by itself; returns its exit code."""
        while self.read(0.2):
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
