internal import Time

/// A moment that is counted; nil before there was one.
func moment(_ nanoseconds: UInt64) -> Instant? {
    nanoseconds == 0 ? nil : Instant(nanoseconds: Int64(nanoseconds))
}

/// A duration in seconds, to the millisecond.
func seconds(_ duration: Duration) -> Double { Double(duration.milliseconds) / 1000 }
