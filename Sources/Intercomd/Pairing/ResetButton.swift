internal import Hardware
internal import Pairing
internal import Time

/// The talk button that erases this station, if it is held as the power comes back.
///
/// `FactoryReset` decides.
struct ResetButton: ~Copyable {
    /// A machine that runs for longer has not just got its power.
    private static let afterPower = Duration.seconds(120)

    private var core = FactoryReset()
    /// The station is to forget what it has learned, and to start again.
    private(set) var isErasing = false

    /// - Parameter sinceBoot: When the program began, counted from the start of the machine.
    init(sinceBoot: Instant) {
        if sinceBoot.nanoseconds > Self.afterPower.nanoseconds { core.end() }
    }

    /// When to call `serve` at the latest.
    var deadline: Instant? { core.deadline }

    /// Looks at the button, and lets time pass.
    ///
    /// - Parameters:
    ///   - key: The button; nil where none erases.
    ///   - hasSpeaker: Whether a warning can be heard.
    ///   - now: The time.
    /// - Returns: The word to say, in the place of those that are being said.
    mutating func serve(_ key: Lines.Key?, hasSpeaker: Bool, at now: Instant) -> SpokenWord? {
        if key == nil || core.hasBegun && !hasSpeaker { core.end() }
        if hasSpeaker, let key, key.isOpen, let isDown = key.isDown {
            core.turn(isDown: isDown, at: now)
        }
        core.tick(at: now)
        var word: SpokenWord?
        while let step = core.nextStep() {
            switch step {
            case .say(let next): word = next
            case .erase: isErasing = true
            }
        }
        return word
    }

    /// The word is said.
    mutating func spoken() { core.spoken() }
}
