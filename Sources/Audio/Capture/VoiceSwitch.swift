/// Lowers the microphone while it hears only the remaining echo.
///
/// It learns how loud that echo is, relative to the played sound. Behind a good canceller the
/// remaining echo is low, and a quiet voice opens the switch; behind a bad one, only a voice louder
/// than the echo opens it, so that one side speaks at a time. Two more rules are certain. Sound
/// that the canceller mostly removes is echo, however much remains. And a canceller that adds to
/// the sound has lost the room, so everything is echo until it has learned again. Sounds that it
/// has not heard since the loss, or ever, take longer: so for some seconds after a loss, and at the
/// start, only a voice about as loud as the played sound counts. Pure; no delay.
public struct VoiceSwitch: Sendable {
    /// The microphone's gain while it is lowered, with a good canceller and without: -20 and -40
    /// dB.
    private static let softened: Float = 0.1
    private static let closed: Float = 0.01
    /// dB above the expected echo that mean a person speaking here.
    private static let margin: Float = 8
    /// A canceller removes this many dB only of an echo without speech over it.
    private static let sure: Float = 11
    /// A canceller that adds more than `worse` dB for `worseMax` seconds has lost the room: for 40
    /// ms, whatever the length of a block.
    private static let worse: Float = 0.3
    private static let worseMax: Float = 0.039
    /// After a loss of the room the expected echo falls at most this fast, in dB per second of
    /// sound.
    ///
    /// At the start, and after another loss within `relapse` seconds, it stays for `stay` seconds
    /// and then falls more slowly. A voice that begins here does not cause such a second loss.
    private static let trust: Float = 6
    private static let slowTrust: Float = 3
    private static let relapse: Float = 1
    private static let stay: Float = 1
    private static let playedFloor: Float = -55
    private static let playedClear: Float = -45
    private static let heardFloor: Float = -60
    /// The room's echo of a sound falls this fast, dB per second.
    private static let decay: Float = 170
    /// The expected echo moves so that it exceeds five of eight moments: dB per second.
    private static let rise: Float = 12
    private static let fall: Float = 20
    /// How long the switch stays open after the last word.
    private static let hang: Float = 0.15
    /// Opens to full scale in 10 ms, closes in 60 ms.
    private static let opening: Float = 100
    private static let closing: Float = 16

    /// Whether the microphone passes.
    public private(set) var isOpen = true
    /// Level of the echo relative to the played sound, in dB.
    public private(set) var expected: Float = 0
    private var envelope = Power.floor
    private var lastOver: Float = 0
    private var left: Float = 0
    private var lost: Float = 0
    private var sinceLost: Float = 60
    /// The least expected echo; it stays for so many seconds, then falls this fast.
    private var least: Float = 0
    private var leastStays = Self.stay
    private var leastFall = Self.slowTrust
    private var gain: Float = 1

    public init() {}

    /// Passes or lowers one frame.
    ///
    /// - Parameters:
    ///   - sound: The microphone's sound after the canceller.
    ///   - powers: The mean squares before and after the canceller, and of the played sound.
    ///   - isGood: Whether the canceller is good enough to speak and listen at once.
    public mutating func process(
        _ sound: inout MutableSpan<Int16>, _ powers: EchoPowers, isGood: Bool
    ) {
        let seconds = Float(sound.count) / Float(PCM.sampleRate)
        let played = Power.decibels(powers.played)
        // The canceller's output may belong to the former frame.
        let before = envelope
        envelope = max(played, envelope - Self.decay * seconds)
        left = max(0, left - seconds)
        isOpen = true
        if max(before, envelope) > Self.playedFloor {
            judge(Power.mean(sound.span), powers, max(before, envelope), seconds)
            isOpen = left > 0
        }
        let goal = isOpen ? 1 : isGood ? Self.softened : Self.closed
        if goal != 1 || gain != 1 { fade(&sound, to: goal) }
    }

