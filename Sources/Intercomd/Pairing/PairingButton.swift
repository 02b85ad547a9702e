internal import Config
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Time

/// The talk button by which a station without a screen pairs, and the voice that answers.
///
/// `ButtonPairing` decides. This owner tells it the level of the button, does what it wants, and
/// makes its words sound.
struct PairingButton: ~Copyable {
    /// What a person stands before.
    struct Front {
        /// The name of the button that pairs.
        let button: String
        let key: Lines.Key
        let hasSpeaker: Bool
        let ground: PairingGround

        var asker: Asker { Asker(name: "button \(button)") }
    }

    private var core = ButtonPairing()
    /// The line that is watched; another one is another button.
    private var line = ""
    private var voice = PairingVoice()
    /// The newest words.
    private var number = 0
    private var hasSpeaker = false

    /// When to call `serve` at the latest.
    var deadline: Instant? { core.deadline }

    /// Looks at the button, lets time pass, and does what that means.
    ///
    /// - Parameters:
    ///   - front: Where a button pairs now; nil while none does.
    ///   - sounds: The settings of the words.
    ///   - pairings: What a press begins and ends.
    ///   - rings: The way to the loop that plays the words.
    ///   - now: The time.
    /// - Returns: What people are told of.
    mutating func serve(
        _ front: Front?, _ sounds: Config.Sounds, _ pairings: inout Pairings, by rings: Rings,
        at now: Instant
    ) -> [String] {
        if let front {
            // Words that a speaker took with it are never over.
            if front.hasSpeaker, !hasSpeaker { core.spoken(at: now) }
            hasSpeaker = front.hasSpeaker
            follow(front, at: now)
        } else {
            core.allow(false)
            line = ""
            voice = PairingVoice()
        }
        var told: [String] = []
        while let step = core.nextStep() {
            switch step {
            case .say(let words): say(words, sounds, by: rings)
            case .hush: rings.tell(.say(nil))
            case .close: pairings.cancel()
            case .open:
                if let front { told.append(open(front, &pairings, at: now)) }
            case .enter(let digits):
                if let why = front.flatMap({ enter(digits, $0, &pairings, at: now) }) {
                    told.append(why)
                }
            }
        }
        return told
    }

    /// Says words, in the place of those that are being said.
    mutating func say(_ words: [SpokenWord], _ sounds: Config.Sounds, by rings: Rings) {
        number += 1
        let samples = voice.samples(of: words, sounds)
        rings.tell(.say(Box(Utterance(number: number, samples))))
    }

    /// Words are over; older ones than the newest are of no interest.
    ///
    /// - Returns: Whether they were the newest.
    mutating func spoken(_ number: Int, at now: Instant) -> Bool {
        guard number == self.number else { return false }
        core.spoken(at: now)
        return true
    }

    mutating func heard(_ outcome: ButtonPairing.Outcome) { core.heard(outcome) }

    private mutating func follow(_ front: Front, at now: Instant) {
        let key = front.key
        if key.button.line != line {
            line = key.button.line
            core.lost()
        }
        core.allow(true, debounce: key.button.debounce)
        if key.isOpen, let isDown = key.isDown {
            core.turn(isDown: isDown, at: now)
        } else {
            core.lost()
        }
        core.tick(at: now)
    }

    private mutating func open(
        _ front: Front, _ pairings: inout Pairings, at now: Instant
    ) -> String {
        guard front.hasSpeaker else {
            core.refused(isForNow: false)
            return "there is no speaker to say a code by"
        }
        switch pairings.open(by: front.asker, on: front.ground, at: now) {
        case .open(let code):
            core.opened(code)
            return "a window of two minutes"
        case .later:
            core.refused(isForNow: true)
            return "no window now: try again later"
        case .failed(let why):
            core.refused(isForNow: false)
            return why
        }
    }

    /// - Returns: Why the digits are not tried.
    private mutating func enter(
        _ digits: String, _ front: Front, _ pairings: inout Pairings, at now: Instant
    ) -> String? {
        let error = pairings.enter(digits, by: front.asker, on: front.ground, at: now)
        guard let error else { return nil }
        core.refused(isForNow: error.code == .busy)
        return error.text
    }
}
