/// Requests about volumes, mutes and do-not-disturb.
public enum StateRequest: Equatable, Sendable {
    /// Only shows the state.
    case show
    case volume(SavedState.Volumes.Kind, VolumeChange)
    /// `what`: "mic", "speaker", a peer or a channel.
    case mute(what: String, isOn: Bool)
    case doNotDisturb(isOn: Bool, seconds: Int?)

    public enum VolumeChange: Equatable, Sendable {
        /// Per cent.
        case to(Int)
        case by(Int)
    }

    /// The longest time limit of do-not-disturb: a month.
    public static let secondsMax = 31 * 86_400
}

extension StateRequest: JSONKind {
    /// The requests that change something; `show` has no word.
    static let kinds: [StateRequest] = [
        .volume(.speaker, .by(0)), .mute(what: "", isOn: false),
        .doNotDisturb(isOn: false, seconds: nil),
    ]

    mutating func fields(_ coder: inout JSONCoder) -> String {
        switch self {
        case .show: return ""
        case .volume(var kind, let change):
            var (percent, step): (Int?, Int?) = (nil, nil)
            switch change {
            case .to(let number): percent = number
            case .by(let number): step = number
            }
            coder.field("what", &kind)
            coder.optional("percent", &percent)
            coder.optional("step", &step)
            coder.check("percent", percent.map { (0...100).contains($0) } ?? (step != nil))
            coder.check("step", step.map { (-100...100).contains($0) } ?? true)
            self = .volume(kind, percent.map { .to($0) } ?? .by(step ?? 0))
            return "volume"
        case .mute(let what, let isOn):
            self = .mute(what: coder.passed("what", what), isOn: coder.passed("on", isOn))
            return "mute"
        case .doNotDisturb(var isOn, var seconds):
            coder.field("on", &isOn)
            coder.optional("seconds", &seconds)
            coder.check("seconds", seconds.map { (1...Self.secondsMax).contains($0) } ?? true)
            self = .doNotDisturb(isOn: isOn, seconds: isOn ? seconds : nil)
            return "dnd"
        }
    }
}
