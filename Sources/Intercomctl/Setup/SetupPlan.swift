internal import Config
internal import HAL
internal import Report

/// The configuration that `setup` would write, with reasons.
struct SetupPlan {
    /// One setting with its reason, for the person to judge.
    struct Choice: Equatable {
        var value: String
        var reason: String
    }

    /// The choices, by the number of the question; "none" leaves the talk button out.
    private var choices: [Choice]
    /// Warnings about a choice, while it stands.
    private var cautions: [(question: SetupQuestion, text: String)] = []

    /// The line that most of the wiring diagrams use, pin 11 of the 40-pin header.
    static let usualLine = "GPIO17"
    /// The daemon's default.
    private static let unnamed = DeviceName.auto.description

    init(name: Choice, cards: [CardTrial], key: ButtonTrial) {
        // Nobody hears a virtual card, so none is proposed; a person may type its name.
        let cards = cards.filter { !PCMCard.isVirtual($0.name) }
        let (input, output) = Self.devices(among: cards)
        let line = Choice(value: key.isThere ? Self.usualLine : "none", reason: key.reason)
        choices = [name, input, output, line]
        if let warning = Self.warning(on: cards) { cautions.append((.input, warning)) }
        for (question, side) in [(SetupQuestion.input, "microphone"), (.output, "loudspeaker")]
        where self[question].value == "none" {
            let advice = "plug one in, then sudo intercomctl setup --force"
            cautions.append((question, "no \(side) that works: \(advice)"))
        }
        if let warning = key.warning { cautions.append((.key, warning)) }
    }

    /// The choice that a question is about.
    subscript(_ question: SetupQuestion) -> Choice {
        get { choices[question.rawValue] }
        set { choices[question.rawValue] = newValue }
    }

    var warnings: [String] { cautions.map { $0.text } }

    /// Applies the choice of a person, who knows better, and drops the warnings about it.
    mutating func choose(_ value: String, for question: SetupQuestion) {
        guard value != self[question].value else { return }
        self[question].value = value
        cautions.removeAll { $0.question == question }
    }

    /// The text of the file, as short as possible.
    var text: String {
        var text = "# Written by intercomctl setup; intercomd.conf(5) describes every setting.\n"
        text += "[station]\nname = \(self[.name].value)\n"
        let (input, output) = (self[.input].value, self[.output].value)
        if input != Self.unnamed || output != Self.unnamed {
            text += "\n[audio]\ninput = \(input)\noutput = \(output)\n"
        }
        if self[.key].value != "none" {
            text += "\n[button ptt]\nline = \(self[.key].value)\ntalk = house\n"
        }
        return text + "\n[channel house]\nmembers = *\n"
    }
}

extension SetupPlan {
    /// One card for both directions if there is one, and USB before built-in cards: people plug in
    /// a USB card to talk with it.
    private static func devices(among cards: [CardTrial]) -> (Choice, Choice) {
        guard !cards.isEmpty else {
            let later = Choice(value: unnamed, reason: "no sound card found")
            return (later, later)
        }
        if let card = best(cards, for: [.capture, .playback]) {
            return (choice(card, for: .capture), Choice(value: card.value, reason: "the same card"))
        }
        return (
            choice(best(cards, for: [.capture]), for: .capture),
            choice(best(cards, for: [.playback]), for: .playback)
        )
    }

    /// Returns the best usable card; of equal cards, the first.
    private static func best(
        _ cards: [CardTrial], for directions: [PCMError.Direction]
    ) -> CardTrial? {
        func rank(_ card: CardTrial) -> (Int, Int) {
            // HDMI comes last: few screens have speakers.
            let isForScreen = [card.name, card.value].contains { PCMCard.isForScreen($0) }
            let isFree = directions.allSatisfy { card.outcome($0) == .opens }
            return (card.isUSB ? 0 : isForScreen ? 2 : 1, isFree ? 0 : 1)
        }
        return cards.filter { card in directions.allSatisfy { card.outcome($0).isUsable } }
            .min { rank($0) < rank($1) }
    }

    private static func choice(
        _ card: CardTrial?, for direction: PCMError.Direction
    ) -> Choice {
        guard let card else { return Choice(value: "none", reason: "no card that works") }
        let state = card.outcome(direction) == .busy ? "in use now" : "opens at 48 kHz"
        return Choice(value: card.value, reason: "\(card.name.visible), \(state)")
    }

    private static func warning(on cards: [CardTrial]) -> String? {
        if cards.isEmpty {
            return "no sound card: plug one in, and intercomd opens it"
        }
        for card in cards {
            for outcome in [card.input, card.output] {
                if case .refused(let why) = outcome { return why }
            }
        }
        return nil
    }
}

// Answers by number.
extension SetupPlan {
    /// Returns the card with this number in the printed table, or any other answer unchanged.
    static func card(_ answer: String, among cards: [CardTrial]) -> String {
        guard let number = Int(answer), (0...cards.count).contains(number), number > 0
        else { return answer }
        return cards[number - 1].value
    }

    /// Returns `GPIO17` for 17, gpio17 or GPIO 17, or any other answer unchanged.
    static func line(_ answer: String) -> String {
        let rest = answer.lowercased().hasPrefix("gpio") ? answer.dropFirst(4) : answer[...]
        let digits = rest.drop { $0 == " " }
        guard (1...2).contains(digits.utf8.count), let number = Int(String(digits)), number >= 0
        else { return answer }
        return "GPIO\(number)"
    }
}

/// The GPIO lines of this machine, as answers to `setup` name them.
struct HeaderLines: Equatable {
    /// The names of all lines, among them those of a Raspberry Pi's pin header, `GPIO2` for
    /// instance.
    private var names: [String] = []
    /// The programs that hold lines, by the line's name; empty for the kernel.
    private var holders: [String: String] = [:]

    /// - Parameter lines: The names of the lines, each with the program that holds it.
    init(_ lines: [(name: String, holder: String?)]) {
        for (name, holder) in lines {
            names.append(name)
            if let holder { holders[name] = holder }
        }
    }

    /// The lines of all chips that can be listed.
    static func all() -> HeaderLines {
        var found: [(name: String, holder: String?)] = []
        for number in GPIOChip.numbers() {
            do throws(GPIOError) {
                for line in try GPIOChip(number: number).lines() {
                    let holder = line.isUsed ? line.holder : nil
                    if !line.name.isEmpty { found.append((line.name, holder)) }
                    if let number = line.headerNumber { found.append(("GPIO\(number)", holder)) }
                }
            } catch { continue }
        }
        return HeaderLines(found)
    }

    /// Whether this machine has lines, but none of this name: such a button would never talk.
    func lacks(_ value: String) -> Bool {
        // Only the daemon can check a place at a chip, or a key of a keypad.
        guard value != "none", !value.contains(where: { $0 == "/" || $0 == ":" }) else {
            return false
        }
        return !names.isEmpty && !names.contains(value)
    }

    /// Returns a reason to doubt the choice of a line; nil if there is none.
    func doubt(of value: String) -> String? {
        // The header of a Raspberry Pi has all of these lines.
        if value == "GPIO2" || value == "GPIO3",
            (2...27).allSatisfy({ names.contains("GPIO\($0)") })
        {
            return "\(value) is a line of the I2C bus, and has a resistor of its own"
        }
        guard let holder = holders[value], !holder.hasPrefix("intercomd") else { return nil }
        return "\(value) is in use by \(holder.isEmpty ? "the kernel" : holder.visible)"
    }
}
