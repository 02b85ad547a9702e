package import Station

/// What a key's line means: whether and when it talks, and what else its finger may tell.
package struct KeyMeaning: Equatable, Sendable {
    /// What makes it talk; nil when it does not.
    package var talkTouch: Gesture.Touch?
    /// Whether it talks to whoever was heard last.
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

    /// Whether the other talks by the same touch, to whomever.
    package func hasTalk(of other: KeyMeaning) -> Bool {
        talkTouch == other.talkTouch && isReply == other.isReply
    }
}
