public import Time
public import Wire

/// More handshakes are asked for than a house of stations needs.
public struct Flood: Equatable, Sendable {
    public let since: Instant
    /// When it ends if nothing more comes.
    public let until: Instant
    /// First messages in a second, lately.
    public let perSecond: Int
    /// Where the last one without a cookie came from, or claims to.
    public let lastSource: Endpoint?
}

/// What was counted of the handshakes that others have started.
public struct InitiationCounts: Equatable, Sendable {
    /// M1 whose mac was right.
    public var initiations: UInt64 = 0
    public var cookiesSent: UInt64 = 0
    /// Handshakes that were given up to make room.
    public var evicted: UInt64 = 0

    public init() {}
}
