"""Sets for emulated programs the socket options that QEMU does not know; see options.c."""

import ctypes
import errno
import os
import socket
import struct
import threading

HEAD = struct.Struct("=ii")
"""Level and name of an option, before its value."""
FILTER = (socket.SOL_SOCKET, 51)
"""SO_ATTACH_REUSEPORT_CBPF, whose value is a filter of instructions of 8 bytes each."""


class Options:
    """Listens at a path until it is closed."""

    def __init__(self, path):
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.listener.close()
        os.unlink(self.path)

    def _serve(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            with link:
                body, descriptors, _, _ = socket.recv_fds(link, 65536, 1)
                link.send(struct.pack("=i", _set(body, descriptors)))
                for descriptor in descriptors:
                    os.close(descriptor)


def _set(body, descriptors):
    """Sets what a message says; returns 0 or an errno."""
    if len(descriptors) != 1 or len(body) <= HEAD.size:
        return errno.EINVAL
    option, value = HEAD.unpack_from(body), body[HEAD.size:]
    codes = ctypes.create_string_buffer(value, len(value))
    if option == FILTER:
        value = struct.pack("@HP", len(value) // 8, ctypes.addressof(codes))
    with socket.socket(fileno=os.dup(descriptors[0])) as one:
        try:
            one.setsockopt(*option, value)
        except OSError as error:
            return error.errno
    return 0
