internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Wire

/// What the switchboard is told of this station's own talk, and asked about it.
extension ControlLoop {
    /// What the talk is judged by.
    var surroundings: Surroundings {
        var around = Surroundings()
        around.peers = roster.numbers
        for peer in view.peers.indices {
            switch switchboard.presence.reach(of: peer) {
            case .up: around.up.insert(peer)
            case .stale: break
            case .down: around.down.insert(peer)
            }
            if isCutOff(from: peer) { around.cutOff.insert(peer) }
        }
        around.silence = microphoneSilence
        around.silentSince = silentSince
        around.frameSamples = plan.sound.frameSamples
        around.hasPermitTone = plan.hasPermitTone
        return around
    }

    /// Whether this machine has no network that would lead to a peer.
    private func isCutOff(from peer: Int) -> Bool {
        guard switchboard.downWatch.networkTrouble != nil else { return false }
        let endpoint = cores.table.state(of: peer)?.endpoint.map { SocketAddress($0) }
        return !(endpoint?.isLoopback ?? false)
    }

    /// The microphone opened for this target, or an announcement began: returns the number of the
    /// talkspurt.
    ///
    /// `first` is the number of its first frame, where that is known.
    @discardableResult
    mutating func saying(_ target: Int, first: UInt16? = nil, isDoubted: Bool = false) -> Int {
        let start = TalkspurtStart(
            to: target, called: name(of: target), listeners: listeners(of: target), first: first,
            isDoubted: isDoubted)
        let around = surroundings
        return feed { board, _, now in
            board.know(around)
            return board.talkspurtBegan(start, at: now)
        }
    }

    /// Tells of talkspurts whose last reports are in.
    mutating func tellOutcomes() {
        guard let due = switchboard.ownTalks.deadline, now >= due else { return }
        let around = surroundings
        feed { board, _, now in
            board.know(around)
            board.tellOutcomes(at: now)
        }
    }

    /// The network or the microphone of this station went, or came, or a peer went.
    mutating func judgeAnew() {
        let around = surroundings
        feed { board, _, now in
            board.know(around)
            board.judgeAnew(at: now)
        }
    }

    /// A listener may have stopped reporting; once a second.
    mutating func followSilentListeners() {
        let around = surroundings
        feed { board, _, now in
            board.know(around)
            board.followSilentListeners(at: now)
        }
    }

    /// Why a peer cannot be spoken to now, before it says anything; nil where it can be.
    func hindrance(to peer: Int, isVoice: Bool = true) -> HeardBy.Reason? {
        surroundings.obstacle(to: peer, isVoice: isVoice).map { HeardBy.Reason($0) }
    }

    /// Whether this station talks, and nobody can hear any of it: what the lamp shows.
    var isTalkingToNobody: Bool { switchboard.ownTalks.isTalkingToNobody(view.talkingSince.keys) }
}
