internal import Config
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Time

/// The talk button that erases this station, if it is held as the power comes back.
///
/// `FactoryReset` decides.
struct ResetButton: ~Copyable {
    /// A machine that runs for longer has not just got its power.
    private static let afterPower = Duration.seconds(120)

    private var core = FactoryReset()
    private var erasing: Background<Result<Void, SystemError>>?
    /// Why not all was erased.
    private(set) var problem: String?
    /// The station has forgotten what it had learned, and is to start again.
    private(set) var isErased = false

    /// - Parameter sinceBoot: When the program began, counted from the start of the machine.
    init(sinceBoot: Instant) {
        if sinceBoot.nanoseconds > Self.afterPower.nanoseconds { core.end() }
    }

    /// When to call `serve` at the latest.
    func deadline(at now: Instant) -> Instant? { erasing?.look(at: now) ?? core.deadline }

    /// Looks at the button, and lets time pass.
    ///
    /// - Parameters:
    ///   - key: The button; nil where none erases.
    ///   - hasSpeaker: Whether a warning can be heard.
    ///   - config: The settings in use.
    ///   - writer: The queue of writes; erasing waits for those before it.
    ///   - now: The time.
    /// - Returns: The word to say, in the place of those that are being said.
    mutating func serve(
        _ key: Lines.Key?, hasSpeaker: Bool, _ config: Config, by writer: WorkChain, at now: Instant
    ) -> SpokenWord? {
        if key == nil || core.hasBegun && !hasSpeaker { core.end() }
        if hasSpeaker, let key, key.isOpen, let isDown = key.isDown {
            core.turn(isDown: isDown, at: now)
        }
        core.tick(at: now)
        if let result = erasing?.take() {
            erasing = nil
            if case .failure(let error) = result { problem = "not all is erased: \(error)" }
            core.erased(problem == nil, at: now)
        }
        var word: SpokenWord?
        while let step = core.nextStep() {
            switch step {
            case .say(let next): word = next
            case .erase: erasing = Self.erase(config, by: writer)
            case .restart: isErased = true
            }
        }
        return word
    }

    /// Erases what the station has learned, when all is written that was begun before.
    static func erase(
        _ config: Config, by writer: WorkChain
    ) -> Background<Result<Void, SystemError>> {
        writer.begin { () -> Result<Void, SystemError> in
            Result { () throws(SystemError) in try LearnedFiles.erase(config) }
        }
    }

    /// The word is said.
    mutating func spoken() { core.spoken() }
}
