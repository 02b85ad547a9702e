/// Sizes of a data packet, in bytes (protocol.md §2.1).
///
/// The sealing itself is in Crypto, which knows these numbers too and knows nothing of this
/// module; the shared vectors hold the two together.
public enum FrameLayout {
    /// Receiver index, masked flags and masked low half of the counter.
    public static let headerSize = 7
    public static let tagSize = 16
    public static let overhead = headerSize + tagSize

    public static let plaintextMin = 64
    public static let plaintextMax = 1209
    public static let datagramMin = plaintextMin + overhead
    /// What fits in one IPv6 packet of 1280 bytes, the least every IPv6 link must carry.
    public static let datagramMax = plaintextMax + overhead

    /// The sending counter never reaches this; the session ends before.
    public static let counterLimit: UInt64 = 1 << 22
}
