internal import Realtime
internal import Time
internal import Wire

/// How much of one voice was heard here of what was played, on its way to its talker (HEARD).
struct HeardTally {
    /// What flutters, as half duplex may, is told no more often than this.
    static let pause = Duration.milliseconds(200)

    private var heard = 0
    private var all = 0
    /// What keeps the voice from being heard now.
    private(set) var now = Unheard.heard
    /// What kept it last since the last report.
    private var before = Unheard.heard
    /// What the talker knows; nil at the beginning of a talkspurt.
    private var told: Unheard?
    private var next = Instant(nanoseconds: .min)

    /// A talkspurt begins: its talker wants to know at once whether it is heard, and what faded
    /// out of the one before is none of it.
    mutating func begin() {
        told = nil
        forget()
    }

    private mutating func forget() { (heard, all, before) = (0, 0, .heard) }

    /// A block of it was played.
    ///
    /// - Returns: whether that is news for the talker, to be told at once.
    mutating func played(_ samples: Int, _ why: Unheard, at moment: Instant) -> Bool {
        all += samples
        if why == .heard { heard += samples } else { before = why }
        now = why
        guard why != told, moment >= next else { return false }
        told = why
        next = moment + Self.pause
        return true
    }

    /// What is told with a report; what was played is said once.
    mutating func report(of stream: UInt8) -> Heard {
        defer { forget() }
        guard all > 0 else { return state(of: stream) }
        let share = UInt8(heard * 255 / all)
        return Heard(stream: stream, share: share, why: share == 255 ? .heard : before)
    }

    /// How it is at this moment.
    func state(of stream: UInt8) -> Heard {
        Heard(stream: stream, share: now == .heard ? 255 : 0, why: now)
    }
}
