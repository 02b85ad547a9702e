internal import HAL
internal import Station
internal import Time

/// One talk key of the media loop: its line, if it is open, and what it means.
struct KeySlot: ~Copyable {
    var line: InputLine?
    private(set) var key: TalkKey
    /// The place of its target.
    var target: Int
    var isDown = false
    /// Its line may have more edges than were read in one turn.
    var hasMoreEdges = false
    /// Whether the level of the line is known; before the first line, and after a loss, it is not.
    private var isReadable = false
    /// The microphone was closed by a finger, or by the limit, when the line was lost.
    private var wasSilenced = false

    init(settings: TalkKey.Settings, target: Int, at now: Instant) {
        // Until its line is there it cannot be read, and a hot microphone stays closed too.
        key = TalkKey(settings, isDown: true)
        _ = key.handle(.unreadable, at: now)
        self.target = target
    }

    mutating func handle(_ input: TalkKey.Input, at now: Instant) -> TalkKey.Action? {
        key.handle(input, at: now)
    }

    /// The line is there, for the first time or again, and its level known.
    ///
    /// A hot microphone opens with it, but one that somebody had closed stays closed: a plug that
    /// goes out and in again is nobody's wish to be heard.
    mutating func readable(
        isDown: Bool, _ settings: TalkKey.Settings, at now: Instant
    ) -> TalkKey.Action? {
        isReadable = true
        self.isDown = isDown
        if settings.mode == .open, wasSilenced {
            return key.handle(.level(isDown: isDown), at: now)
        }
        key = TalkKey(settings, isDown: isDown)
        return nil
    }

    /// Goes on with other times and limits; of one mode.
    mutating func change(to settings: TalkKey.Settings, target: Int) {
        key.change(to: settings)
        self.target = target
    }

    /// Reads the line of another key from now on, whose level is known.
    mutating func takeLine(
        of other: inout KeySlot, _ settings: TalkKey.Settings, at now: Instant
    ) {
        // Whoever closed a hot microphone has closed this one too, line or none.
        wasSilenced = other.isReadable ? !other.key.isTalking : other.wasSilenced
        guard let line = other.line.take() else { return }
        self.line = consume line
        hasMoreEdges = other.hasMoreEdges
        guard other.isReadable else { return }
        _ = readable(isDown: other.isDown, settings, at: now)
    }

    /// The descriptor that has its edges; nil without a line.
    var descriptor: Int32? {
        switch line {
        case .some(let line): line.fd
        case .none: nil
        }
    }

    /// The line cannot be read any more: the key is neither up nor down.
    mutating func unreadable(at now: Instant) -> TalkKey.Action? {
        if isReadable { wasSilenced = !key.isTalking }
        isReadable = false
        hasMoreEdges = false
        return key.handle(.unreadable, at: now)
    }
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
    /// The next frame of the microphone to be sent here.
    var nextFrame = 0
    /// The number of the next packet on this stream; random at start (protocol.md §2.3).
    var sequence: UInt16
    /// The last one that was sent.
    var lastSequence: UInt16 = 0
    /// Packets of this talkspurt so far: the first ten carry the start mark.
    var packets = 0
    /// SPURT_ENDs still to send, and when the next one is due.
    var endsLeft = 0
    var nextEnd = Instant(nanoseconds: 0)

    static let startPackets = 10
    static let ends = 3
    /// Numbers left out at most where sound was lost at the card: 10 s.
    static let lostMax: Int64 = 1_000
    static let endInterval = Duration.milliseconds(20)

    var isTalking: Bool { phase != .silent }

    /// The frames that were left out are time that went by.
    mutating func skip(_ frames: Int64) {
        guard isTalking, packets > 0 else { return }
        // After as much the other side begins anew.
        sequence &+= UInt16(max(0, min(frames, Self.lostMax)))
    }
}
