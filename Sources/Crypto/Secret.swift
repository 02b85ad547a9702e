internal import CLinux

/// Any number of secret bytes in memory of their own, wiped when it is given back.
@safe public struct Secret: ~Copyable {
    private let memory: UnsafeMutableBufferPointer<UInt8>

    /// Makes `count` zero bytes.
    public init(count: Int) {
        precondition(count > 0)
        guard let page = unsafe secret_allocate(count) else {
            preconditionFailure("no memory for a secret")
        }
        unsafe memory = UnsafeMutableBufferPointer(
            start: page.assumingMemoryBound(to: UInt8.self), count: count)
    }

    deinit { unsafe secret_free(memory.baseAddress!, memory.count) }

    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // SAFETY: the memory is this value's until deinit, and `self` outlives the span.
            unsafe _overrideLifetime(Span(_unsafeElements: memory), borrowing: self)
        }
    }

    public var mutableBytes: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get {
            // SAFETY: as above, and the exclusive access to `self` is the span's.
            unsafe _overrideLifetime(MutableSpan(_unsafeElements: memory), mutating: &self)
        }
    }
}
