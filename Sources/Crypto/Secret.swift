/// Any number of secret bytes in memory of their own, wiped when it is freed.
@safe public struct Secret: ~Copyable {
    private let owner: SecretMemory
    private let memory: UnsafeMutableRawBufferPointer

    /// Makes `count` zero bytes, at least one.
    public init(count: Int) {
        owner = .page(count)
        unsafe memory = owner.bytes
    }

    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // SAFETY: the memory is this value's until deinit, and `self` outlives the span.
            unsafe _overrideLifetime(
                Span(_unsafeBytes: UnsafeRawBufferPointer(memory)), borrowing: self)
        }
    }

    public var mutableBytes: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get {
            // SAFETY: as above, and the exclusive access to `self` is the span's.
            unsafe _overrideLifetime(MutableSpan(_unsafeBytes: memory), mutating: &self)
        }
    }
}
