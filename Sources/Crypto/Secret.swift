/// Any number of secret bytes in memory of their own, wiped when it is given back.
@safe public struct Secret: ~Copyable {
    private let memory: SecretMemory

    /// Makes `count` zero bytes, more than none.
    public init(count: Int) { memory = .page(count) }

    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // SAFETY: the memory is this value's until deinit, and `self` outlives the span.
            unsafe _overrideLifetime(
                Span(_unsafeBytes: UnsafeRawBufferPointer(memory.bytes)), borrowing: self)
        }
    }

    public var mutableBytes: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get {
            // SAFETY: as above, and the exclusive access to `self` is the span's.
            unsafe _overrideLifetime(MutableSpan(_unsafeBytes: memory.bytes), mutating: &self)
        }
    }
}
