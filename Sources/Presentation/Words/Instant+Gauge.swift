package import Time

extension Instant {
    /// The time that a gauge holds, in nanoseconds; nil while the gauge is at zero.
    package init?(gauge nanoseconds: UInt64) {
        guard nanoseconds != 0 else { return nil }
        self.init(nanoseconds: Int64(nanoseconds))
    }
}
