"""Lines for the control socket that nobody should send, and how many answers they have."""

REQUEST_MOST = 4096
"""Bytes of a request; a longer one is refused, and the connection closed."""


def answers_due(lines):
    """How many answers lines have: one each, but for empty ones, until one that is too long."""
    due = 0
    for text in lines:
        due += len(text) > 0
        if len(text) > REQUEST_MOST:
            break
    return due


def line(chance):
    """One line that nobody should send, or almost."""
    requests = (b'{"v":1,"do":"status"}', b'{"v":1,"do":"peers"}', b'{"v":1,"do":"key"}',
                b'{"v":1,"do":"version"}', b'{"v":1,"do":"monitor"}',
                b'{"v":1,"do":"reload"}',
                b'{"v":1,"do":"ptt","action":"down","target":"house"}',
                b'{"v":1,"do":"ptt","action":"up","target":"house"}',
                b'{"v":1,"do":"ptt","action":"down","target":"kitchen"}')
    true = bytearray(chance.choice(requests))
    kind = chance.randrange(9)
    if kind == 0:
        text = chance.randbytes(chance.randrange(200))
    elif kind == 1:  # Some bytes changed.
        for _ in range(chance.randrange(1, 4)):
            true[chance.randrange(len(true))] = chance.randrange(256)
        text = bytes(true)
    elif kind == 2:
        text = bytes(true[: chance.randrange(len(true))])
    elif kind == 3:
        place_ = chance.randrange(len(true))
        text = bytes(true[:place_]) + chance.randbytes(chance.randrange(8)) + bytes(true[place_:])
    elif kind == 4:  # Values of another sort.
        long = b'"' + b"x" * chance.randrange(3000) + b'"'
        other = chance.choice((b"null", b"-1", b"1e999", b"[]", b"{}", b'"\\u0000"', b'"\xff"',
                               b"18446744073709551616", long))
        text = bytes(true).replace(chance.choice((b"1", b'"status"', b'"house"', b'"down"')), other)
    elif kind == 5:  # Deep, and never closed.
        text = chance.choice((b"[", b'{"v":', b'{"a":[')) * chance.randrange(1, 500)
    elif kind == 6:
        text = bytes(true) + bytes(true)
    elif kind == 7 and chance.randrange(100) == 0:
        text = chance.choice((b"x", b'{"v":1,', b"\0")) * chance.randrange(4000, 9000)
    else:
        text = bytes(true)
    return text.replace(b"\n", b" ")
