/// Sizes of a data packet, in bytes (protocol.md §2.1).
///
/// Crypto, which seals, has the same numbers and does not know this module; the shared vectors keep
/// the two equal.
public enum FrameLayout {
    /// Receiver index; masked: flags, low half of the counter, time.
    public static let headerSize = 9
    public static let tagSize = 16
    public static let overhead = headerSize + tagSize

    public static let plaintextMin = 64
    /// With its overhead it fits in one IPv6 packet of 1280 bytes, which every IPv6 link carries.
    public static let plaintextMax = 1207
    public static let datagramMin = plaintextMin + overhead
}
