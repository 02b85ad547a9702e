internal import Config
internal import HAL
internal import Report
internal import Station
internal import Time
internal import Wire

// What the network layers call the same place.

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
    /// What the settings let a peer do.
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
            relays: configured.relay.map { Reference.of(relay: $0) }, signal: configured.signal)
    }
}

// Which way sound goes, as the switchboard and the cards call it.

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
    /// What the switchboard found, as `intercomctl` is told of it.
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

extension PeerDirectory {
    /// What listeners have heard, with their names.
    func named(_ heard: [HeardAt]) -> [HeardBy] {
        heard.map { one in
            HeardBy(
                self[one.peer].name, percent: one.percent,
                reason: one.obstacle.map { HeardBy.Reason($0) })
        }
    }
}

extension Names {
    /// What listeners have heard, with names, and how those that are down refuse this station.
    ///
    /// `station` is asked for only where one is down.
    func named(_ heard: [HeardAt], _ station: () -> Snapshot) -> [HeardBy] {
        var named = directory.named(heard)
        let down = heard.indices.filter { heard[$0].obstacle == .down }
        guard !down.isEmpty else { return named }
        let station = station()
        for place in down { named[place].detail = station.peerStatus(heard[place].peer).refusal }
        return named
    }
}

extension Duration {
    /// In seconds, to the millisecond, as people and programs are told it.
    var inSeconds: Double { Double(milliseconds) / 1000 }
}

extension Instant {
    /// The time that a gauge holds, in nanoseconds; nil while the gauge is at zero.
    init?(gauge nanoseconds: UInt64) {
        guard nanoseconds != 0 else { return nil }
        self.init(nanoseconds: Int64(nanoseconds))
    }
}
