internal import Config
internal import Files
internal import HAL

/// What `setup` asks at a terminal, in this order.
enum SetupQuestion {
    case name, input, output, key

    var text: String {
        switch self {
        case .name: "name of this station"
        case .input: "microphone: number, value or none"
        case .output: "loudspeaker: number, value or none"
        case .key: "talk button's GPIO: number, line or none"
        }
    }

    /// The setting that an answer stands for.
    func value(of answer: String, among cards: [CardTrial]) -> String {
        switch self {
        case .name: answer
        case .input, .output: SetupPlan.card(answer, among: cards)
        case .key: SetupPlan.line(answer)
        }
    }

    /// Why an answer is none, where that is not as the settings would say it of a file.
    func refusal(of answer: String, among cards: [CardTrial]) -> String? {
        switch self {
        case .name where !isName(answer): return "name: \"\(answer)\" is not a name: \(nameForm)"
        case .input, .output:
            guard Int(answer) != nil else { return nil }
            return cards.isEmpty ? "no card is listed" : "the list ends with \(cards.count)"
        case .name, .key: return nil
        }
    }

    /// Why a valid answer is perhaps not what the person means; nil where it is well.
    func doubt(
        of config: Config, at plan: SetupPlan, among cards: [CardTrial], _ lines: HeaderLines
    ) -> String? {
        let why: String? =
            switch self {
            case .name: Self.doubt(of: plan.name.value)
            case .input:
                Self.doubt(
                    of: config.audio.input, at: plan.input.value, among: cards,
                    { $0.input }, CardTrial.capture)
            case .output:
                Self.doubt(
                    of: config.audio.output, at: plan.output.value, among: cards,
                    { $0.output }, CardTrial.playback)
            case .key: lines.doubt(of: plan.key.value)
            }
        return why.map { "\($0); the same again takes it" }
    }

    /// Names of systems as they come, which several machines of a house may have.
    private static let common = [
        "raspberrypi", "raspberry", "localhost", "debian", "dietpi", "armbian", "orangepi",
        "ubuntu", "station",
    ]

    private static func doubt(of name: String) -> String? {
        common.contains(name) ? "many machines are called \(name): better is its room" : nil
    }

    private static func doubt(
        of device: DeviceName, at value: String, among cards: [CardTrial],
        _ known: (CardTrial) -> CardTrial.Outcome, _ trial: (PCMName) -> CardTrial.Outcome
    ) -> String? {
        // Without a card yet, one may be plugged in later.
        guard let name = device.pcm, device != .auto || !cards.isEmpty else { return nil }
        switch cards.first(where: { $0.value == value }).map(known) ?? trial(name) {
        case .opens, .busy: return nil
        case .none: return "\(value) has no such direction"
        case .refused(let why): return why
        }
    }
}

extension SetupPlan {
    /// The choice that a question is about.
    subscript(_ question: SetupQuestion) -> Choice {
        get {
            switch question {
            case .name: name
            case .input: input
            case .output: output
            case .key: key
            }
        }
        set {
            switch question {
            case .name: name = newValue
            case .input: input = newValue
            case .output: output = newValue
            case .key: key = newValue
            }
        }
    }
}
