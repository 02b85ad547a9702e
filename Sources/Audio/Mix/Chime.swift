internal import Time

/// The sounds by which a station tells the person in front of it something.
public enum Chime: UInt8, CaseIterable, Equatable, Sendable {
    /// A call rings here; the user may set another sound.
    case ring
    /// It rings at the other side.
    case ringback
    /// The other side is busy, or accepts no calls.
    case busy
    /// The call is over.
    case ended
    /// A page begins.
    case page
    /// A peer listens to this room.
    case beep
    /// The channel is open: talk.
    case permit
    /// No station can hear you now.
    case nobody
    /// The talk button was held too long.
    case timeOut
    /// The request is refused.
    case refusal
    /// A test of the loudspeaker.
    case trial

    /// How long the test sounds, and the card's buffer after it.
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

    /// The time from one start to the next, for a chime that repeats until it is stopped; nil for
    /// others.
    public var cycle: Duration? {
        switch self {
        case .ring: .seconds(3)
        case .ringback: .seconds(4)
        case .beep: .seconds(10)
        case .busy, .ended, .page, .permit, .nobody, .timeOut, .refusal, .trial: nil
        }
    }

    /// Whether the person at the microphone must hear it, even while the speaker is held down.
    public var isUrgent: Bool {
        switch self {
        case .beep, .permit, .nobody, .timeOut, .refusal, .ended, .busy, .trial: true
        case .ring, .ringback, .page: false
        }
    }
}
