internal import CLinux

/// Working memory for secrets: zero at first, wiped at the end.
///
/// On the heap, because Swift leaves copies of a value on the stack wherever it moves it.
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

    /// Declares the first `count` bytes public from here on, which the check of constant time
    /// cannot know.
    func declassify(first count: Int) {
        precondition(count <= span.count)
        // SAFETY: compiles to nothing in the product; in the check it reads no memory.
        unsafe secret_declassify(memory.baseAddress!, count)
    }
}
