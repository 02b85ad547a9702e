/// A station's identity: its X25519 public key.
public struct PublicKey: Hashable, Comparable, Sendable {
    public static let size = 32

    public let bytes: InlineArray<32, UInt8>

    /// Takes any 32 bytes; whether they are a usable point shows in X25519.
    public init(bytes: Span<UInt8>) {
        precondition(bytes.count == PublicKey.size)
        self.bytes = InlineArray { i in bytes[i] }
    }

    /// Whether it is the one form of a key with which sessions can be: not a second form of another
    /// key, by its top bit, and no point of low order.
    public var isUsable: Bool {
        bytes[31] < 0x80 && X25519.shared(.random(), with: self) != nil
    }

    public static func == (left: PublicKey, right: PublicKey) -> Bool {
        for i in 0..<size where left.bytes[i] != right.bytes[i] { return false }
        return true
    }

    /// Orders by the first byte that differs, as rule 4 of protocol.md §1.7 needs.
    public static func < (left: PublicKey, right: PublicKey) -> Bool {
        for i in 0..<size where left.bytes[i] != right.bytes[i] {
            return left.bytes[i] < right.bytes[i]
        }
        return false
    }

    public func hash(into hasher: inout Hasher) {
        for i in 0..<PublicKey.size { hasher.combine(bytes[i]) }
    }
}
