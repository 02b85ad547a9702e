internal import Config
internal import Files
internal import HAL

/// The questions of `setup` at a terminal, in this order.
enum SetupQuestion: Int {
    case name, input, output, key

    var text: String {
        switch self {
        case .name: "name of this station"
        case .input: "microphone: number, value or none"
        case .output: "loudspeaker: number, value or none"
        case .key: "talk button's GPIO: number, line or none"
        }
    }

    /// Returns the setting that an answer stands for.
    func value(of answer: String, among cards: [CardTrial]) -> String {
        switch self {
        case .name: answer
        case .input, .output: SetupPlan.card(answer, among: cards)
        case .key: SetupPlan.line(answer)
        }
    }

    /// Returns the complaint about an invalid answer; nil where the mistake found by the check of
    /// the settings says enough.
    func refusal(of answer: String, among cards: [CardTrial]) -> String? {
        switch self {
        case .name where !isName(answer): return "name: \"\(answer)\" is not a name: \(nameForm)"
        case .input, .output:
            guard Int(answer) != nil else { return nil }
            return cards.isEmpty ? "no card is listed" : "the list ends with \(cards.count)"
        case .name, .key: return nil
        }
    }

    /// Returns a reason to doubt a valid answer; nil if there is none.
    func doubt(
        of config: Config, at plan: SetupPlan, among cards: [CardTrial], _ lines: HeaderLines
    ) -> String? {
        let why: String? =
            switch self {
            case .name: Self.doubt(of: plan[self].value)
            case .input:
                Self.doubt(of: config.audio.input, at: plan[self].value, among: cards, .capture)
            case .output:
                Self.doubt(of: config.audio.output, at: plan[self].value, among: cards, .playback)
            case .key: lines.doubt(of: plan[self].value)
            }
        return why.map { "\($0); the same again takes it" }
    }

    /// Default names of systems, which several machines of a house may have.
    private static let common = [
        "raspberrypi", "raspberry", "localhost", "debian", "dietpi", "armbian", "orangepi",
        "ubuntu", "station",
    ]

    private static func doubt(of name: String) -> String? {
        common.contains(name) ? "many machines are called \(name): better is its room" : nil
    }

    private static func doubt(
        of device: DeviceName, at value: String, among cards: [CardTrial],
        _ direction: PCMError.Direction
    ) -> String? {
        // If there is no card yet, a card may be plugged in later.
        guard let name = device.pcm, device != .auto || !cards.isEmpty else { return nil }
        let known = cards.first { $0.value == value }?.outcome(direction)
        switch known ?? CardTrial.outcome(ofOpening: name, direction) {
        case .opens, .busy: return nil
        case .none: return "\(value) has no such direction"
        case .refused(let why): return why
        }
    }
}
