/// An array that is allocated once, at its final size, and can hold noncopyable elements.
///
/// The media loop keeps its peers, voices and buffers in these: indexing neither copies, nor
/// counts references, nor allocates. Reading one element of an `InlineArray` inside a large
/// structure may copy the whole array, or even the structure.
@safe public struct FixedArray<Element: ~Copyable>: ~Copyable {
    private let elements: UnsafeMutablePointer<Element>
    public let count: Int

    /// Makes `count` elements, calling `make` with each index in order.
    ///
    /// Rethrows what `make` throws, after destroying the elements made so far.
    public init<Failure>(count: Int, _ make: (Int) throws(Failure) -> Element) throws(Failure) {
        precondition(count >= 0)
        let elements = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
        var made = 0
        do throws(Failure) {
            while made < count {
                unsafe (elements + made).initialize(to: try make(made))
                made += 1
            }
        } catch {
            unsafe elements.deinitialize(count: made)
            unsafe elements.deallocate()
            throw error
        }
        unsafe self.elements = unsafe elements
        self.count = count
    }

    deinit {
        unsafe elements.deinitialize(count: count)
        unsafe elements.deallocate()
    }

    public var indices: Range<Int> { 0..<count }

    public subscript(index: Int) -> Element {
        unsafeAddress {
            precondition(index >= 0 && index < count)
            return unsafe UnsafePointer(elements + index)
        }
        unsafeMutableAddress {
            precondition(index >= 0 && index < count)
            return unsafe elements + index
        }
    }
}

extension FixedArray where Element: BitwiseCopyable {
    /// Makes `count` elements that all have one value.
    public init(count: Int, repeating value: Element) {
        self.init(count: count) { _ in value }
    }

    /// Sets every element to one value.
    public mutating func fill(with value: Element) {
        unsafe elements.update(repeating: value, count: count)
    }

    /// All elements, in order.
    public var span: Span<Element> {
        @_lifetime(borrow self)
        borrowing get {
            // SAFETY: the allocation lives as long as this array.
            let span = unsafe Span(_unsafeStart: elements, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// All elements, to be written.
    public var mutableSpan: MutableSpan<Element> {
        @_lifetime(&self)
        mutating get {
            // SAFETY: as above; the exclusive access to `self` is the span's.
            let span = unsafe MutableSpan(_unsafeStart: elements, count: count)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    /// The elements of a range, in order.
    @_lifetime(borrow self)
    public func span(_ range: Range<Int>) -> Span<Element> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // SAFETY: the range lies within the allocation, which lives as long as this array.
        let span = unsafe Span(_unsafeStart: elements + range.lowerBound, count: range.count)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// The elements of a range, to be written.
    @_lifetime(&self)
    public mutating func mutableSpan(_ range: Range<Int>) -> MutableSpan<Element> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // SAFETY: as above; the exclusive access to `self` is the span's.
        let span = unsafe MutableSpan(
            _unsafeStart: elements + range.lowerBound, count: range.count)
        return unsafe _overrideLifetime(span, mutating: &self)
    }
}

// SAFETY: it alone owns its elements, as an array does.
extension FixedArray: @unchecked Sendable where Element: Sendable & ~Copyable {}

/// An array whose room is allocated once, and whose elements are made when one is first changed.
///
/// An unchanged element reads as a blank one. Unused room takes no memory, so a table by peer
/// number costs only the present peers. Making elements does not allocate: the media loop may do so
/// while it runs.
@safe public struct GrowingArray<Element: ~Copyable>: ~Copyable {
    /// The blank element, then those made so far.
    private let elements: UnsafeMutablePointer<Element>
    private let blank: @Sendable () -> Element
    public let capacity: Int
    /// How many elements are made: all up to the highest index that was changed.
    public private(set) var count = 0

    /// Makes room for `capacity` elements, each made by `blank`, all alike.
    public init(capacity: Int, _ blank: @escaping @Sendable () -> Element) {
        precondition(capacity >= 0)
        unsafe elements = .allocate(capacity: capacity + 1)
        unsafe elements.initialize(to: blank())
        self.blank = blank
        self.capacity = capacity
    }

    deinit {
        unsafe elements.deinitialize(count: count + 1)
        unsafe elements.deallocate()
    }

    /// The indices of the elements that are made.
    public var indices: Range<Int> { 0..<count }

    public subscript(index: Int) -> Element {
        unsafeAddress {
            precondition(index >= 0 && index < capacity)
            return unsafe UnsafePointer(index < count ? elements + index + 1 : elements)
        }
        unsafeMutableAddress {
            precondition(index >= 0 && index < capacity)
            // Not in a private method: the compiler does not specialise that in other modules.
            while count <= index {
                unsafe (elements + count + 1).initialize(to: blank())
                count += 1
            }
            return unsafe elements + index + 1
        }
    }
}

// SAFETY: it alone owns its elements, as an array does.
extension GrowingArray: @unchecked Sendable where Element: Sendable & ~Copyable {}
