package import Station

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
