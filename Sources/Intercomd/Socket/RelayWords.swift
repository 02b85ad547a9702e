internal import Config
internal import HAL
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

extension Lines.Switched {
    /// What the journal says of it; nil where that was said before.
    func detail(_ relay: Config.Relay, by who: String) -> String? {
        switch self {
        case .done: "on for \(relay.pulseText), by \(who)"
        case .resting(_, let isNews):
            isNews ? "refused to \(who): the relay rests" : nil
        case .failed(let error): "not switched for \(who): \(Self.reason(error))"
        }
    }

    /// What the person is told who asked for it.
    func reply(_ relay: Config.Relay) -> Reply {
        switch self {
        case .done:
            return .done(Reply.Done("relay \(relay.name) is on for \(relay.pulseText)"))
        case .resting(let rest, _):
            // A second begun counts: who tries again then is not told "0 s".
            let seconds = (rest.milliseconds + 999) / 1000
            return .refused(
                ControlError(
                    .failed,
                    "relay \(relay.name) \(Self.wasOn) and rests: try again in \(seconds) s"))
        case .failed(let error):
            return .refused(
                ControlError(.failed, "relay \(relay.name): \(Self.reason(error))"))
        }
    }

    /// What the journal says of one whose rest begins.
    static func detail(rest: Duration, askedBy who: String) -> String {
        "\(wasOn) asked for last by \(who), and rests for \(rest.components.seconds) s"
    }

    private static var wasOn: String {
        "was on for \(RelayPulse.longest.components.seconds) s, the most allowed,"
    }

    private static func reason(_ error: GPIOError?) -> String {
        error?.description ?? "its line is not open yet"
    }
}

extension RequestResult.Status {
    /// What the peer is told that asked for it; nil is of a relay that is not there.
    init(_ switched: Lines.Switched?) {
        self =
            switch switched {
            case nil: .unknown
            case .done: .done
            case .resting, .failed: .denied
            }
    }
}

extension Config.Relay {
    /// How long it is on: `2 s` or `0.5 s`.
    fileprivate var pulseText: String {
        let tenths = pulse.milliseconds / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
