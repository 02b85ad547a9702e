internal import Audio
internal import HAL
internal import Station
internal import Time

/// One talk key of the media loop: its line, if it is open, and what it means.
struct KeySlot: ~Copyable {
    /// What speech is, to a key that it presses.
    struct Voice: Equatable, Sendable {
        let threshold: Float
        let hang: Duration
    }

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
    /// What speech is, where that presses the key.
    private(set) var voice: Voice?
    /// Who listens for it there.
    var vox = Vox(threshold: 8, hang: .zero)

    init(settings: TalkKey.Settings, target: Int, vox voice: Voice? = nil, at now: Instant) {
        self.target = target
        if let voice {
            // It needs no line to be read.
            self.voice = voice
            vox = Vox(threshold: voice.threshold, hang: voice.hang)
            key = TalkKey(settings, isDown: false)
            return
        }
        // Until its line is there it cannot be read, and a hot microphone stays closed too.
        key = TalkKey(settings, isDown: true)
        _ = key.handle(.unreadable, at: now)
    }

    /// Whether speech presses it, and no finger.
    var isVoiceOperated: Bool { voice != nil }

    mutating func handle(_ input: TalkKey.Input, at now: Instant) -> TalkKey.Action? {
        key.handle(input, at: now)
    }

    /// The line is there, for the first time or again, and its level known.
    ///
    /// A hot microphone opens with it, but one that somebody had closed stays closed: a plug that
    /// goes out and in again is nobody's wish to be heard.
    mutating func readable(isDown: Bool, _ settings: TalkKey.Settings) {
        isReadable = true
        self.isDown = isDown
        // What it reads is no edge, and lasts already.
        key = TalkKey(settings, isDown: isDown, isSilenced: wasSilenced)
    }

    /// Goes on with other times and limits; of one mode.
    mutating func change(to settings: TalkKey.Settings, target: Int, vox voice: Voice?) {
        key.change(to: settings)
        if let voice, voice != self.voice {
            vox = Vox(threshold: voice.threshold, hang: voice.hang)
        }
        self.voice = voice
        self.target = target
    }

    /// Reads the line of another key from now on, whose level is known.
    mutating func takeLine(of other: inout KeySlot, _ settings: TalkKey.Settings) {
        // Whoever closed a hot microphone has closed this one too, line or none.
        wasSilenced = other.isReadable ? !other.key.isTalking : other.wasSilenced
        guard let line = other.line.take() else { return }
        self.line = consume line
        hasMoreEdges = other.hasMoreEdges
        guard other.isReadable else { return }
        readable(isDown: other.isDown, settings)
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
