internal import Config
internal import Station

/// What a key's line means: whether and when it talks, and what else its finger may tell.
struct KeyMeaning: Equatable, Sendable {
    /// What makes it talk; nil when it does not.
    var talkTouch: Gesture.Touch?
    /// Whether it talks to whoever was heard last.
    var isReply = false
    var gestures: Gesture.Settings

    /// A key that talks as long as its line says so, and does nothing else.
    static let talk = KeyMeaning(
        talkTouch: .press,
        gestures: Gesture.Settings(press: false, hold: false, double: false, debounce: .zero))

    init(talkTouch: Gesture.Touch?, isReply: Bool = false, gestures: Gesture.Settings) {
        self.talkTouch = talkTouch
        self.isReply = isReply
        self.gestures = gestures
    }

    /// Whether the other talks by the same touch, to whomever.
    func hasTalk(of other: KeyMeaning) -> Bool {
        talkTouch == other.talkTouch && isReply == other.isReply
    }

    init(_ button: Config.Button) {
        talkTouch = button.talks ? Gesture.Touch(button.talkTouch) : nil
        isReply = button.isReply
        // A talk that begins with the press needs no gesture: nothing is waited for.
        let later = talkTouch == .press ? nil : talkTouch
        gestures = Gesture.Settings(
            press: button.acts[.press] != nil,
            hold: button.acts[.hold] != nil || later == .hold,
            double: button.acts[.double] != nil || later == .double, debounce: button.debounce)
    }
}

extension Gesture.Touch {
    init(_ configured: Config.Touch) {
        self =
            switch configured {
            case .press: .press
            case .hold: .hold
            case .double: .double
            }
    }
}

extension Config.Touch {
    init(_ touch: Gesture.Touch) {
        self =
            switch touch {
            case .press: .press
            case .hold: .hold
            case .double: .double
            }
    }
}
