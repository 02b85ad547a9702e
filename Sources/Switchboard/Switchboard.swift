internal import Audio
package import Time
package import Wire

/// What a station decides: who is talked to, called, answered and told, what lights and rings.
///
/// Sans-I/O: what happened and the time go in, `nextOrder` gives what is to be done until it gives
/// nil, and `deadline` says when to call `tick`. Peers are numbers; names, cards, sockets and files
/// belong to the loop around it. Each decision has an owner with its own state and its own file.
package struct Switchboard: Sendable {
    /// How the sound to each peer is protected against loss.
    package private(set) var protection: LossProtection
    package private(set) var callLight: CallLight
    /// Whom a talk key that replies speaks to.
    package private(set) var replyKey = ReplyKey()
    /// What listeners hear of this station's own talk.
    package internal(set) var ownTalks: OwnTalks
    private var requests = PeerRequests()

    /// What is around the talk, as far as the switchboard was told.
    var surroundings = Surroundings()
    var orders = Orders()
    var now: Instant

    /// - Parameters:
    ///   - peers: Numbers that a peer may have.
    ///   - frames: What the encoder makes of the sound.
    ///   - now: The time.
    package init(peers: Int, frames: LossProtection.Frames, at now: Instant) {
        self.now = now
        protection = LossProtection(peers: peers, frames)
        callLight = CallLight(peers: peers)
        ownTalks = OwnTalks(peers: peers)
    }

    /// The next thing to be done; nil when all is done.
    package mutating func nextOrder() -> Order? { orders.next() }

    /// When to call `tick` next; nil means never.
    package var deadline: Instant? {
        let deadlines = [callLight.deadline, ownTalks.deadline]
        return deadlines.compactMap { $0 }.min()
    }

    /// Lets time pass; call it at `deadline`.
    package mutating func tick(at now: Instant) {
        self.now = now
        callLight.tick(at: now)
        ownTalks.tick(surroundings, at: now, &orders)
    }
}

// MARK: What peers say

extension Switchboard {
    /// A peer has reported on our sound, and told beside it what of that was heard.
    package mutating func reported(
        _ report: Report, _ heard: Heard?, by peer: Int, at now: Instant
    ) {
        self.now = now
        protection.reported(report, by: peer, at: now, &orders)
        ownTalks.reported(report, heard, by: peer, surroundings, at: now, &orders)
    }

    /// A peer has answered a PING.
    package mutating func measured(_ roundTrip: Duration, to peer: Int, at now: Instant) {
        self.now = now
        protection.measured(roundTrip, to: peer, at: now, &orders)
        ownTalks.measured(roundTrip, to: peer)
    }

    /// A peer lights the call light here, which its policy allows.
    package mutating func signalled(by peer: Int, for time: Duration, at now: Instant) {
        self.now = now
        callLight.light(by: peer, for: time, at: now, &orders)
    }

    /// What came of a request to a peer.
    package mutating func resulted(_ mid: UInt32, of peer: Int, _ outcome: PeerRequests.Outcome) {
        requests.resulted(mid, of: peer, outcome, &orders)
    }
}

// MARK: What happens here

extension Switchboard {
    /// The frames are different from now on, or nothing is known of any way.
    package mutating func beginProtection(_ frames: LossProtection.Frames, isWireless: Bool?) {
        protection.begin(frames, isWireless: isWireless, &orders)
    }

    /// Nothing is known of the way to this peer any more.
    package mutating func beginProtection(of peer: Int) { protection.begin(peer, &orders) }

    /// Another peer has this number from now on.
    package mutating func replace(peer: Int) {
        protection.begin(peer, &orders)
        callLight.forget(peer)
        ownTalks.replace(peer, &orders)
    }

    /// A peer was asked for something in the record of this number.
    package mutating func asked(_ peer: Int, mid: UInt32, for what: String) {
        requests.asked(peer, mid: mid, for: what)
    }

    /// A talk key or any other button went down: somebody is here.
    package mutating func buttonPressed() { callLight.putOut() }

    /// A peer's voice began.
    package mutating func heard(_ peer: Int) { replyKey.heard(peer) }

    /// A talk key that replies went down, or up.
    ///
    /// - Returns: The peer that a former press was for and this one is not.
    package mutating func followReply(isDown: Bool) -> Int? { replyKey.follow(isDown: isDown) }
}
