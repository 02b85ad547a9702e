/// An array that is allocated once, at its final size, and can hold noncopyable elements.
///
/// The media loop keeps its peers, voices and keys in these: indexing neither copies, nor counts
/// references, nor allocates.
@safe public struct FixedArray<Element: ~Copyable>: ~Copyable {
    private let elements: UnsafeMutablePointer<Element>
    public let count: Int

    /// Makes `count` elements, calling `make` with each index in order.
    ///
    /// What `make` throws is thrown on, after the elements made so far are gone.
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

// SAFETY: it owns its elements alone, as an array does.
extension FixedArray: @unchecked Sendable where Element: Sendable & ~Copyable {}
