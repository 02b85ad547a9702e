public import Time

/// Signs that another station uses this station's own key: its memory card was copied.
public struct OwnKeySigns {
    private var caller: UnknownCaller?
    /// When peers have last reported it, by their number.
    private var reports: [Int: Instant] = [:]

    /// A caller has proven that it has the secret of the key.
    mutating func called(_ caller: UnknownCaller) { self.caller = caller }

    /// A peer reports that it has seen another station with the key.
    public mutating func reported(by peer: Int, at now: Instant) { reports[peer] = now }

    /// Another peer may have this number from now on.
    mutating func forget(_ peer: Int) { reports[peer] = nil }

    /// The last caller that used the key; nil when there was none lately.
    public func caller(at now: Instant) -> UnknownCaller? {
        caller.flatMap { now < $0.calledAt + UnknownCallers.lifetime ? $0 : nil }
    }

    /// Whether a peer has lately reported another station with the key.
    public func isReported(by peer: Int, at now: Instant) -> Bool {
        reports[peer].map { now < $0 + Boots.lifetime } ?? false
    }
}
