/// What is worked out of one peer's counters once a second: bytes a second, and sound made up.
struct PeerFigures {
    /// One second in which its voice was played.
    private struct Second {
        var played: UInt64 = 0
        var concealed: UInt64 = 0
    }

    private(set) var sentPerSecond = 0
    private(set) var openedPerSecond = 0
    private var sent: UInt64?
    private var opened: UInt64 = 0
    private var played: UInt64 = 0
    private var concealed: UInt64 = 0
    /// The newest seconds of its talk.
    private var talk: [Second] = []

    private static let kept = 10
    private static let samplesPerMs: UInt64 = 48

    init() {}

    /// Takes the counters of this moment, `milliseconds` after those before.
    mutating func follow(
        sent: UInt64, opened: UInt64, playedSamples: UInt64, concealedMs: UInt64,
        milliseconds: Int
    ) {
        let isFirst = self.sent == nil
        let before = self.sent ?? sent
        defer {
            (self.sent, self.opened) = (sent, opened)
            (played, concealed) = (playedSamples, concealedMs)
        }
        guard !isFirst, milliseconds > 0 else { return }
        sentPerSecond = Int(sent &- before) * 1000 / milliseconds
        openedPerSecond = Int(opened &- self.opened) * 1000 / milliseconds
        let second = Second(
            played: (playedSamples &- played) / Self.samplesPerMs,
            concealed: concealedMs &- concealed)
        guard second.played > 0 else { return }
        if talk.count == Self.kept { talk.removeFirst() }
        talk.append(second)
    }

    /// How much of the last 10 s of its talk was made up; nil when it has said nothing yet.
    var concealedPercent: Double? {
        var (played, concealed): (UInt64, UInt64) = (0, 0)
        for second in talk {
            played += second.played
            concealed += second.concealed
        }
        guard played > 0 else { return nil }
        return min(100, Double(concealed) * 100 / Double(played))
    }
}
