internal import Time

/// What a station says to the person in front of it without words.
public enum Chime: UInt8, CaseIterable, Equatable, Sendable {
    /// Someone calls; or the user's own sound.
    case ring
    /// It rings at the other side.
    case ringback
    /// The other side is busy, or takes no calls.
    case busy
    /// The call is over.
    case ended
    /// A page begins.
    case page
    /// Someone listens here.
    case beep
    /// The channel is open: talk.
    case permit
    /// Nobody can hear what is said now.
    case nobody
    /// The talk key was held too long.
    case timeOut
    /// What was asked for cannot be.
    case refusal
    /// The loudspeaker is tried.
    case trial

    /// How long the trial sounds, and the card's buffer after it.
    public static let trialLength = Duration.milliseconds(1_100)

    /// Its notes.
    public var tone: Tone {
        let rest = { (ms: Int) in Tone.Note(frequency: 0, duration: .milliseconds(ms)) }
        let note = { (hertz: Int, ms: Int) in
            Tone.Note(frequency: hertz, duration: .milliseconds(ms))
        }
        return switch self {
        case .ring: Tone(note(784, 300), note(622, 500))
        case .ringback: Tone(note(425, 1_000), decibels: -24)
        case .busy: Tone(note(425, 250), rest(250), note(425, 250))
        case .ended: Tone(note(622, 120), note(466, 180))
        case .page: Tone(note(523, 180), note(659, 180), note(784, 280))
        case .beep: Tone(note(1_400, 200), decibels: -20)
        case .permit: Tone(note(1_047, 70), decibels: -20)
        case .nobody: Tone(note(330, 90), rest(50), note(330, 90), decibels: -16)
        case .timeOut: Tone(note(440, 120), rest(60), note(440, 120), note(330, 240))
        case .refusal: Tone(note(220, 250))
        case .trial: Tone(note(600, 250), note(800, 250), note(1_000, 400))
        }
    }

    /// From one beginning to the next where it goes on until it is stopped; nil: once.
    public var cycle: Duration? {
        switch self {
        case .ring: .seconds(3)
        case .ringback: .seconds(4)
        case .beep: .seconds(10)
        case .busy, .ended, .page, .permit, .nobody, .timeOut, .refusal, .trial: nil
        }
    }

    /// Whether whoever is at the microphone must hear it, whatever the speaker does just then.
    public var isUrgent: Bool {
        switch self {
        case .beep, .permit, .nobody, .timeOut, .refusal, .ended, .busy, .trial: true
        case .ring, .ringback, .page: false
        }
    }
}
