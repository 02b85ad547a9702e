internal import Audio
internal import Config
internal import HAL
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
        if status.state == .ringing { status.silence = ringSilence }
        return status
    }

    /// Why a call that rings here does not sound; nil where it does.
    private var ringSilence: Fault? {
        if let fault = cardFault(.playback) { return fault }
        let reason: HeardBy.Reason
        if !output.isWanted {
            reason = .noOutput
        } else if state.isSpeakerMuted {
            reason = .speakerMuted
        } else if silentSpeaker != nil {
            reason = .cardMuted
        } else if Audibility.isInaudible(Gain(percent: state.volumes.speaker).factor) {
            reason = .volume
        } else {
            return softRing(through: Gain(percent: state.volumes.speaker))
        }
        return Fault(reason.rawValue, reason.wordsHere, fix: reason.fix)
    }

    /// What makes the ringtone too soft to be heard, through this volume of the speaker; nil where
    /// it is heard.
    func softRing(through speaker: Gain) -> Fault? {
        var steps = [
            (state.volumes.ring, "the volume of rings is at", "intercomctl volume ring 100"),
            (
                config.sounds.ringVolume, "the volume of rings is at",
                "raise ring-volume in [sounds]"
            ),
        ]
        // In quiet hours only an emergency rings.
        let names = directory.numbers.map { directory[$0].name }
        let hasQuiet =
            state.isQuietTime && names.contains { config.policy(ofPeer: $0).emergency }
        if hasQuiet {
            steps.append(
                (config.quiet.ring, "in quiet hours rings are at most at", "raise ring in [quiet]"))
        }
        let quiet = hasQuiet ? config.quiet.ring : 100
        let ring = Gain(percent: min(state.volumes.ring, quiet)) * plan.ringVolume * speaker
        guard Audibility.isInaudible(ring.factor), let lowest = steps.min(by: { $0.0 < $1.0 })
        else { return nil }
        return Fault("ring_volume", "\(lowest.1) \(lowest.0) %", fix: lowest.2)
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
