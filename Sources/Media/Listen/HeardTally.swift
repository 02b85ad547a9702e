internal import Realtime
internal import Time
internal import Wire

/// The share of one voice's sound that was heard here, for the HEARD records to its talker.
struct HeardTally {
    /// A state that flutters, as half duplex may, is reported no more often than this.
    static let pause = Duration.milliseconds(200)

    private var heard = 0
    private var all = 0
    /// Samples of the voice decoded so far, and how many of them were reported.
    private(set) var decoded: UInt64 = 0
    private var told: UInt64 = 0
    /// Repeats of a talkspurt's last report that are still due: a report may be lost.
    private var repeats = 0
    static let repeatsMax = 2
    static let repeatPause = Duration.milliseconds(150)
    /// The reason why the voice is not heard now.
    private(set) var now = Unheard.heard
    /// The last such reason since the last report.
    private var before = Unheard.heard
    /// The state the talker was told; nil at the beginning of a talkspurt.
    private var known: Unheard?
    private var next = Instant(nanoseconds: .min)

    /// A talkspurt begins: its talker wants to know at once whether it is heard, and what faded
    /// out of the one before is none of it.
    mutating func begin() {
        known = nil
        repeats = 0
        forget()
    }

    private mutating func forget() { (heard, all, before) = (0, 0, .heard) }

    /// A block of it was played, `decoded` being all samples of the voice that were not invented.
    ///
    /// - Returns: whether that is news for the talker, to be told at once.
    mutating func played(
        _ samples: Int, decoded: UInt64, _ why: Unheard, at moment: Instant
    ) -> Bool {
        // A voice that began anew counts anew.
        if decoded < told { told = 0 }
        self.decoded = decoded
        all += samples
        if why == .heard { heard += samples } else { before = why }
        now = why
        guard why != known, moment >= next else { return false }
        known = why
        next = moment + Self.pause
        return true
    }

    /// Whether something was played that was not reported.
    var hasPlayed: Bool { decoded - told >= 48 }

    /// The HEARD beside a REPORT; it reports each millisecond played once, and adds it to `total`.
    mutating func report(of stream: UInt8, total: inout UInt16) -> Heard {
        defer { forget() }
        var found = state(of: stream)
        let ms = UInt16(clamping: (decoded - told) / 48)
        told += UInt64(ms) * 48
        total &+= ms
        found.played = Heard.Played(ms: ms, total: total)
        guard all > 0 else { return found }
        found.share = UInt8(heard * 255 / all)
        found.why = found.share == 255 ? .heard : before
        return found
    }

    /// Nothing more is played of the talkspurt.
    mutating func end() { repeats = Self.repeatsMax }

    /// The last report of a talkspurt once more; nil when it was sent often enough.
    mutating func reportAgain(of stream: UInt8, total: UInt16) -> Heard? {
        guard repeats > 0 else { return nil }
        repeats -= 1
        var found = state(of: stream)
        found.played = Heard.Played(ms: 0, total: total)
        return found
    }

    /// The record of this moment, without the sound played.
    func state(of stream: UInt8) -> Heard {
        Heard(stream: stream, share: now == .heard ? 255 : 0, why: now)
    }
}
