"""ML-KEM-768, from FIPS 203; algorithm numbers are of that standard.

A polynomial is an array of 256 integers from 0 to q - 1; a vector has three of them, the matrix
three vectors.
"""

import hashlib

import numpy

Q, N, K = 3329, 256, 3
DU, DV = 10, 4
EK_SIZE = 1184


def _reversed(number):
    return int(f"{number:07b}"[::-1], 2)


ZETAS = numpy.array([pow(17, _reversed(i), Q) for i in range(128)])
GAMMAS = numpy.array([pow(17, 2 * _reversed(i) + 1, Q) for i in range(128)])


def _hash(data):
    return hashlib.sha3_256(data).digest()


def _hash_two(data):
    made = hashlib.sha3_512(data).digest()
    return made[:32], made[32:]


def _bits(data):
    return numpy.unpackbits(numpy.frombuffer(data, numpy.uint8), bitorder="little")


def _encode(values, bits):
    """Algorithm 5: so many bits of each value, lowest first."""
    spread = values.reshape(-1, 1) >> numpy.arange(bits) & 1
    return numpy.packbits(spread.astype(numpy.uint8), bitorder="little").tobytes()


def _decode(data, bits):
    """Algorithm 6, without the reduction modulo q; several polynomials make a vector."""
    values = _bits(data).reshape(-1, bits).astype(numpy.int64) @ (1 << numpy.arange(bits))
    return values if len(values) == N else values.reshape(-1, N)


def _compress(values, bits):
    return ((values << bits) + Q // 2) // Q & ((1 << bits) - 1)


def _decompress(values, bits):
    return values * Q + (1 << bits - 1) >> bits


def _sample_uniform(seed):
    """Algorithm 7: a polynomial in the NTT domain."""
    size, found = 840, []
    while len(found) < N:
        stream = hashlib.shake_128(seed).digest(size)
        a, b, c = numpy.frombuffer(stream, numpy.uint8).reshape(-1, 3).astype(numpy.int64).T
        pairs = numpy.stack([a + 256 * (b % 16), b // 16 + 16 * c], axis=1).reshape(-1)
        found, size = pairs[pairs < Q], 2 * size
    return found[:N]


def _sample_small(seed, number):
    """Algorithm 8 with η = 2, of the output of PRF."""
    stream = hashlib.shake_256(seed + bytes([number])).digest(128)
    four = _bits(stream).reshape(-1, 4).astype(numpy.int64)
    return (four[:, 0] + four[:, 1] - four[:, 2] - four[:, 3]) % Q


def _ntt(values):
    """Algorithm 9, of one polynomial or of each of a vector."""
    shape, f = values.shape, values
    for layer in range(7):
        blocks = 1 << layer
        f = f.reshape(-1, blocks, 2, N // 2 // blocks)
        t = f[:, :, 1] * ZETAS[blocks:2 * blocks, None] % Q
        f = numpy.stack([f[:, :, 0] + t, f[:, :, 0] - t], axis=2) % Q
    return f.reshape(shape)


def _inverse_ntt(values):
    """Algorithm 10."""
    shape, f = values.shape, values
    for layer in reversed(range(7)):
        blocks = 1 << layer
        f = f.reshape(-1, blocks, 2, N // 2 // blocks)
        # The standard counts these factors down.
        zetas = ZETAS[blocks:2 * blocks][::-1, None]
        f = numpy.stack([f[:, :, 0] + f[:, :, 1],
                         zetas * (f[:, :, 1] - f[:, :, 0]) % Q], axis=2) % Q
    return f.reshape(shape) * 3303 % Q


def _dot(row, column):
    """The sum of the products of two vectors in the NTT domain (algorithms 11 and 12)."""
    a, b, c, d = row[:, ::2], row[:, 1::2], column[:, ::2], column[:, 1::2]
    even = a * c + b * d % Q * GAMMAS
    return numpy.stack([even, a * d + b * c], axis=2).reshape(K, N).sum(axis=0) % Q


def _matrix(rho):
    return numpy.array([[_sample_uniform(rho + bytes([j, i])) for j in range(K)]
                        for i in range(K)])


def _product(matrix, column):
    return numpy.array([_dot(row, column) for row in matrix])


def _small_vector(seed, first):
    return numpy.array([_sample_small(seed, first + i) for i in range(K)])


def generate(seed):
    """Algorithm 16: (encapsulation key, decapsulation key) of d ‖ z."""
    d, z = seed[:32], seed[32:]
    rho, sigma = _hash_two(d + bytes([K]))
    secret, error = _ntt(_small_vector(sigma, 0)), _ntt(_small_vector(sigma, K))
    public = (_product(_matrix(rho), secret) + error) % Q
    ek = _encode(public, 12) + rho
    return ek, _encode(secret, 12) + ek + _hash(ek) + z


def is_sound(ek):
    """The checks of §7.2: the length, and each coefficient below q."""
    return len(ek) == EK_SIZE and bool((_decode(ek[:-32], 12) < Q).all())


def _encrypt(ek, message, randomness):
    """Algorithm 14."""
    public, matrix = _decode(ek[:-32], 12), _matrix(ek[-32:])
    y = _ntt(_small_vector(randomness, 0))
    transposed = matrix.transpose(1, 0, 2)
    u = (_inverse_ntt(_product(transposed, y)) + _small_vector(randomness, K)) % Q
    v = (_inverse_ntt(_dot(public, y)) + _sample_small(randomness, 2 * K)
         + _decompress(_decode(message, 1), 1)) % Q
    return _encode(_compress(u, DU), DU) + _encode(_compress(v, DV), DV)


def encapsulate(ek, message):
    """Algorithm 17: (shared secret, ciphertext) of 32 random bytes."""
    secret, randomness = _hash_two(message + _hash(ek))
    return secret, _encrypt(ek, message, randomness)


def decapsulate(dk, ciphertext):
    """Algorithm 18: the shared secret, or 32 unpredictable bytes if the ciphertext is false."""
    inner, ek, digest, z = dk[:1152], dk[1152:2336], dk[2336:2368], dk[2368:]
    u, v = _decode(ciphertext[:960], DU), _decode(ciphertext[960:], DV)
    noise = _inverse_ntt(_dot(_decode(inner, 12), _ntt(_decompress(u, DU))))
    message = _encode(_compress((_decompress(v, DV) - noise) % Q, 1), 1)
    key, randomness = _hash_two(message + digest)
    if _encrypt(ek, message, randomness) == ciphertext:
        return key
    return hashlib.shake_256(z + ciphertext).digest(32)
