/// The number of an audio frame in its stream, counted modulo 2^16 (protocol.md §2.3).
///
/// It has no `<`, because on a circle "earlier" is defined only for numbers near each other. Use
/// the signed distance.
public struct Sequence: Hashable, Sendable {
    public let rawValue: UInt16

    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// How many frames after this one `other` comes, -32,768 to 32,767; negative means before.
    public func distance(to other: Sequence) -> Int {
        Int(Int16(bitPattern: other.rawValue &- rawValue))
    }
}
