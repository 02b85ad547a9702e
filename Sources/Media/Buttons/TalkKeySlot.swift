internal import Audio
package import HAL
package import Station
internal import Time

/// One talk key of the media loop: its line, if it is open, and its meaning.
struct TalkKeySlot: ~Copyable {
    var line: InputLine?
    private(set) var key: TalkKey
    private var gesture: Gesture
    private var meaning: KeyMeaning
    /// The place of its target; nil without a target, or for a reply key that has none yet.
    var target: Int?
    var isDown = false
    /// Whether its line may have more edges than one turn reads.
    var hasMoreEdges = false
    /// Whether the level of the line is known: not before the first line, nor after a loss.
    private var isReadable = false
    /// Whether the microphone was closed, by a finger or the limit, when the line was lost.
    private var wasSilenced = false
    /// Listens for speech, where speech presses the key.
    var vox: Vox?

    /// The result of one input.
    struct Outcome: Equatable {
        var talk: TalkKey.Action?
        var touch: Gesture.Touch?
        /// Whether a gesture has ended: the finger is off the key, or the line is gone.
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
        // Until its line comes, the key cannot be read, and a hot microphone stays closed, too.
        if vox == nil { _ = key.handle(.unreadable, at: now) }
    }

    /// Whether speech presses the key, not a finger.
    var isVoiceOperated: Bool { vox != nil }

    /// Whether the key talks to the peer that was heard last.
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

    /// Whether a hold or a double press makes the key talk, not the level of its line.
    private var talksLater: Bool { meaning.talkTouch == .hold || meaning.talkTouch == .double }

    /// Gives the talk key a hold, or a double press, in place of the line's level.
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

    /// Notes that the line is there, for the first time or again, and its level.
    ///
    /// A hot microphone then opens, but stays closed if a person had closed it: a plug pulled and
    /// put in again is no wish to be heard.
    mutating func readable(isDown: Bool, _ settings: TalkKey.Settings) {
        isReadable = true
        self.isDown = isDown
        // The level just read is no edge, and is settled.
        key = TalkKey(settings, isDown: isDown && !talksLater, isSilenced: wasSilenced)
        gesture = Gesture(meaning.gestures, isDown: isDown)
    }

    /// Takes over other times and limits of the same mode.
    mutating func change(
        to settings: TalkKey.Settings, target: Int?, meaning: KeyMeaning, vox: Vox?
    ) {
        key.change(to: settings)
        if self.meaning.gestures.isAny, meaning.gestures.isAny {
            gesture.change(to: meaning.gestures)
        } else {
            // A gesture that had begun is dropped: its deadline would never be checked.
            gesture = Gesture(meaning.gestures, isDown: isDown)
        }
        self.meaning = meaning
        self.target = target
        // A detector with the same settings goes on: it knows the room's noise.
        if let vox, self.vox?.hasSettings(of: vox) == true { return }
        self.vox = vox
    }

    /// Takes over the line of another key, with its level if known.
    mutating func inheritLine(of other: inout TalkKeySlot, _ settings: TalkKey.Settings) {
        // A hot microphone that a person closed stays closed under this key, too.
        wasSilenced = other.isReadable ? !other.key.isTalking : other.wasSilenced
        guard let line = other.line.take() else { return }
        self.line = consume line
        hasMoreEdges = other.hasMoreEdges
        guard other.isReadable else { return }
        readable(isDown: other.isDown, settings)
    }

    /// The descriptor for the line's edges; nil without a line.
    var descriptor: Int32? {
        switch line {
        case .some(let line): line.fd
        case .none: nil
        }
    }

    /// Notes that the line cannot be read any more: the key is neither up nor down.
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

    /// A key that talks by the level of its line, and does nothing else.
    package static let talk = KeyMeaning(
        talkTouch: .press,
        gestures: Gesture.Settings(press: false, hold: false, double: false, debounce: .zero))

    package init(talkTouch: Gesture.Touch?, isReply: Bool = false, gestures: Gesture.Settings) {
        self.talkTouch = talkTouch
        self.isReply = isReply
        self.gestures = gestures
    }

    /// Whether the other key talks by the same touch, to any target.
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
