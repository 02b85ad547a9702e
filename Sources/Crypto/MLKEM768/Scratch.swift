internal import CLinux

/// Working memory for secrets: zero at first, wiped before it is given back.
///
/// On the heap, for a value on the stack leaves copies behind wherever Swift moves it.
@safe struct Scratch<Element: FixedWidthInteger & BitwiseCopyable>: ~Copyable {
    private let memory: UnsafeMutableBufferPointer<Element>

    init(count: Int) {
        precondition(count > 0)
        unsafe memory = .allocate(capacity: count)
        unsafe memory.initialize(repeating: 0)
    }

    deinit {
        // SAFETY: allocated in init, and spans cannot outlive `self`.
        unsafe secret_wipe(
            memory.baseAddress!, memory.count * MemoryLayout<Element>.stride)
        unsafe memory.deallocate()
    }

    subscript(index: Int) -> Element {
        get { span[index] }
        set {
            var own = mutableSpan
            own[index] = newValue
        }
    }

    var span: Span<Element> {
        @_lifetime(borrow self)
        get {
            // SAFETY: the memory is `self`'s until deinit, and `self` outlives the span.
            unsafe _overrideLifetime(Span(_unsafeElements: memory), borrowing: self)
        }
    }

    var mutableSpan: MutableSpan<Element> {
        @_lifetime(&self)
        mutating get {
            // SAFETY: as above; the exclusive access to `self` is the span's.
            unsafe _overrideLifetime(MutableSpan(_unsafeElements: memory), mutating: &self)
        }
    }
}
