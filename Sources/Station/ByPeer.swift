/// A value for each peer, by its number; one that nobody has changed is blank.
///
/// It takes memory for the peers there are, not for all numbers there may be.
package struct ByPeer<Value> {
    /// The value of every peer at first.
    package let blank: Value
    /// Up to the highest number whose value was changed.
    @usableFromInline var values: [Value] = []

    package init(_ blank: Value) { self.blank = blank }

    /// The numbers of those whose value was changed, and all below.
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
