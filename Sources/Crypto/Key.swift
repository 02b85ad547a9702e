internal import CLinux

/// Thirty-two secret bytes.
///
/// They lie on a page of keys that is kept out of core dumps and, where the system allows it, out
/// of swap. They are copied only by an explicit `copy()` and wiped when their owner ends. A key has
/// no description, so it cannot reach a log by accident.
public struct Key: ~Copyable, Sendable {
    public static let size = 32

    private var secret = Secret(count: Key.size)

    /// A key of zeros, to be filled.
    init() {}

    /// Copies 32 bytes; wiping the original is its owner's duty.
    public init(copying bytes: Span<UInt8>) {
        precondition(bytes.count == Key.size)
        self.init()
        var own = mutableBytes
        for i in bytes.indices { own[i] = bytes[i] }
    }

    /// Lets `body` write the 32 bytes in place; they are zero at first.
    public init(filling body: (inout MutableSpan<UInt8>) -> Void) {
        self.init()
        var own = mutableBytes
        body(&own)
    }

    /// A fresh key from the kernel's generator.
    public static func random() -> Key {
        Key { bytes in Random.fill(&bytes) }
    }

    /// Thirty-two zero bytes: the psk of a peer that was added without one (protocol.md §1.4).
    public static func zero() -> Key { Key() }

    /// The secret bytes, readable as long as the key exists.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { secret.bytes }
    }

    var mutableBytes: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get { secret.mutableBytes }
    }

    public borrowing func copy() -> Key { Key(copying: bytes) }

    /// Compares in a time that does not depend on the position of a difference.
    public borrowing func isEqual(to other: borrowing Key) -> Bool {
        ConstantTime.equal(bytes, other.bytes)
    }

    /// True for 32 zero bytes, in constant time.
    public var isZero: Bool {
        var bits: UInt8 = 0
        let own = bytes
        for i in own.indices { bits |= own[i] }
        return secret_is_zero(UInt32(bits))
    }
}
