internal import Audio
package import Station
package import Time
internal import Wire

/// What a station decides: who is talked to, called, answered and told, what lights and rings.
///
/// Sans-I/O: what happened and the time go in, `nextOrder` gives what is to be done until it gives
/// nil, and `deadline` says when to call `tick`. Peers are numbers; names, cards, sockets and files
/// belong to the loop around it. Each decision has an owner with its own state and its own file.
///
/// - `Switchboard+Peers` takes what peers say and do,
/// - `Switchboard+Calls` what the calls want,
/// - `Switchboard+People` what people here do.
package struct Switchboard {
    /// Records, streams, calls and pages between two stations.
    package internal(set) var station: Station
    /// How the sound to each peer is protected against loss.
    package internal(set) var protection: LossProtection
    package internal(set) var callDesk = CallDesk()
    package internal(set) var callLight: CallLight
    /// Whether any lamp shows the call light.
    package var hasCallLamp = false
    /// Whom a talk key that replies speaks to.
    package internal(set) var replyKey = ReplyKey()
    package internal(set) var talks = HeldTalks()
    package internal(set) var aims = Aims()
    var requests = PeerRequests()

    var queue = Orders()
    var now: Instant

    /// - Parameters:
    ///   - station: Whose targets and channels are those of the settings.
    ///   - peers: Numbers that a peer may have.
    ///   - frames: What the encoder makes of the sound.
    ///   - now: The time.
    package init(
        station: consuming Station, peers: Int, frames: LossProtection.Frames, at now: Instant
    ) {
        self.station = station
        self.now = now
        protection = LossProtection(peers: peers, frames)
        callLight = CallLight(peers: peers)
    }

    /// The next thing to be done; nil when all is done.
    package mutating func nextOrder() -> Order? {
        while true {
            if let order = queue.next() { return order }
            guard let action = station.nextAction() else { return nil }
            switch action {
            case .send(let peer, let payload): queue.add(.send(peer: peer, payload))
            case .hear(let peer, let stream, let hearing, let priority):
                queue.add(.hear(peer: peer, stream: stream, hearing, priority))
            case .call(let action): follow(action)
            }
        }
    }

    /// When to call `tick` next; nil means never.
    package var deadline: Instant? {
        guard let first = station.deadline else { return callLight.deadline }
        return min(first, callLight.deadline ?? first)
    }

    /// Lets time pass; call it at `deadline`.
    package mutating func tick(at now: Instant) {
        self.now = now
        station.tick(at: now)
        callLight.tick(at: now)
    }
}
