"""The curve P-256, as little of it as SPAKE2 needs."""

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
A = P - 3
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def plus(p, q):
    """The sum of two points; None is the identity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def times(number, point):
    made = None
    while number:
        if number & 1:
            made = plus(made, point)
        point, number = plus(point, point), number >> 1
    return made


def minus(p, q):
    return plus(p, (q[0], -q[1] % P))


def is_on_curve(point):
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x - A * x - B) % P == 0


def unpacked(data):
    """A point of 33 or 65 bytes."""
    x = int.from_bytes(data[1:33], "big")
    if data[0] == 4:
        return x, int.from_bytes(data[33:], "big")
    y = pow(x * x * x + A * x + B, (P + 1) // 4, P)
    return x, y if y % 2 == data[0] - 2 else P - y


def packed(point):
    """Uncompressed, 65 bytes."""
    return b"\4" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")
