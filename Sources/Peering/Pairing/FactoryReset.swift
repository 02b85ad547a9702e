public import Time

/// Erasing what a station has learned, by its talk button, after its power has come back.
///
/// Sans-I/O: tell it the level of the button and the time; do what `nextStep` returns. A button
/// that is down when it is seen first, and is held for ten seconds, brings a warning by voice. Only
/// a person who lets it go then for a second and presses it once more, shortly, erases: a button
/// that is jammed or chatters does not, nor does somebody who talks while the station starts.
public struct FactoryReset: ~Copyable {
    /// One thing to do.
    public enum Step: Equatable, Sendable {
        /// Say this word, in the place of those that are being said; tell `spoken` after it.
        case say(SpokenWord)
        /// Forget key, peers, calls and all else that was learned; tell `erased` then.
        case erase
        /// Start again, with a new key.
        case restart
    }

    /// How long a person holds the button to hear the warning.
    static let hold = Duration.seconds(10)
    /// How long the warning waits for the press.
    static let patience = Duration.seconds(20)
    /// The press comes after the button was up for so long, and lasts this long at most.
    static let rest = Duration.seconds(1)
    static let pressMax = Duration.seconds(2)
    /// A level counts after this: a button that is let go bounces.
    static let settling = Duration.milliseconds(100)
    /// The last word needs no longer.
    static let lastWord = Duration.seconds(8)

    private enum State {
        /// The button was not seen yet.
        case waiting
        case held(since: Instant)
        /// The warning is said; since when the button is down for the press.
        case warned(until: Instant, pressedAt: Instant?)
        case erasing
        /// All is erased, and that is said.
        case erased(until: Instant)
        case over
    }

    private var state = State.waiting
    private var steps: [Step] = []
    private var level: Bool?
    private var changedAt = Instant(nanoseconds: 0)
    /// When the button went down after it had been up and had not bounced for `rest`.
    private var wentDownAt: Instant?
    /// The level that counts.
    private var isDown = false

    public init() {}

    public mutating func nextStep() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }

    /// Whether the button was down when it was seen first, and that is not over.
    public var hasBegun: Bool {
        switch state {
        case .waiting, .over: false
        case .held, .warned, .erasing, .erased: true
        }
    }

    /// No button resets this station any more.
    public mutating func end() {
        switch state {
        case .erasing, .erased: return
        case .warned: steps.append(.say(.notErased))
        case .waiting, .held, .over: break
        }
        state = .over
    }

    /// All is erased, or not.
    public mutating func erased(_ isDone: Bool, at now: Instant) {
        guard case .erasing = state else { return }
        state = isDone ? .erased(until: now + Self.lastWord) : .over
        steps.append(.say(isDone ? .erased : .notErased))
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
        if isDown, !self.isDown, now - changedAt >= Self.rest { wentDownAt = now }
        (level, changedAt) = (isDown, now)
    }

    /// The word is said.
    public mutating func spoken() {
        guard case .erased = state else { return }
        finish()
    }

    /// When to call `tick` at the latest; nil means never.
    public var deadline: Instant? {
        let due: Instant
        switch state {
        case .waiting, .erasing, .over: return nil
        case .held(let since): due = since + Self.hold
        case .warned(let until, _): due = until
        case .erased(let end): due = end
        }
        return settlesAt.map { min($0, due) } ?? due
    }

    /// Lets time pass.
    public mutating func tick(at now: Instant) {
        while let due = deadline, now >= due {
            if due == settlesAt {
                isDown.toggle()
                settled()
            } else {
                pass(due)
            }
        }
    }

    /// When the last change of the level counts.
    private var settlesAt: Instant? {
        level == nil || level == isDown ? nil : changedAt + Self.settling
    }

    private mutating func settled() {
        switch state {
        case .held: state = .over
        case .warned(_, let pressedAt?) where !isDown && changedAt - pressedAt <= Self.pressMax:
            state = .erasing
            steps.append(.erase)
        case .warned(let until, _):
            state = .warned(until: until, pressedAt: isDown ? wentDownAt : nil)
            wentDownAt = nil
        case .waiting, .erasing, .erased, .over: break
        }
    }

    private mutating func pass(_ due: Instant) {
        switch state {
        case .held:
            state = .warned(until: due + Self.patience, pressedAt: nil)
            steps.append(.say(.eraseWarning))
        case .warned: end()
        case .erased: finish()
        case .waiting, .erasing, .over: break
        }
    }

    private mutating func finish() {
        state = .over
        steps.append(.restart)
    }
}
