public import Time

/// Erasing what a station has learned, by its talk button, after its power has come back.
///
/// Sans-I/O: tell it the level of the button and the time; do what `nextStep` returns. A button
/// that is down when it is seen first, and is held for ten seconds, brings a warning by voice. Only
/// a person who lets it go then and presses once more erases: a button that is jammed does not, nor
/// does somebody who talks while the station starts.
public struct FactoryReset: ~Copyable {
    /// One thing to do.
    public enum Step: Equatable, Sendable {
        /// Say this word, in the place of those that are being said; tell `spoken` after it.
        case say(SpokenWord)
        /// Forget key, peers, calls and all else that was learned, and start again.
        case erase
    }

    /// How long a person holds the button to hear the warning.
    static let hold = Duration.seconds(10)
    /// How long the warning waits for the press.
    static let patience = Duration.seconds(20)
    /// A level counts after this: a button that is let go bounces.
    static let settling = Duration.milliseconds(100)
    /// The last word needs no longer.
    static let lastWord = Duration.seconds(8)

    private enum State {
        /// The button was not seen yet.
        case waiting
        case held(since: Instant)
        /// The warning is said; `wasReleased`: the button is up since.
        case warned(until: Instant, wasReleased: Bool)
        case erasing(at: Instant)
        case over
    }

    private var state = State.waiting
    private var steps: [Step] = []
    private var level: Bool?
    private var changedAt = Instant(nanoseconds: 0)
    /// The level that counts.
    private var isDown = false

    public init() {}

    public mutating func nextStep() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }

    /// Whether the button was down when it was seen first, and that is not over.
    public var hasBegun: Bool {
        switch state {
        case .waiting, .over: false
        case .held, .warned, .erasing: true
        }
    }

    /// No button resets this station any more.
    public mutating func end() {
        if case .warned = state { steps.append(.say(.notErased)) }
        state = .over
    }

    /// The button goes down or up, or its level becomes known.
    public mutating func turn(isDown: Bool, at now: Instant) {
        tick(at: now)
        guard level != nil else {
            (level, self.isDown) = (isDown, isDown)
            if case .waiting = state { state = isDown ? .held(since: now) : .over }
            return
        }
        guard isDown != level else { return }
        (level, changedAt) = (isDown, now)
    }

    /// The word is said.
    public mutating func spoken() {
        guard case .erasing = state else { return }
        finish()
    }

    /// When to call `tick` at the latest; nil means never.
    public var deadline: Instant? {
        let due: Instant
        switch state {
        case .waiting, .over: return nil
        case .held(let since): due = since + Self.hold
        case .warned(let until, _): due = until
        case .erasing(let end): due = end
        }
        return settlesAt.map { min($0, due) } ?? due
    }

    /// Lets time pass.
    public mutating func tick(at now: Instant) {
        while let due = deadline, now >= due {
            if due == settlesAt {
                isDown.toggle()
                settled(at: due)
            } else {
                pass(due)
            }
        }
    }

    /// When the last change of the level counts.
    private var settlesAt: Instant? {
        level == nil || level == isDown ? nil : changedAt + Self.settling
    }

    private mutating func settled(at now: Instant) {
        switch state {
        case .held: state = .over
        case .warned(let until, let wasReleased):
            if !isDown {
                state = .warned(until: until, wasReleased: true)
            } else if wasReleased {
                state = .erasing(at: now + Self.lastWord)
                steps.append(.say(.erased))
            }
        case .waiting, .erasing, .over: break
        }
    }

    private mutating func pass(_ due: Instant) {
        switch state {
        case .held:
            state = .warned(until: due + Self.patience, wasReleased: false)
            steps.append(.say(.eraseWarning))
        case .warned: end()
        case .erasing: finish()
        case .waiting, .over: break
        }
    }

    private mutating func finish() {
        state = .over
        steps.append(.erase)
    }
}
