/// Cuts what arrives on the control socket into lines, holding at most one that is unfinished.
public struct LineBuffer: Sendable {
    public enum Line: Equatable, Sendable {
        /// Without its newline.
        case line([UInt8])
        /// Over the limit; it was thrown away up to its newline.
        case tooLong
    }

    private let limit: Int
    private var bytes: [UInt8] = []
    /// The line being read is over the limit already.
    public private(set) var isSkipping = false
    private var ready: [Line] = []

    /// - Parameter limit: the most bytes of a line, newline not counted.
    public init(limit: Int) { self.limit = limit }

    public mutating func append(_ arrived: Span<UInt8>) {
        for index in arrived.indices {
            let byte = arrived[index]
            if byte == UInt8(ascii: "\n") {
                ready.append(isSkipping ? .tooLong : .line(bytes))
                bytes.removeAll(keepingCapacity: true)
                isSkipping = false
            } else if bytes.count == limit {
                isSkipping = true
            } else {
                bytes.append(byte)
            }
        }
    }

    /// Whether a whole line waits to be taken.
    public var hasLine: Bool { !ready.isEmpty }

    /// The next whole line; nil until more arrives.
    public mutating func next() -> Line? {
        ready.isEmpty ? nil : ready.removeFirst()
    }
}
