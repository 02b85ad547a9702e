public import Time

/// The gestures on a button with several meanings: a press, a hold, or a double press.
///
/// Sans-I/O like `TalkKey`: levels and the time go in, and `.tick` at the deadline. A press acts as
/// soon as possible: at once if only presses mean something; at the release if holds do too; after
/// the time for a second press if double presses do.
public struct Gesture: Sendable {
    public enum Touch: Equatable, Sendable { case press, hold, double }

    /// The gestures that mean something on this button.
    public struct Settings: Equatable, Sendable {
        public var press: Bool
        public var hold: Bool
        public var double: Bool
        /// How long a change must last to count.
        public var debounce: Duration

        public init(press: Bool, hold: Bool, double: Bool, debounce: Duration) {
            precondition(debounce >= .zero)
            self.press = press
            self.hold = hold
            self.double = double
            self.debounce = debounce
        }

        /// Whether any gesture means something.
        public var isAny: Bool { press || hold || double }
    }

    /// A hold is a press of at least this length.
    public static let holdTime = Duration.milliseconds(500)
    /// A double press: the second press begins within this time after the release of the first.
    public static let doubleTime = Duration.milliseconds(300)

    private enum State {
        case up
        /// Ignored until released: the button was down at the start, or unreadable.
        case waitingForRelease
        /// Down; the gesture is still open.
        case down(since: Instant)
        /// Up after a short press; a second one may follow.
        case between(since: Instant)
        /// Down, and the gesture is known; nil when it means nothing.
        case decided(Touch?)
    }

    private var state: State
    private var contact: Contact
    private var settings: Settings

    /// Makes a button whose line reads `isDown`: a button held at the start means nothing until it
    /// is released.
    public init(_ settings: Settings, isDown: Bool) {
        self.settings = settings
        contact = Contact(isDown: isDown, debounce: settings.debounce)
        state = isDown ? .waitingForRelease : .up
    }

    /// Changes the meanings; a gesture under way ends with the old ones.
    public mutating func change(to settings: Settings) {
        self.settings = settings
        contact.debounce = settings.debounce
    }

    /// The gesture that still lasts: a hold or double press, until the release.
    public var sustained: Touch? {
        if case .decided(let touch) = state { touch } else { nil }
    }

    /// Takes one input and returns the gesture, if it is known now.
    public mutating func handle(_ input: TalkKey.Input, at now: Instant) -> Touch? {
        switch input {
        case .unreadable:
            contact = Contact(isDown: true, debounce: settings.debounce)
            state = .waitingForRelease
            return nil
        case .level(let isDown): return update(contact.edge(isDown: isDown, at: now), at: now)
        case .tick: return update(contact.tick(at: now), at: now)
        }
    }

    private mutating func update(_ change: Contact.Change?, at now: Instant) -> Touch? {
        switch change {
        case .pressed(let moment):
            let earlier = timePassed(moment)
            return pressed(at: moment) ?? earlier
        case .released(let moment):
            let earlier = timePassed(moment)
            return released(at: moment) ?? earlier
        case nil: return timePassed(now)
        }
    }

    /// When to call `handle(.tick, …)` next; nil means never.
    public var deadline: Instant? {
        let own: Instant? =
            switch state {
            case .down(let since): since + Self.holdTime
            case .between(let since): since + Self.doubleTime
            case .up, .waitingForRelease, .decided: nil
            }
        guard let own else { return contact.deadline }
        guard let bounce = contact.deadline else { return own }
        return min(own, bounce)
    }

    /// When a pending press or release will count; nil means never.
    public var settles: Instant? { contact.deadline }

    private mutating func pressed(at now: Instant) -> Touch? {
        switch state {
        case .between:
            state = .decided(.double)
            return .double
        case .up where !settings.hold && !settings.double:
            state = .decided(.press)
            return settings.press ? .press : nil
        case .up: state = .down(since: now)
        case .waitingForRelease, .down, .decided: break
        }
        return nil
    }

    private mutating func released(at now: Instant) -> Touch? {
        switch state {
        case .down where settings.double:
            state = .between(since: now)
            return nil
        case .down:
            state = .up
            return settings.press ? .press : nil
        case .waitingForRelease, .decided, .up: state = .up
        case .between: break
        }
        return nil
    }

    private mutating func timePassed(_ now: Instant) -> Touch? {
        switch state {
        case .down(let since) where now >= since + Self.holdTime:
            let touch: Touch = settings.hold ? .hold : .press
            state = .decided(touch)
            return touch == .hold || settings.press ? touch : nil
        case .between(let since) where now >= since + Self.doubleTime:
            state = .up
            return settings.press ? .press : nil
        case .up, .waitingForRelease, .down, .between, .decided: return nil
        }
    }
}
