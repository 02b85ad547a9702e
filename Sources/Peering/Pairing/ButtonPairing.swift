public import Time

/// Pairing without a screen (protocol.md §4.1): what a person means by the talk button, and what
/// the station says to that.
///
/// Sans-I/O: tell it what the button does, what becomes of the pairing, and the time; do what
/// `nextStep` returns. A hold opens a window here, whose six digits are said again and again. Short
/// presses type the digits of another station.
public struct ButtonPairing: ~Copyable {
    /// One thing to do.
    public enum Step: Equatable, Sendable {
        /// Say these words, in the place of those that are being said; tell `spoken` after them.
        case say([SpokenWord])
        /// Stop saying words.
        case hush
        /// Open a window for six digits: tell `opened` or `refused`.
        case open
        /// Close the window.
        case close
        /// Try this code at the station that shows one: tell `report`.
        case enter(String)
    }

    /// How long a person holds the button to open a window.
    public static let hold = Duration.seconds(5)
    /// A press as long as this begins anew, and is no digit.
    static let restart = Duration.seconds(2)
    /// The pause that ends a digit.
    static let pause = Duration.milliseconds(1_500)
    /// From the end of the code to its next beginning.
    static let readingPause = Duration.seconds(2)
    /// Digits that are not completed are dropped after this.
    static let patience = Duration.seconds(30)
    /// A press with which nothing begins is answered by a hint after this.
    static let hintPatience = Duration.seconds(6)
    /// The hint comes so often at most.
    static let hintSpacing = Duration.seconds(60)
    /// Changes of the button shorter than this, at least, are bounces.
    static let bounce = Duration.milliseconds(20)

    private enum State { case typing, showing, searching }

    private var state = State.typing
    private var steps: [Step] = []
    private var isAllowed = false
    private var isSpeaking = false

    /// The level that was reported last, and since when; nil before the first, when a button that
    /// is down may be jammed.
    private var level: Bool?
    private var changedAt = Instant(nanoseconds: 0)
    private var debounce = ButtonPairing.bounce
    /// The level that counts.
    private var isDown = false
    /// The beginning of a press that can still mean something.
    private var pressedAt: Instant?
    /// This press has dropped digits.
    private var hasRestarted = false

    private var typed: [Int] = []
    /// Presses of the digit under way, and when it ends.
    private var presses = 0
    private var digitDue: Instant?
    /// When digits that are not completed are dropped.
    private var typedDue: Instant?
    private var hintDue: Instant?
    private var hintedAt: Instant?

    /// What this station shows.
    private var code: PairingCode?
    private var readingDue: Instant?

    public init() {}

    public mutating func nextStep() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }

    // MARK: What happens

    /// Says whether this station pairs by its button now, without a peer and by its settings.
    ///
    /// - Parameters:
    ///   - isAllowed: False ends what the button has begun.
    ///   - debounce: How long the contacts bounce.
    public mutating func allow(_ isAllowed: Bool, debounce: Duration = .zero) {
        self.debounce = max(debounce, Self.bounce)
        guard isAllowed != self.isAllowed else { return }
        self.isAllowed = isAllowed
        // What is down already is no press.
        if let level { isDown = level }
        pressedAt = nil
        forget()
        if state != .typing {
            hush()
            steps.append(.close)
        }
        end()
    }

    /// The button goes down or up, or its level becomes known.
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

    /// The button cannot be read, or is another one.
    public mutating func lost() {
        level = nil
        isDown = false
        pressedAt = nil
    }

    /// The window is open, with this code.
    public mutating func opened(_ code: consuming PairingCode) {
        state = .showing
        self.code = consume code
        readCode()
    }

    /// No window opens now, or no code can be tried.
    ///
    /// - Parameter isForNow: It may work after some time.
    public mutating func refused(isForNow: Bool) {
        end()
        say([isForNow ? .pleaseWait : .failed])
    }

    /// What was to be said is said, or nobody could hear it until now.
    public mutating func spoken(at now: Instant) {
        isSpeaking = false
        if state == .showing { readingDue = now + Self.readingPause }
    }

    /// Says what has become of the pairing that this button began, or, where it is not over, of
    /// somebody's try at its code.
    public mutating func report(_ word: SpokenWord, isOver: Bool = true) {
        // A station may be written as the window is closed.
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

    /// When a press that goes on means something else.
    private var holdDue: Instant? {
        guard let pressedAt else { return nil }
        return pressedAt + (hasTyped && !hasRestarted ? Self.restart : Self.hold)
    }

    private var hasTyped: Bool { presses > 0 || !typed.isEmpty }

    /// Does one thing for which it is time.
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
            // The person wants to go on, and not to listen.
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
            // Somebody who wants to talk.
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

    /// Says how this station is paired, once in a while.
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
