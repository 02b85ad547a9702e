import Time

@testable import Peering

/// The actions of a table by itself, and their times.
struct Timed: Equatable {
    let ms: Int64
    let what: Fetched
}

extension PeerTable {
    /// The counts of the media thread, which has just sent something, and opened it unless said.
    mutating func hear(
        at now: Instant, sent: UInt64 = 1, opened: Instant? = nil, refused: Instant? = nil
    ) {
        traffic(
            peer: 0, sent: sent, lastSent: now, lastOpened: opened ?? now, lastRefused: refused,
            at: now)
    }

    /// Lets the time pass, calling `tick` whenever the table asks for it.
    mutating func run(from start: Instant, to end: Instant) -> [Timed] {
        var all = fetch().map { Timed(ms: start.nanoseconds / 1_000_000, what: $0) }
        while let due = deadline, due <= end {
            tick(at: due)
            all += fetch().map { Timed(ms: due.nanoseconds / 1_000_000, what: $0) }
            precondition(deadline.map { $0 > due } ?? true, "what was due has not been done")
        }
        return all
    }
}

extension [Timed] {
    /// The handshake messages alone.
    var messages: [Timed] { filter { $0.what.message != nil } }
}

/// A moment, in milliseconds since the start of a test.
func ms(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

func seconds(_ seconds: Int64) -> Instant { ms(seconds * 1000) }
