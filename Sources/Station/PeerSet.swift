/// A set of peers by number: at most sixty-four, in one machine word.
///
/// The media loop copies, changes and iterates over it without heap calls.
public struct PeerSet: Equatable, Sendable, Swift.Sequence, ExpressibleByArrayLiteral {
    /// Peer numbers are below this.
    public static let capacity = 64

    private var bits: UInt64 = 0

    public init() {}

    public init(_ peers: some Swift.Sequence<Int>) {
        for peer in peers { insert(peer) }
    }

    public init(arrayLiteral peers: Int...) { self.init(peers) }

    public var isEmpty: Bool { bits == 0 }
    public var count: Int { bits.nonzeroBitCount }
    /// The lowest number.
    public var first: Int? { bits == 0 ? nil : bits.trailingZeroBitCount }

    public func contains(_ peer: Int) -> Bool {
        precondition((0..<Self.capacity).contains(peer))
        return bits >> UInt64(peer) & 1 == 1
    }

    public mutating func insert(_ peer: Int) {
        precondition((0..<Self.capacity).contains(peer))
        bits |= 1 << UInt64(peer)
    }

    /// All peers of both sets.
    public func union(_ other: PeerSet) -> PeerSet { PeerSet(bits: bits | other.bits) }

    /// The peers of this set that are not in the other one.
    public func subtracting(_ others: PeerSet) -> PeerSet { PeerSet(bits: bits & ~others.bits) }

    private init(bits: UInt64) { self.bits = bits }

    /// Iterates from the lowest number up.
    public struct Iterator: IteratorProtocol {
        fileprivate var rest: UInt64

        public mutating func next() -> Int? {
            guard rest != 0 else { return nil }
            defer { rest &= rest - 1 }
            return rest.trailingZeroBitCount
        }
    }

    public func makeIterator() -> Iterator { Iterator(rest: bits) }
    public var underestimatedCount: Int { count }
}

/// A value for each peer, by its number; a value that nobody has changed is blank.
///
/// It takes memory up to the highest number in use, not for all possible numbers.
package struct ByPeer<Value> {
    /// The value of every peer at first.
    package let blank: Value
    /// Up to the highest number whose value was changed.
    @usableFromInline var values: [Value] = []

    package init(_ blank: Value) { self.blank = blank }

    /// The numbers up to the highest one whose value was changed.
    @inlinable package var indices: Range<Int> { values.indices }

    @inlinable package subscript(peer: Int) -> Value {
        _read {
            if peer < values.count {
                yield values[peer]
            } else {
                yield blank
            }
        }
        _modify {
            grow(toHold: peer)
            yield &values[peer]
        }
    }

    @inlinable mutating func grow(toHold peer: Int) {
        precondition(peer < PeerSet.capacity)
        guard peer >= values.count else { return }
        values.reserveCapacity(peer + 1)
        while values.count <= peer { values.append(blank) }
    }
}

extension ByPeer: Sendable where Value: Sendable {}
