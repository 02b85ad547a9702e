internal import HAL
internal import Station
internal import Time

/// One talk key of the media loop: its line, if it is open, and what it means.
struct KeySlot: ~Copyable {
    var line: InputLine?
    var key: TalkKey
    let target: Int
    var isDown = false
}

/// What is being said to one talk target.
struct Spurt {
    enum Phase: Equatable {
        case silent
        case talking
        /// The key is up: frame `last` of the microphone is the talkspurt's last.
        case closing(last: Int)
    }

    var phase = Phase.silent
    /// The number of the next packet on this stream; random at start (protocol.md §2.3).
    var sequence: UInt16
    /// Packets of this talkspurt so far: the first ten carry the start mark.
    var packets = 0
    /// SPURT_ENDs still to send, and when the next one is due.
    var endsLeft = 0
    var nextEnd = Instant(nanoseconds: 0)

    static let startPackets = 10
    static let ends = 3
    static let endInterval = Duration.milliseconds(20)

    var isTalking: Bool { phase != .silent }

    /// The last number sent.
    var lastSequence: UInt16 { sequence &- 1 }
}
