/// Requests about volumes, mutes and do-not-disturb.
public enum StateRequest: Equatable, Sendable {
    /// Only shows them.
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

    /// The longest that do-not-disturb may last by itself: a month.
    public static let secondsMax = 31 * 86_400

    /// Reads the members of a request: `set` says what, without it nothing changes.
    init(_ json: borrowing JSON) throws(ControlError) {
        guard json.has("set") else {
            self = .show
            return
        }
        switch json.member("set")?.text {
        case "volume":
            let word = json.member("what")?.text
            guard let kind = word.flatMap({ SavedState.Volumes.Kind(rawValue: $0) }) else {
                throw ControlError(
                    .badRequest, "volume needs \"what\": speaker, ring, tones or page")
            }
            if let percent = json.member("percent")?.integer, (0...100).contains(percent) {
                self = .volume(kind, .to(percent))
            } else if let step = json.member("step")?.integer, (-100...100).contains(step) {
                self = .volume(kind, .by(step))
            } else {
                throw ControlError(
                    .badRequest, "volume needs \"percent\": 0 to 100, or \"step\": -100 to 100")
            }
        case "mute":
            guard let what = json.member("what")?.text, let isOn = json.member("on")?.flag else {
                throw ControlError(
                    .badRequest, "mute needs \"what\": mic, speaker or a name, and \"on\"")
            }
            self = .mute(what: what, isOn: isOn)
        case "dnd":
            guard let isOn = json.member("on")?.flag else {
                throw ControlError(.badRequest, "dnd needs \"on\": true or false")
            }
            let seconds = json.member("seconds")?.integer
            guard
                !json.has("seconds") || seconds.map({ (1...Self.secondsMax).contains($0) }) == true
            else {
                throw ControlError(.badRequest, "dnd takes \"seconds\": 1 to \(Self.secondsMax)")
            }
            self = .doNotDisturb(isOn: isOn, seconds: isOn ? seconds : nil)
        default:
            throw ControlError(.badRequest, "state takes \"set\": volume, mute or dnd")
        }
    }

    func write(_ json: inout JSON) {
        switch self {
        case .show: break
        case .volume(let kind, let change):
            json.set("set", JSON("volume"))
            json.set("what", JSON(kind.rawValue))
            switch change {
            case .to(let percent): json.set("percent", JSON(percent))
            case .by(let step): json.set("step", JSON(step))
            }
        case .mute(let what, let isOn):
            json.set("set", JSON("mute"))
            json.set("what", JSON(what))
            json.set("on", JSON(isOn))
        case .doNotDisturb(let isOn, let seconds):
            json.set("set", JSON("dnd"))
            json.set("on", JSON(isOn))
            if let seconds { json.set("seconds", JSON(seconds)) }
        }
    }
}
