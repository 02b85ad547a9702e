/// An array whose room is allocated once, and whose elements are made when one is first changed.
///
/// An element that nobody has changed reads as a blank one. Room that is not used takes no memory,
/// so a table by the number of a peer costs what the peers there are cost. To make elements takes
/// no allocation: the media loop may do it while it runs.
@safe public struct GrowingArray<Element: ~Copyable>: ~Copyable {
    /// The blank element, then those made so far.
    private let elements: UnsafeMutablePointer<Element>
    private let blank: @Sendable () -> Element
    public let capacity: Int
    /// How many elements are made: all up to the highest index that was changed.
    public private(set) var count = 0

    /// Makes room for `capacity` elements, all of which `blank` makes alike.
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
            // No method of its own: one that is private is not made concrete in other modules.
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
