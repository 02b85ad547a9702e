public import Time

/// Erases a station by its talk button after power-on.
///
/// Sans-I/O: report the level of the button and the time; do the steps of `nextStep`. If the button
/// is down at first and is held for ten seconds, the station speaks a warning. To erase, the person
/// must then release the button for a second and press it once more, shortly: a jammed or
/// chattering button erases nothing, nor does a person who talks while the station starts.
public struct FactoryReset: ~Copyable {
    /// One thing to do.
    public enum Step: Equatable, Sendable {
        /// Say this word instead of the present ones; call `spoken` afterwards.
        case say(SpokenWord)
        /// Forget key, peers, calls and everything else learned; call `erased` afterwards.
        case erase
        /// Start again, with a new key.
        case restart
    }

    /// How long a person holds the button to hear the warning.
    static let hold = Duration.seconds(10)
    /// How long after the warning the press may come.
    static let patience = Duration.seconds(20)
    /// How long the button must be up before the press, and the longest press.
    static let rest = Duration.seconds(1)
    static let pressMax = Duration.seconds(2)
    /// How long a level must last: a released button bounces.
    static let settling = Duration.milliseconds(100)
    /// The most time that the last word takes.
    static let lastWord = Duration.seconds(8)

    private enum State {
        /// The level of the button is not known yet.
        case waiting
        case held(since: Instant)
        /// The warning was said; `pressedAt` is when the press began.
        case warned(until: Instant, pressedAt: Instant?)
        case erasing
        /// All is erased, and the last word is being said.
        case erased(until: Instant)
        case over
    }

    private var state = State.waiting
    private var steps: [Step] = []
    private var level: Bool?
    private var changedAt = Instant(nanoseconds: 0)
    /// When the button went down after it had been up and had not bounced for `rest`.
    private var wentDownAt: Instant?
    /// The debounced level.
    private var isDown = false

    public init() {}

    public mutating func nextStep() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }

    /// Whether a reset is under way: the button was down at first.
    public var hasBegun: Bool {
        switch state {
        case .waiting, .over: false
        case .held, .warned, .erasing, .erased: true
        }
    }

    /// Ends the reset; no button resets this station any more.
    public mutating func end() {
        switch state {
        case .erasing, .erased: return
        case .warned: steps.append(.say(.notErased))
        case .waiting, .held, .over: break
        }
        state = .over
    }

    /// Reports whether all was erased.
    public mutating func erased(_ isDone: Bool, at now: Instant) {
        guard case .erasing = state else { return }
        state = isDone ? .erased(until: now + Self.lastWord) : .over
        steps.append(.say(isDone ? .erased : .notErased))
    }

    /// Takes a change of the button, or its first level.
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

    /// Notes that the word was said.
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
