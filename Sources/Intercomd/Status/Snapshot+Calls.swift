internal import Config
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

/// The call that is, and the last one that was.
extension Snapshot {
    var callStatus: CallStatus {
        var status = CallStatus()
        if let last = lastEnded {
            status.last = last.call
            status.lastDirection = last.direction.rawValue
            status.lastPeer = last.peer.isEmpty ? last.channel : last.peer
            status.lastCause = last.cause?.rawValue
            status.lastEndedMilliseconds = last.timeMilliseconds
            status.isLastMissed = last.isMissed
        }
        guard let (summary, state) = station.call else { return status }
        status.state =
            switch state {
            case .trying: .trying
            case .calling: .calling
            case .ringing: .ringing
            case .connecting: .connecting
            case .active: .active
            }
        status.call = summary.id.text
        status.kind =
            switch summary.mode {
            case .announce: "announce"
            case .dropIn: "drop_in"
            case .monitor: "listen_in"
            default: "call"
            }
        status.direction = summary.isOutgoing ? "out" : "in"
        status.peers = station.participants.map { directory[$0].name }
        status.weak = station.weakParticipants.map { directory[$0].name }
        status.seconds = (now - (summary.answeredAt ?? summary.since)).inSeconds
        return status
    }

    /// Peers that may open the microphone without anyone here touching a key.
    var mayOpenMicrophone: [String] {
        directory.numbers.filter { station.policy(of: $0).opensMicrophone }.map {
            directory[$0].name
        }
    }

    /// A peer, and what it may do here.
    func detail(of number: Int) -> PeerDetail {
        var detail = PeerDetail()
        detail.peer = peerStatus(number)
        let policy = station.policy(of: number)
        detail.policy.call = policy.call.rawValue
        detail.policy.announce = policy.announce
        detail.policy.dropIn = policy.dropIn
        detail.policy.monitor = policy.monitor
        detail.policy.high = policy.high
        detail.policy.emergency = policy.emergency
        detail.policy.relays = config.policy(ofPeer: directory[number].name).relay
        detail.policy.signal = policy.signal
        detail.opensMicrophone = policy.opensMicrophone
        detail.packetsRepeated = Int(peers[number].traffic[.repeated])
        let refusals = station.refusals(of: number)
        detail.refused = Refusal.allCases.filter { refusals[$0] > 0 }
            .map { Counter(name: $0.rawValue, value: Int(refusals[$0])) }
        return detail
    }
}
