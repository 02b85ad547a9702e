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
