internal import CLinux

/// Thirty-two secret bytes.
///
/// They lie on a page of keys that is kept out of core dumps and, where the system allows it, out
/// of swap. They are copied only by an explicit `copy()` and wiped when their owner ends. A key has
/// no description, so it cannot reach a log by accident.
// @unchecked Sendable: only this value reaches the memory, and only `mutating` access writes it.
@safe public struct Key: ~Copyable, @unchecked Sendable {
    public static let size = 32

    private let owner: SecretMemory
    private let memory: UnsafeMutableRawBufferPointer

    /// A key of zeros, to be filled.
    init() {
        owner = .page(Key.size)
        unsafe memory = owner.bytes
    }

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
        get {
            // SAFETY: the memory is this key's until deinit, and `self` outlives the span.
            unsafe _overrideLifetime(
                Span(_unsafeBytes: UnsafeRawBufferPointer(memory)), borrowing: self)
        }
    }

    var mutableBytes: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get {
            // SAFETY: as above, and the exclusive access to `self` is the span's.
            unsafe _overrideLifetime(MutableSpan(_unsafeBytes: memory), mutating: &self)
        }
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
