/// Lets the microphone down while it hears nothing but what is left of the echo.
///
/// How much that is, it learns against what is played: behind a canceller that does well it is
/// little, and a quiet voice opens the switch; behind one that does badly only a voice louder than
/// the echo does, and one side speaks at a time. Two things are sure besides. What a canceller
/// takes most of away is echo, however much of it is left; and a canceller that adds to what it
/// hears has lost the room, so that everything is echo until it has learned again. That takes it
/// longer for sounds it has not heard since, or not heard yet: for some seconds, and in the first
/// ones of all, only a voice about as loud as what is played counts as one. Pure; no delay.
public struct VoiceSwitch: Sendable {
    /// What is left of the microphone while it is down, with a good canceller before it and
    /// without: -20 and -40 dB.
    private static let softened: Float = 0.1
    private static let closed: Float = 0.01
    /// dB over the expected echo that are somebody speaking here.
    private static let margin: Float = 8
    /// dB that a canceller takes only of an echo with nobody speaking over it.
    private static let sure: Float = 11
    /// A canceller that adds more than this, in dB, for so many seconds has lost the room: for 40
    /// ms, whatever those sum up to in steps of a block.
    private static let worse: Float = 0.3
    private static let worseMax: Float = 0.039
    /// Once it was lost the expected echo may fall so fast at most, dB a second of sound.
    ///
    /// At first, and lost again within `relapse` seconds, which a voice beginning here does not do,
    /// it stays for `stay` seconds and then falls more slowly.
    private static let trust: Float = 6
    private static let slowTrust: Float = 3
    private static let relapse: Float = 1
    private static let stay: Float = 1
    private static let playedFloor: Float = -55
    private static let playedClear: Float = -45
    private static let heardFloor: Float = -60
    /// The room's answer to a sound falls so fast, dB a second.
    private static let decay: Float = 170
    /// The expected echo is what five of eight moments stay below: dB a second.
    private static let rise: Float = 12
    private static let fall: Float = 20
    /// Open for so long after the last word.
    private static let hang: Float = 0.15
    /// Full scale in 10 ms opening, in 60 ms closing.
    private static let opening: Float = 100
    private static let closing: Float = 16

    /// Whether the microphone is let through.
    public private(set) var isOpen = true
    /// Level of the echo against what is played, in dB.
    public private(set) var expected: Float = 0
    private var envelope = Power.floor
    private var lastOver: Float = 0
    private var left: Float = 0
    private var lost: Float = 0
    private var sinceLost: Float = 60
    /// The expected echo is this at least; it stays so for so many seconds, then falls so fast.
    private var least: Float = 0
    private var leastStays = Self.stay
    private var leastFall = Self.slowTrust
    private var gain: Float = 1

    public init() {}

    /// Lets one frame through, or does not.
    ///
    /// - Parameters:
    ///   - sound: What the microphone captured, its echo cancelled as far as it was.
    ///   - powers: The mean squares before and after the canceller, and of what was played.
    ///   - isGood: Whether the canceller does well enough to speak and listen at once.
    public mutating func process(
        _ sound: inout MutableSpan<Int16>, _ powers: EchoPowers, isGood: Bool
    ) {
        let seconds = Float(sound.count) / Float(PCM.sampleRate)
        let played = Power.decibels(powers.played)
        // What comes out of the canceller may be of the frame before.
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
            // A room that does not answer can be trusted, too.
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

    /// The canceller has lost the room.
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
