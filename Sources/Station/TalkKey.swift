public import Time

/// One talk key: decides when this station may be heard (talking.md "Press and talk").
///
/// Sans-I/O: report an event and the time, do what it returns, and call it with `.tick` at its
/// deadline. A key that cannot be read counts neither as released nor as pressed: the microphone
/// closes, and stays closed until the key is seen released.
public struct TalkKey: Sendable {
    public enum Mode: Sendable {
        /// Talks while held.
        case momentary
        /// One press talks, the next one stops.
        case latch
        /// A short press latches, a long one is momentary.
        case smart
        /// Talks from the start (hot microphone); a press stops, the next one talks again.
        case open
    }

    public enum Input: Sendable {
        /// The line's level after an edge; `true` is pressed.
        case level(isDown: Bool)
        /// The line could not be read.
        case unreadable
        /// The deadline passed.
        case tick
    }

    public enum Action: Equatable, Sendable {
        case openMicrophone
        case closeMicrophone
        /// Held or latched past the limit: the microphone closes, and the person is warned.
        case timeOut
    }

    public struct Settings: Equatable, Sendable {
        public var mode: Mode
        /// How long a change must last to count.
        public var debounce: Duration
        /// How long the microphone stays open after the release, for the last syllable.
        public var tail: Duration
        /// The longest talk: a jammed key ends here.
        public var talkMax: Duration

        public init(mode: Mode, debounce: Duration, tail: Duration, talkMax: Duration) {
            precondition(debounce >= .zero && tail >= .zero && talkMax > .zero)
            self.mode = mode
            self.debounce = debounce
            self.tail = tail
            self.talkMax = talkMax
        }

        /// A press shorter than this latches a smart key.
        public static let shortPress = Duration.milliseconds(400)
    }

    private enum State {
        case idle
        /// Silent until the key is seen released: it was down at the start, unreadable, or jammed.
        case waitingForRelease
        /// Held down since `since`; `latches` when a short press of a smart key will stay on.
        case held(since: Instant, latches: Bool)
        /// On without a finger on the key, since `since`; nil when there is no limit (hot
        /// microphone).
        case latched(since: Instant?)
        /// Latched, and pressed again to stop: still down.
        case stopping
        case tail(until: Instant)
    }

    private var state: State
    private var settings: Settings
    private var contact: Contact

    /// Makes a key whose line reads `isDown` at the start: a held key stays silent until released;
    /// a hot microphone with `isSilenced` stays silent until pressed.
    public init(_ settings: Settings, isDown: Bool, isSilenced: Bool = false) {
        self.settings = settings
        contact = Contact(isDown: isDown, debounce: settings.debounce)
        state =
            switch settings.mode {
            case .open where !isSilenced: .latched(since: nil)
            case .open, .momentary, .latch, .smart: isDown ? .waitingForRelease : .idle
            }
    }

    /// Changes times and limits, at any moment; the mode must stay the same.
    public mutating func change(to settings: Settings) {
        precondition(settings.mode == self.settings.mode)
        self.settings = settings
        contact.debounce = settings.debounce
    }

    /// Whether the microphone is open for this key.
    public var isTalking: Bool {
        switch state {
        case .held, .latched, .tail: true
        case .idle, .waitingForRelease, .stopping: false
        }
    }

    /// Takes one input and returns what to do, if anything.
    public mutating func handle(_ input: Input, at now: Instant) -> Action? {
        switch input {
        case .unreadable:
            contact = Contact(isDown: true, debounce: settings.debounce)
            let wasTalking = isTalking
            state = .waitingForRelease
            return wasTalking ? .closeMicrophone : nil
        case .level(let isDown):
            switch contact.edge(isDown: isDown, at: now) {
            case .pressed(let moment): return pressed(at: moment)
            case .released(let moment): return released(at: moment)
            case nil: return nil
            }
        case .tick:
            switch contact.tick(at: now) {
            case .pressed(let moment): return pressed(at: moment)
            case .released(let moment): return released(at: moment)
            case nil: return timePassed(now)
            }
        }
    }

    /// When to call `handle(.tick, …)` next; nil means never.
    public var deadline: Instant? {
        let ownDeadline: Instant? =
            switch state {
            case .held(let since, _): since + settings.talkMax
            case .latched(let since): since.map { $0 + settings.talkMax }
            case .tail(let until): until
            case .idle, .waitingForRelease, .stopping: nil
            }
        guard let own = ownDeadline else { return contact.deadline }
        guard let bounce = contact.deadline else { return own }
        return min(own, bounce)
    }

    /// When a pending press or release will count, unless it is a bounce; nil means never.
    public var settles: Instant? { contact.deadline }

    private mutating func pressed(at now: Instant) -> Action? {
        switch state {
        case .idle:
            state = down(since: now)
            return .openMicrophone
        case .tail:
            // Pressed again within the tail: the talkspurt goes on.
            state = down(since: now)
            return nil
        case .latched:
            state = .stopping
            return .closeMicrophone
        case .waitingForRelease, .held, .stopping:
            return nil
        }
    }

    private mutating func released(at now: Instant) -> Action? {
        switch state {
        case .held(let since, let latches):
            if latches, now - since < Settings.shortPress {
                state = .latched(since: since)
                return nil
            }
            return endTalk(at: now)
        case .waitingForRelease, .stopping:
            state = .idle
            return nil
        case .idle, .latched, .tail:
            return nil
        }
    }

    private mutating func timePassed(_ now: Instant) -> Action? {
        switch state {
        case .held(let since, _) where now >= since + settings.talkMax:
            state = .waitingForRelease
            return .timeOut
        case .latched(let since?) where now >= since + settings.talkMax:
            state = .idle
            return .timeOut
        case .tail(let until) where now >= until:
            state = .idle
            return .closeMicrophone
        case .idle, .waitingForRelease, .held, .latched, .stopping, .tail:
            return nil
        }
    }

    private func down(since now: Instant) -> State {
        switch settings.mode {
        case .momentary: .held(since: now, latches: false)
        case .smart: .held(since: now, latches: true)
        case .latch: .latched(since: now)
        case .open: .latched(since: nil)
        }
    }

    private mutating func endTalk(at now: Instant) -> Action? {
        guard settings.tail > .zero else {
            state = .idle
            return .closeMicrophone
        }
        state = .tail(until: now + settings.tail)
        return nil
    }
}
