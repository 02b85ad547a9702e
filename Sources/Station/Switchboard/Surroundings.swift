package import Time

/// What the judgement of own talk needs to know of the rest of the station.
package struct Surroundings: Equatable, Sendable {
    /// The peers there are, in the order in which people are told of them.
    package var peers: [Int] = []
    /// Peers that have a session and were heard lately.
    package var up = PeerSet()
    /// Peers without a session; a peer in neither set has one, and was not heard lately.
    package var down = PeerSet()
    /// Peers that no network of this machine leads to.
    package var cutOff = PeerSet()
    /// Why nothing comes of the microphone; nil where sound does, as far as is known.
    package var silence: Obstacle?
    /// Since when, where the microphone's own sound tells that; nil means from now on.
    package var silentSince: Instant?
    /// The length of a frame at 48 kHz.
    package var frameSamples = 480
    /// Whether a tone permits a person to talk.
    package var hasPermitTone = false

    package init() {}

    /// Why a peer cannot be spoken to now, before it says anything; nil where it can be.
    package func obstacle(to peer: Int, isVoice: Bool = true) -> Obstacle? {
        if cutOff.contains(peer) { return .noNetwork }
        if down.contains(peer) { return .down }
        return isVoice ? silence : nil
    }

    /// The listeners among these that there are, and why each cannot be spoken to now.
    func listeners(among listeners: PeerSet) -> [HeardAt] {
        peers.filter { listeners.contains($0) }
            .map { HeardAt(peer: $0, percent: nil, obstacle(to: $0)) }
    }

    /// Why silence, or nothing, goes to this target instead of the microphone's sound.
    func silence(of target: Int) -> Obstacle? {
        Self.isVoice(target) ? silence : nil
    }

    /// Whether tones tell of a talk to this target: in a call they would disturb it, and each side
    /// can say whether it hears.
    func hasTones(_ target: Int) -> Bool {
        Self.isVoice(target) && target != Int(TalkTarget.call) && hasPermitTone
    }

    /// Whether what goes to this target comes from the microphone.
    static func isVoice(_ target: Int) -> Bool { target != Int(TalkTarget.announcement) }
}
