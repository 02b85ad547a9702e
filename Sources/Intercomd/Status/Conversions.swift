internal import Config
internal import HAL
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

// The address types of the network layers.

extension Endpoint {
    init(_ address: SocketAddress) {
        self.init(high: address.high, low: address.low, port: address.port, scope: address.scope)
    }
}

extension SocketAddress {
    init(_ endpoint: Endpoint) {
        self.init(
            high: endpoint.high, low: endpoint.low, port: endpoint.port, scope: endpoint.scope)
    }
}

extension Policy {
    /// Converts the policy of the settings for a peer.
    init(_ configured: Config.Policy) {
        let call: Answering =
            switch configured.call {
            case .ring: .ring
            case .auto: .auto
            case .never: .never
            }
        self.init(
            call: call, announce: configured.announce, dropIn: configured.dropIn,
            monitor: configured.monitor, high: configured.high,
            emergency: configured.emergency,
            relays: configured.relay.map { Reference.of(relay: $0) }, signal: configured.signal,
            record: configured.record)
    }
}

// The direction of sound, for the switchboard and for the cards.

extension StillStreams.Direction {
    init(_ direction: PCMError.Direction) {
        self =
            switch direction {
            case .capture: .capture
            case .playback: .playback
            }
    }
}

extension PCMError.Direction {
    init(_ direction: StillStreams.Direction) {
        self =
            switch direction {
            case .capture: .capture
            case .playback: .playback
            }
    }
}

extension HeardBy.Reason {
    /// Converts the switchboard's finding for `intercomctl`.
    init(_ obstacle: Obstacle) {
        switch obstacle {
        case .down: self = .down
        case .noNetwork: self = .noNetwork
        case .microphoneMuted: self = .microphoneMuted
        case .microphoneCardMuted: self = .microphoneCardMuted
        case .microphoneLost: self = .microphoneLost
        case .noAnswer: self = .noAnswer
        case .network: self = .network
        case .unknown: self = .unknown
        case .told(let why): self = Self(why) ?? .other
        }
    }
}

extension Names {
    /// Adds names to the reports of listeners, and a refusal where a peer is down.
    ///
    /// Calls `station` only where a peer is down.
    func named(_ heard: [HeardAt], _ station: () -> Snapshot) -> [HeardBy] {
        let station = heard.contains { $0.obstacle == .down } ? station() : nil
        return heard.map { one in
            var named = HeardBy(
                directory[one.peer].name, percent: one.percent,
                reason: one.obstacle.map { HeardBy.Reason($0) })
            if one.obstacle == .down { named.detail = station?.peerStatus(one.peer).refusal }
            return named
        }
    }
}

extension Duration {
    /// The duration in seconds, to the millisecond, for people and programs.
    var inSeconds: Double { Double(milliseconds) / 1000 }
}

extension Instant {
    /// The time in nanoseconds that a gauge holds; nil while the gauge is at zero.
    init?(gauge nanoseconds: UInt64) {
        guard nanoseconds != 0 else { return nil }
        self.init(nanoseconds: Int64(nanoseconds))
    }
}

extension Lines.Switched {
    /// The text for the journal; nil where the journal has it already.
    func detail(_ relay: Config.Relay, by who: String) -> String? {
        switch self {
        case .done: "on for \(relay.pulseText), by \(who)"
        case .resting(_, let isNews):
            isNews ? "refused to \(who): the relay rests" : nil
        case .failed(let error): "not switched for \(who): \(Self.reason(error))"
        }
    }

    /// The reply to the person who asked for the relay.
    func reply(_ relay: Config.Relay) -> Reply {
        switch self {
        case .done:
            return .done(Reply.Done("relay \(relay.name) is on for \(relay.pulseText)"))
        case .resting(let rest, _):
            // A begun second counts, so that the reply never says "0 s".
            let seconds = (rest.milliseconds + 999) / 1000
            return .failed("relay \(relay.name) \(Self.wasOn) and rests: try again in \(seconds) s")
        case .failed(let error):
            return .failed("relay \(relay.name): \(Self.reason(error))")
        }
    }

    /// The line in the journal when the relay's rest begins.
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
    /// Makes the answer for the peer that asked; nil means that no such relay exists.
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
    /// How long the relay is on: `2 s` or `0.5 s`.
    fileprivate var pulseText: String {
        let tenths = pulse.milliseconds / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
