/// The numbers of one to eight records that have arrived (ACK, protocol.md §2.4).
public struct Acknowledgement: Equatable, Sendable {
    public static let capacity = 8

    /// The first `count` are meant, the others are 0.
    public private(set) var mids = InlineArray<8, UInt32>(repeating: 0)
    public private(set) var count = 0

    public init(_ mid: UInt32) { append(mid) }

    init(first mid: UInt32, body: Span<UInt8>) {
        self.init(mid)
        for offset in stride(from: 4, to: body.count, by: 4) { append(body.uint32(at: offset)) }
    }

    public var isFull: Bool { count == Self.capacity }

    /// Adds a number; the list must not be full.
    public mutating func append(_ mid: UInt32) {
        precondition(!isFull)
        mids[count] = mid
        count += 1
    }

    public func contains(_ mid: UInt32) -> Bool {
        for index in 0..<count where mids[index] == mid { return true }
        return false
    }

    public static func == (left: Acknowledgement, right: Acknowledgement) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left.mids[index] != right.mids[index] { return false }
        return true
    }
}