    private mutating func judge(
        _ power: Float, _ powers: EchoPowers, _ played: Float, _ seconds: Float
    ) {
        let captured = Power.decibels(powers.captured)
        let gone = captured - Power.decibels(powers.left)
        sinceLost = min(60, sinceLost + seconds)
        if played > Self.playedClear {
            // A room without an echo can be trusted, too.
            if captured > Self.heardFloor {
                lost = gone < -Self.worse ? lost + seconds : max(0, lost - seconds / 2)
            }
            trustAgain(seconds)
        }
        if lost >= Self.worseMax { distrust() }
        expected = max(expected, least)
        let over = Power.decibels(power) - played - expected
        if gone >= Self.sure {
            left = 0
        } else if over > Self.margin, lastOver > Self.margin - 3 {
            left = Self.hang
        }
        lastOver = over
        expected += (over > 0 ? Self.rise : -Self.fall) * seconds
        expected = min(12, max(-70, expected))
    }

    /// Notes that the canceller has lost the room.
    private mutating func distrust() {
        let isAgain = sinceLost < Self.relapse
        leastStays = isAgain ? Self.stay : 0
        leastFall = isAgain ? Self.slowTrust : Self.trust
        sinceLost = 0
        lost = 0
        left = 0
        least = 0
    }

    private mutating func trustAgain(_ seconds: Float) {
        if leastStays > 0 {
            leastStays -= seconds
        } else {
            least = max(-70, least - leastFall * seconds)
        }
    }

    private mutating func fade(_ sound: inout MutableSpan<Int16>, to goal: Float) {
        let speed = (goal > gain ? Self.opening : -Self.closing) / Float(PCM.sampleRate)
        for i in 0..<sound.count {
            gain = speed > 0 ? min(goal, gain + speed) : max(goal, gain + speed)
            sound[i] = Int16(Float(sound[i]) * gain)
        }
    }
}

/// Decides which side has the word in a call where only one can be heard at a time.
///
/// A speaker that the microphone hears would send every word back. So the microphone is shut while
/// the far side speaks, and the speaker is held down while a person speaks here; the first to speak
/// keeps the word until a pause. `SpeechDetector` detects speech on both sides, on the far side
/// before the room hears it. Pure.
public struct DuplexSwitch: Sendable {
    public enum Side: Equatable, Sendable { case nobody, here, far }

    /// A pause of this length ends a turn: 300 ms.
    private static let pause = 14_400
    /// Sound in the card's queue and the room's echo outlast the far side's speech: 150 ms.
    private static let room = 7_200
    /// The microphone opens in 10 ms and shuts in 5.
    private static let opening: Float = 1 / 480
    private static let closing: Float = 1 / 240

    public private(set) var side = Side.nobody
    private var here = SpeechDetector()
    private var far = SpeechDetector()
    private var left = 0
    private var gain: Float = 1

    public init() {}

    /// Takes a block for the speaker, before it is held down.
    public mutating func played(_ block: Span<Int16>) {
        guard far.add(block) > 0, far.isSpeech, side != .here else { return }
        side = .far
        left = Self.pause + Self.room
    }

    /// Takes a block of the microphone, and passes or mutes it.
    public mutating func captured(_ block: inout MutableSpan<Int16>) {
        left -= block.count
        if left <= 0 { side = .nobody }
        // While the far side speaks, the microphone hears the speaker.
        if side != .far, here.add(block.span) > 0, here.isSpeech {
            side = .here
            left = Self.pause
        }
        let goal: Float = side == .far ? 0 : 1
        guard goal != 1 || gain != 1 else { return }
        for index in block.indices {
            gain = goal > gain ? min(goal, gain + Self.opening) : max(goal, gain - Self.closing)
            block[index] = Int16(Float(block[index]) * gain)
        }
    }

    /// Begins another call.
    public mutating func reset() { self = DuplexSwitch() }
}
