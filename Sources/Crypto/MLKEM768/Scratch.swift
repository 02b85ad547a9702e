internal import CLinux

/// Working memory for secrets: zero at first, wiped before it is given back.
///
/// On the heap, for a value on the stack leaves copies behind wherever Swift moves it.
@safe struct Scratch: ~Copyable {
    private let owner: SecretMemory
    private let memory: UnsafeMutableRawBufferPointer

    init(size: Int) {
        owner = .heap(size)
        unsafe memory = owner.bytes
    }

    var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { elements(UInt8.self) }
    }

    var mutableSpan: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get { mutableElements(UInt8.self) }
    }

    /// The memory as numbers in the machine's byte order.
    @_lifetime(borrow self)
    func elements<Element: FixedWidthInteger & BitwiseCopyable>(
        _: Element.Type
    ) -> Span<Element> {
        // SAFETY: any bytes are an integer, the alignment is that of the widest, the memory is
        // `self`'s until deinit, and `self` outlives the span.
        unsafe _overrideLifetime(
            Span(_unsafeBytes: UnsafeRawBufferPointer(memory)), borrowing: self)
    }

    /// As `elements`, to be written.
    @_lifetime(&self)
    mutating func mutableElements<Element: FixedWidthInteger & BitwiseCopyable>(
        _: Element.Type
    ) -> MutableSpan<Element> {
        // SAFETY: as above; the exclusive access to `self` is the span's.
        unsafe _overrideLifetime(MutableSpan(_unsafeBytes: memory), mutating: &self)
    }

    /// Says that the first `count` bytes are public from here on, which the check of constant
    /// time cannot know.
    func declassify(first count: Int) {
        precondition(count <= span.count)
        // SAFETY: compiles to nothing in the product, and in the check reads no memory.
        unsafe secret_declassify(memory.baseAddress!, count)
    }
}
