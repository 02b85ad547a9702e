public import Time

/// Pairing without a screen (protocol.md §4.1), by presses of the talk button and spoken words.
///
/// Sans-I/O: report the button, the pairing and the time; do the steps of `nextStep`. A long press
/// opens a window here, whose six digits are read aloud repeatedly. Short presses type the digits
/// of another station.
public struct ButtonPairing: ~Copyable {
    /// One thing to do.
    public enum Step: Equatable, Sendable {
        /// Say these words instead of the present ones; call `spoken` afterwards.
        case say([SpokenWord])
        /// Stop saying words.
        case hush
        /// Open a window for six digits; call `opened` or `refused`.
        case open
        /// Close the window.
        case close
        /// Try this code at the station that shows one; call `report`.
        case enter(String)
    }

    /// How long a person holds the button to open a window.
    public static let hold = Duration.seconds(5)
    /// A press of this length drops the typed digits, and is no digit itself.
    static let restart = Duration.seconds(2)
    /// The pause that ends a digit.
    static let pause = Duration.milliseconds(1_500)
    /// The pause between two readings of the code.
    static let readingPause = Duration.seconds(2)
    /// How long an incomplete code waits for its next digit.
    static let patience = Duration.seconds(30)
    /// The wait before the hint that answers a single press.
    static let hintPatience = Duration.seconds(6)
    /// The least time between two hints.
    static let hintSpacing = Duration.seconds(60)
    /// The least time that a level must last; shorter changes are bounces.
    static let bounce = Duration.milliseconds(20)

    private enum State { case typing, showing, searching }

    private var state = State.typing
    private var steps: [Step] = []
    private var isAllowed = false
    private var isSpeaking = false

    /// The last reported level; nil before the first report: a button that is down then may be
    /// jammed.
    private var level: Bool?
    private var changedAt = Instant(nanoseconds: 0)
    private var debounce = ButtonPairing.bounce
    /// The debounced level.
    private var isDown = false
    /// When the present press began; nil once it no longer counts.
    private var pressedAt: Instant?
    /// Whether this press has dropped digits.
    private var hasRestarted = false

    private var typed: [Int] = []
    /// The presses of the present digit, and when the digit ends.
    private var presses = 0
    private var digitDue: Instant?
    /// When an incomplete code is dropped.
    private var typedDue: Instant?
    private var hintDue: Instant?
    private var hintedAt: Instant?

    /// The code of this station's window.
    private var code: PairingCode?
    private var readingDue: Instant?

    public init() {}

