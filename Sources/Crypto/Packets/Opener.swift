/// The receiving half of one session: authenticates datagrams and refuses repeats.
///
/// Order of protocol.md §2.1: length, unmask, counter, AEAD, window. Nothing an outsider can
/// observe depends on the header before the tag is checked, and nothing changes unless the tag is
/// good. Real-time after init: no heap call, lock or system call per datagram.
public struct Opener: ~Copyable, Sendable {
    /// Why a datagram was dropped; each is a counter of the caller.
    public enum Refusal: Sendable {
        case length
        /// The counter would be negative, or beyond the last one of a session.
        case counter
        case authentication
        /// Seen already, or older than the window.
        case replay
        /// A repeat of the newest datagram; one of the two may show the peer's new address.
        case copy
    }

    /// A datagram that was authentic and new.
    public struct Opened: Sendable {
        public let flags: UInt8
        public let counter: UInt64
        /// The age of the session when the peer sealed it, in `SessionClock.step`.
        public let time: UInt16
        /// Bytes of plaintext written.
        public let count: Int
        /// Whether the counter is the highest so far: the datagram then shows the peer's address.
        public let isNewest: Bool
    }

    public enum Outcome: Sendable {
        case opened(Opened)
        case refused(Refusal)
    }

    private var aead: AEAD
    private let mask: HeaderMask
    private let iv: AEAD.Nonce
    private var window = ReplayWindow()

    public init(suite: Suite, keys: borrowing DirectionKeys) {
        aead = AEAD(suite: suite, key: keys.key)
        mask = HeaderMask(suite: suite, key: keys.headerKey)
        iv = keys.iv
    }

    /// The highest counter opened so far, or -1.
    public var highest: Int64 { window.highest }

    /// Opens one datagram whose index is that of this session.
    ///
    /// `plaintext` needs room for the datagram less 25 bytes; 1207 bytes are always enough.
    public mutating func open(
        _ datagram: Span<UInt8>, into plaintext: inout MutableSpan<UInt8>
    ) -> Outcome {
        guard datagram.count >= FrameSeal.datagramMin, datagram.count <= FrameSeal.datagramMax
        else { return .refused(.length) }

        let tagStart = datagram.count - AEAD.tagSize
        let mask = mask.bytes(tag: datagram.extracting(tagStart..<datagram.count))
        let header: FrameSeal.Header = [
            datagram[0], datagram[1], datagram[2], datagram[3],
            datagram[4] ^ mask[0], datagram[5] ^ mask[1], datagram[6] ^ mask[2],
            datagram[7] ^ mask[3], datagram[8] ^ mask[4],
        ]
        let low = UInt16(header[5]) << 8 | UInt16(header[6])
        guard let counter = window.reconstruct(low) else { return .refused(.counter) }

        let isGood = aead.open(
            nonce: FrameSeal.nonce(iv: iv, counter: counter), ad: header.span,
            sealed: datagram.extracting(FrameSeal.headerSize..<datagram.count), into: &plaintext)
        guard isGood else { return .refused(.authentication) }

        let highest = window.highest
        let isNewest = Int64(counter) > highest
        guard window.accept(counter) else {
            return .refused(Int64(counter) == highest ? .copy : .replay)
        }
        return .opened(
            Opened(
                flags: header[4], counter: counter,
                time: UInt16(header[7]) << 8 | UInt16(header[8]),
                count: datagram.count - FrameSeal.overhead, isNewest: isNewest))
    }
}

/// Remembers which counters of one session were opened (protocol.md §2.1, RFC 6479).
///
/// A ring of 1024 + 64 bits. The word of the newest counter also has bits of later ones, so the
/// ring has one word more than the window, and moving forward clears whole words.
public struct ReplayWindow: Sendable {
    public static let size = 1024

    private static let wordCount = size / 64 + 1

    /// The highest counter accepted, or -1.
    public private(set) var highest: Int64 = -1

    private var seen = InlineArray<17, UInt64>(repeating: 0)

    public init() {}

    /// The counter congruent to `low` mod 2¹⁶ that is nearest to the next expected one.
    ///
    /// The counter lies above highest + 1 - 2¹⁵ and at most at highest + 1 + 2¹⁵; nil when that is
    /// negative, or 2²² and above.
    public func reconstruct(_ low: UInt16) -> UInt64? {
        let expected = highest + 1
        var ahead = Int64(low &- UInt16(truncatingIfNeeded: expected))
        if ahead > 1 << 15 { ahead -= 1 << 16 }
        let counter = expected + ahead
        guard counter >= 0, counter < Int64(FrameSeal.counterLimit) else { return nil }
        return UInt64(counter)
    }

    /// Accepts each counter at most once, and none older than the window.
    ///
    /// Call only after authentication: a forged counter must not move the window.
    public mutating func accept(_ counter: UInt64) -> Bool {
        precondition(counter < FrameSeal.counterLimit)
        let position = Int64(counter)
        if position > highest {
            // From -1 the shift keeps the sign, so the first word counts as not yet reached.
            let steps = min(Int(position >> 6 - highest >> 6), ReplayWindow.wordCount)
            for step in 0..<steps { seen[word(of: position - Int64(step) * 64)] = 0 }
            highest = position
        } else if highest - position >= Int64(ReplayWindow.size) {
            return false
        }
        let bit: UInt64 = 1 << (counter & 63)
        let word = word(of: position)
        guard seen[word] & bit == 0 else { return false }
        seen[word] |= bit
        return true
    }

    private func word(of position: Int64) -> Int {
        Int(position >> 6) % ReplayWindow.wordCount
    }
}
