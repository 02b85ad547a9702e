public import Wire

/// A report of the pages to the caller of `Station`.
public enum PageAction: Sendable {
    /// A page of a peer is heard from now on.
    case began(peer: Int, stream: UInt8, reference: UInt64, Priority)
    case ended(peer: Int, stream: UInt8, isTimeUp: Bool)
    /// Our own page has reached the longest time allowed.
    case timeUp(stream: UInt8)
}