    public mutating func nextStep() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }

    // MARK: What happens

    /// Sets whether the button may pair: the station has no peer, and its settings allow it.
    ///
    /// - Parameters:
    ///   - isAllowed: False ends a pairing that the button began.
    ///   - debounce: How long the contacts bounce.
    public mutating func allow(_ isAllowed: Bool, debounce: Duration = .zero) {
        self.debounce = max(debounce, Self.bounce)
        guard isAllowed != self.isAllowed else { return }
        self.isAllowed = isAllowed
        // A button that is already down is no press.
        if let level { isDown = level }
        pressedAt = nil
        forget()
        if state != .typing {
            hush()
            steps.append(.close)
        }
        end()
    }

    /// Takes a change of the button, or its first level.
    public mutating func turn(isDown: Bool, at now: Instant) {
        tick(at: now)
        guard let level else {
            self.level = isDown
            self.isDown = isDown
            return
        }
        guard isDown != level else { return }
        self.level = isDown
        changedAt = now
    }

    /// Forgets the level: the button is unreadable, or a different one.
    public mutating func lost() {
        level = nil
        isDown = false
        pressedAt = nil
    }

    /// Reads this code aloud: the window is open.
    public mutating func opened(_ code: consuming PairingCode) {
        state = .showing
        self.code = consume code
        readCode()
    }

    /// Ends the attempt: no window opens, or no code can be tried.
    ///
    /// - Parameter isForNow: Whether it may work later.
    public mutating func refused(isForNow: Bool) {
        end()
        say([isForNow ? .pleaseWait : .failed])
    }

    /// Notes that the words were said, or could not be heard.
    public mutating func spoken(at now: Instant) {
        isSpeaking = false
        if state == .showing { readingDue = now + Self.readingPause }
    }

    /// Says the outcome of the button's pairing, or, unless `isOver`, of one try at its code.
    public mutating func report(_ word: SpokenWord, isOver: Bool = true) {
        // A pairing may be stored just as the window closes.
        guard state != .typing || word == .paired else { return }
        if isOver { end() }
        say([word])
    }

    /// When to call `tick` at the latest; nil means never.
    public var deadline: Instant? {
        guard isAllowed else { return nil }
        return [settlesAt, holdDue, isSettled ? digitDue : nil, typedDue, hintDue, readingDue]
            .compactMap { $0 }.min()
    }

    /// Lets time pass.
    public mutating func tick(at now: Instant) {
        guard isAllowed else {
            if let level { isDown = level }
            return
        }
        while let due = deadline, now >= due { pass(due) }
    }

    // MARK: Time

    private var isSettled: Bool { level == nil || level == isDown }

    /// When the last change of the level counts.
    private var settlesAt: Instant? { isSettled ? nil : changedAt + debounce }

    /// When the present press becomes a long one.
    private var holdDue: Instant? {
        guard let pressedAt else { return nil }
        return pressedAt + (hasTyped && !hasRestarted ? Self.restart : Self.hold)
    }

    private var hasTyped: Bool { presses > 0 || !typed.isEmpty }

    /// Does one thing that is due.
    private mutating func pass(_ due: Instant) {
        if due == settlesAt {
            isDown.toggle()
            isDown ? pressed() : released()
        } else if due == holdDue {
            held()
        } else if isSettled, due == digitDue {
            endDigit(at: due)
        } else if due == typedDue {
            let isTold = typed != [1]
            forget()
            if isTold { say([.startAgain]) }
        } else if due == hintDue {
            hint(at: due)
        } else {
            readCode()
        }
    }

    // MARK: Presses

    private mutating func pressed() {
        hasRestarted = false
        switch state {
        case .showing:
            steps.append(.close)
            end()
            say([.windowClosed])
        case .searching: break
        case .typing:
            // The person wants to go on, not listen.
            hush()
            pressedAt = changedAt
            digitDue = nil
            typedDue = nil
            hintDue = nil
        }
    }

    private mutating func released() {
        guard let pressedAt else { return }
        self.pressedAt = nil
        guard changedAt - pressedAt < Self.restart else {
            // The person wants to talk, not pair.
            if !hasRestarted { hint(at: changedAt) }
            return
        }
        presses += 1
        guard presses <= 10 else { return startAgain() }
        digitDue = changedAt + Self.pause
    }

    private mutating func held() {
        if hasTyped, !hasRestarted {
            hasRestarted = true
            return startAgain()
        }
        pressedAt = nil
        forget()
        steps.append(.open)
    }

    private mutating func startAgain() {
        forget()
        say([.startAgain])
    }

    private mutating func endDigit(at now: Instant) {
        let digit = presses % 10
        presses = 0
        digitDue = nil
        typed.append(digit)
        guard typed.count == PairingCode.digitCount else {
            typedDue = now + Self.patience
            if typed == [1], mayHint(at: now + Self.hintPatience) {
                hintDue = now + Self.hintPatience
            }
            return say([.digit(digit)])
        }
        var text = ""
        for digit in typed { text += "\(digit)" }
        forget()
        state = .searching
        say([.digit(digit), .searching])
        steps.append(.enter(text))
    }

    private mutating func forget() {
        typed = []
        presses = 0
        digitDue = nil
        typedDue = nil
        hintDue = nil
    }

    private mutating func end() {
        state = .typing
        code = nil
        readingDue = nil
    }

    // MARK: Words

    private mutating func say(_ words: [SpokenWord]) {
        isSpeaking = true
        readingDue = nil
        steps.append(.say(words))
    }

    private mutating func hush() {
        guard isSpeaking else { return }
        isSpeaking = false
        steps.append(.hush)
    }

    private func mayHint(at now: Instant) -> Bool {
        hintedAt.map { now >= $0 + Self.hintSpacing } ?? true
    }

    /// Says how to pair this station, at most once a minute.
    private mutating func hint(at now: Instant) {
        forget()
        guard mayHint(at: now) else { return }
        hintedAt = now
        say([.notPaired])
    }

    private mutating func readCode() {
        var words = [SpokenWord.pairingCode]
        switch code {
        case .some(let code):
            for place in code.bytes.indices { words.append(.digit(Int(code.bytes[place] - 48))) }
        case .none: return
        }
        say(words)
    }
}
