internal import Audio
package import HAL
package import Station
internal import Time

/// One talk key of the media loop: its line, if it is open, and what it means.
struct TalkKeySlot: ~Copyable {
    var line: InputLine?
    private(set) var key: TalkKey
    private var gesture: Gesture
    private var meaning: KeyMeaning
    /// The place of its target; nil when there is none, or none yet for a key that replies.
    var target: Int?
    var isDown = false
    /// Its line may have more edges than were read in one turn.
    var hasMoreEdges = false
    /// Whether the level of the line is known; before the first line, and after a loss, it is not.
    private var isReadable = false
    /// The microphone was closed by a finger, or by the limit, when the line was lost.
    private var wasSilenced = false
    /// Listens for speech, where speech presses the key.
    var vox: Vox?

    /// The result of one input.
    struct Outcome: Equatable {
        var talk: TalkKey.Action?
        var touch: Gesture.Touch?
        /// Nothing holds what a gesture began any more: the finger is away, or the line is.
        var isLetGo = false
    }

    init(
        settings: TalkKey.Settings, target: Int?, meaning: KeyMeaning = .talk,
        vox: Vox? = nil, at now: Instant
    ) {
        self.target = target
        self.meaning = meaning
        self.vox = vox
        gesture = Gesture(meaning.gestures, isDown: vox == nil)
        key = TalkKey(settings, isDown: vox == nil)
        // Until its line is there it cannot be read, and a hot microphone stays closed too.
        if vox == nil { _ = key.handle(.unreadable, at: now) }
    }

    /// Whether speech presses it, and no finger.
    var isVoiceOperated: Bool { vox != nil }

    /// Whether it talks to the peer that was heard last.
    var isReply: Bool { meaning.isReply }

    mutating func handle(_ input: TalkKey.Input, at now: Instant) -> Outcome {
        guard meaning.gestures.isAny else {
            return Outcome(talk: meaning.talkTouch == nil ? nil : key.handle(input, at: now))
        }
        let was = gesture.sustained
        let touch = gesture.handle(input, at: now)
        let talk: TalkKey.Action? =
            switch meaning.talkTouch {
            case nil: nil
            case .press: key.handle(input, at: now)
            case let wanted?:
                handleSustained(was == wanted, gesture.sustained == wanted, input, at: now)
            }
        return Outcome(
            talk: talk, touch: touch == meaning.talkTouch && talksLater ? nil : touch,
            isLetGo: (was ?? touch) != nil && gesture.sustained == nil)
    }

    /// Whether something other than its line's level makes it talk.
    private var talksLater: Bool { meaning.talkTouch == .hold || meaning.talkTouch == .double }

    /// A hold, or a double press, that talks is to the talk key what its line is to others.
    private mutating func handleSustained(
        _ was: Bool, _ isNow: Bool, _ input: TalkKey.Input, at now: Instant
    ) -> TalkKey.Action? {
        if case .unreadable = input { return key.handle(input, at: now) }
        return key.handle(was == isNow ? .tick : .level(isDown: isNow), at: now)
    }

    /// When to call `handle(.tick, …)` next; nil means never.
    var deadline: Instant? {
        meaning.gestures.isAny ? Self.earlier(key.deadline, gesture.deadline) : key.deadline
    }

    /// When a press or a release that began will count, unless it is a bounce; nil means never.
    var settles: Instant? {
        meaning.gestures.isAny ? Self.earlier(key.settles, gesture.settles) : key.settles
    }

    private static func earlier(_ one: Instant?, _ other: Instant?) -> Instant? {
        guard let one else { return other }
        return other.map { min(one, $0) } ?? one
    }

    /// The line is there, for the first time or again, and its level known.
    ///
    /// A hot microphone opens with it, but stays closed if a person had closed it: a plug that is
    /// pulled and put in again expresses no wish to be heard.
    mutating func readable(isDown: Bool, _ settings: TalkKey.Settings) {
        isReadable = true
        self.isDown = isDown
        // The level it reads is no edge, and is settled already.
        key = TalkKey(settings, isDown: isDown && !talksLater, isSilenced: wasSilenced)
        gesture = Gesture(meaning.gestures, isDown: isDown)
    }

    /// Goes on with other times and limits; of one mode.
    mutating func change(
        to settings: TalkKey.Settings, target: Int?, meaning: KeyMeaning, vox: Vox?
    ) {
        key.change(to: settings)
        if self.meaning.gestures.isAny, meaning.gestures.isAny {
            gesture.change(to: meaning.gestures)
        } else {
            // A gesture that had begun is dropped: its deadline would never be asked for.
            gesture = Gesture(meaning.gestures, isDown: isDown)
        }
        self.meaning = meaning
        self.target = target
        // One that listens in the same way goes on, and knows the room.
        if let vox, self.vox?.hasSettings(of: vox) == true { return }
        self.vox = vox
    }

    /// Reads the line of another key from now on, whose level is known.
    mutating func inheritLine(of other: inout TalkKeySlot, _ settings: TalkKey.Settings) {
        // A hot microphone that a person closed stays closed on the other line too.
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
    mutating func unreadable(at now: Instant) -> Outcome {
        if isReadable { wasSilenced = !key.isTalking }
        isReadable = false
        hasMoreEdges = false
        return handle(.unreadable, at: now)
    }
}

/// The meaning of a key's line: whether and when it talks, and which gestures are reported.
package struct KeyMeaning: Equatable, Sendable {
    /// The touch that makes it talk; nil when it does not.
    package var talkTouch: Gesture.Touch?
    /// Whether it talks to the peer that was heard last.
    package var isReply = false
    package var gestures: Gesture.Settings

    /// A key that talks as long as its line says so, and does nothing else.
    package static let talk = KeyMeaning(
        talkTouch: .press,
        gestures: Gesture.Settings(press: false, hold: false, double: false, debounce: .zero))

    package init(talkTouch: Gesture.Touch?, isReply: Bool = false, gestures: Gesture.Settings) {
        self.talkTouch = talkTouch
        self.isReply = isReply
        self.gestures = gestures
    }

    /// Whether the other talks by the same touch, to any target.
    package func hasTalk(of other: KeyMeaning) -> Bool {
        talkTouch == other.talkTouch && isReply == other.isReply
    }
}

/// The opened line of a talk key, on its way to the media loop.
///
/// A type of its own: the compiler of Embedded Swift 6.3 crashes on the destruction of a command
/// whose payload is a tuple with a line in it.
package struct KeyLine: ~Copyable, Sendable {
    /// The place of the key in the plan.
    package let place: Int
    package let line: InputLine

    package init(_ line: consuming InputLine, of place: Int) {
        self.place = place
        self.line = line
    }
}
