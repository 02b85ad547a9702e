/// So many values, in memory that is taken once.
///
/// An element is read and written where it lies. What asks an `InlineArray` within a larger
/// structure for one of its elements may first copy the whole of it, or even the structure.
@safe struct Table<Element: BitwiseCopyable>: ~Copyable {
    private let values: UnsafeMutablePointer<Element>
    let count: Int

    init(count: Int, repeating value: Element) {
        precondition(count > 0)
        unsafe values = .allocate(capacity: count)
        unsafe values.initialize(repeating: value, count: count)
        self.count = count
    }

    deinit { unsafe values.deallocate() }

    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Element {
        unsafeAddress {
            precondition(index >= 0 && index < count)
            return unsafe UnsafePointer(values + index)
        }
        unsafeMutableAddress {
            precondition(index >= 0 && index < count)
            return unsafe values + index
        }
    }

    /// Sets every element.
    mutating func fill(with value: Element) {
        unsafe values.update(repeating: value, count: count)
    }

    /// All elements, in order.
    var span: Span<Element> {
        @_lifetime(borrow self)
        borrowing get {
            let span = unsafe Span(_unsafeStart: values, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// All elements, to be written.
    var mutableSpan: MutableSpan<Element> {
        @_lifetime(&self)
        mutating get {
            let span = unsafe MutableSpan(_unsafeStart: values, count: count)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }
}

// SAFETY: it owns its elements alone, as an array does.
extension Table: @unchecked Sendable where Element: Sendable {}
