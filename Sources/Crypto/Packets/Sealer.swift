/// The sending half of one session: turns plaintext into whole datagrams.
///
/// AES-GCM fails completely when a nonce is used twice under one key (NIST SP 800-38D §8). The
/// counter is therefore part of the key: it cannot be copied, set back or shared between threads.
/// Real-time after init: no heap call, lock or system call per frame.
public struct Sealer: ~Copyable, Sendable {
    private var aead: AEAD
    private let mask: HeaderMask
    private let iv: AEAD.Nonce

    /// The index the receiver knows this session by; the first four bytes of every datagram.
    public let receiverIndex: UInt32

    /// The counter of the next frame, which is the number of frames sealed so far.
    public private(set) var counter: UInt64

    public init(suite: Suite, keys: borrowing DirectionKeys, receiverIndex: UInt32) {
        self.init(suite: suite, keys: keys, receiverIndex: receiverIndex, counter: 0)
    }

    /// A sealer that begins late in its count, for tests of its end.
    init(suite: Suite, keys: borrowing DirectionKeys, receiverIndex: UInt32, counter: UInt64) {
        aead = AEAD(suite: suite, key: keys.key)
        mask = HeaderMask(suite: suite, key: keys.headerKey)
        iv = keys.iv
        self.receiverIndex = receiverIndex
        self.counter = counter
    }

    /// Writes the whole datagram (index, masked header, ciphertext, tag) and returns its size.
    ///
    /// Takes 64 to 1207 bytes of plaintext; `datagram` needs room for 25 more. `time` is the age of
    /// the session (`SessionClock`). Nil when the counter has reached 2²²: only a new session may
    /// seal then.
    public mutating func seal(
        flags: UInt8, time: UInt16, plaintext: Span<UInt8>, into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        let size = plaintext.count + FrameSeal.overhead
        precondition(plaintext.count >= FrameSeal.plaintextMin)
        precondition(plaintext.count <= FrameSeal.plaintextMax)
        precondition(datagram.count >= size)
        guard counter < FrameSeal.counterLimit else { return nil }

        // The counter moves first: even if sealing fails, this nonce is never used again.
        let nonce = FrameSeal.nonce(iv: iv, counter: counter)
        let header: FrameSeal.Header = [
            UInt8(truncatingIfNeeded: receiverIndex >> 24),
            UInt8(truncatingIfNeeded: receiverIndex >> 16),
            UInt8(truncatingIfNeeded: receiverIndex >> 8),
            UInt8(truncatingIfNeeded: receiverIndex),
            flags,
            UInt8(truncatingIfNeeded: counter >> 8),
            UInt8(truncatingIfNeeded: counter),
            UInt8(truncatingIfNeeded: time >> 8),
            UInt8(truncatingIfNeeded: time),
        ]
        counter += 1

        do {
            var body = datagram._mutatingExtracting(FrameSeal.headerSize..<size)
            aead.seal(nonce: nonce, ad: header.span, plaintext: plaintext, into: &body)
        }
        let mask = mask.bytes(tag: datagram.span.extracting(size - AEAD.tagSize..<size))
        for i in 0..<4 { datagram[i] = header[i] }
        for i in 0..<5 { datagram[4 + i] = header[4 + i] ^ mask[i] }
        return size
    }
}

/// The numbers of a sealed frame that both ends share (protocol.md §2.1).
enum FrameSeal {
    /// Receiver index, flags, low half of the counter, time.
    static let headerSize = 9
    static let plaintextMin = 64
    static let plaintextMax = 1207
    static let overhead = headerSize + AEAD.tagSize
    static let datagramMin = overhead + plaintextMin
    static let datagramMax = overhead + plaintextMax

    /// No frame has this counter or a higher one.
    static let counterLimit: UInt64 = 1 << 22

    typealias Header = InlineArray<9, UInt8>

    /// iv XOR (0⁴ ‖ BE64(counter)).
    static func nonce(iv: AEAD.Nonce, counter: UInt64) -> AEAD.Nonce {
        var nonce = iv
        for i in 0..<8 {
            nonce[4 + i] ^= UInt8(truncatingIfNeeded: counter >> UInt64(56 - 8 * i))
        }
        return nonce
    }
}
