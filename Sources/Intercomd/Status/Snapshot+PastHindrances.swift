internal import Config
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

/// Talks of the last minutes that were not heard, here or at peers.
extension Snapshot {
    /// Why a peer was not heard here when it spoke last, when that was, and on which stream; nil
    /// where it was.
    func unheard(_ peer: Int) -> (why: Unheard, at: Instant, stream: Int)? {
        let traffic = peers[peer].traffic
        guard let at = Instant(gauge: traffic[.unheardAt]) else { return nil }
        let value = traffic[.unheardWhy]
        return (Unheard(rawValue: UInt8(truncatingIfNeeded: value)), at, Int(value >> 8 & 31))
    }

    /// Peers and own talks of the last minutes that were not heard, and would not be heard now.
    var pastHindrances: [Hindrance] {
        var found: [Hindrance] = []
        for number in directory.numbers {
            let name = directory[number].name
            if let (why, at, stream) = unheard(number),
                let reason = HeardBy.Reason(why), reason != .over,
                // A call has no button to let go.
                reason != .heldDown || stream != Int(TalkTarget.call),
                (now - at).inSeconds < reason.shownForSeconds,
                !isMended(reason, of: number, on: stream, since: at)
            {
                let age = (now - at).inSeconds
                found.append(
                    Hindrance(
                        .here, reason,
                        "\(name) spoke \(Int(age)) s ago and was not heard here: "
                            + reason.wordsHere,
                        reason.fix, peer: name, ageSeconds: age))
            }
            if !switchboard.ownTalks.isSpeaking(to: number),
                let last = switchboard.ownTalks.lastWords(to: number),
                let reason = last.heard.obstacle.map({ HeardBy.Reason($0) }),
                reason != .unknown, reason != .down,
                reason != .over, (now - last.at).inSeconds < reason.shownForSeconds,
                isStill(reason, at: number)
            {
                let age = (now - last.at).inSeconds
                let share = last.heard.percent == 0 ? "nothing" : "\(last.heard.percent ?? 0) %"
                found.append(
                    Hindrance(
                        .there, reason,
                        "\(name) heard \(share) of the last talk, \(Int(age)) s ago: "
                            + reason.words,
                        reason.isBetween || reason.isTalkers
                            ? reason.fix : "there: \(reason.fix)",
                        peer: name, ageSeconds: age))
            }
        }
        return found
    }

    /// Whether what kept this station's voice from being heard at a peer may hold still.
    private func isStill(_ reason: HeardBy.Reason, at peer: Int) -> Bool {
        if reason.isTalkers { return reason == surroundings.silence.map { HeardBy.Reason($0) } }
        switch reason {
        case .network: return true
        case .noAnswer:
            // Where there and back again works, something has come back since.
            let answered = station.view(of: peer).roundTripAt
            let said = switchboard.ownTalks.lastWords(to: peer)?.at
            return !(switchboard.presence.reach(of: peer) == .up && answered ?? now > said ?? now)
        default: return switchboard.ownTalks.isDeaf(peer)
        }
    }

    /// Whether what kept a voice from being heard here is known to hold no more.
    ///
    /// Volumes and gains are judged together, as they were when it spoke: none of them alone may
    /// be too little.
    private func isMended(
        _ reason: HeardBy.Reason, of peer: Int, on stream: Int, since at: Instant
    ) -> Bool {
        switch reason {
        case .cardMuted, .speakerMuted, .volume, .turnedDown:
            var hearing = peers[peer].hearings[stream]
            if hearing == .ignored(.over) { hearing = peers[peer].formerHearings[stream] }
            guard hearing.isHeard else { return false }
            return plan.path(of: peer, hearing, toldVolumes).why == .heard
        case .noOutput, .outputLost: return output.isOpen
        case .outputStill: return output.isOpen && switchboard.still[.playback] == nil
        case .doNotDisturb: return !(state.doNotDisturb.isOn || state.isQuietTime)
        // A microphone that was opened since is another matter.
        case .heldDown: return !isHalfDuplexNow || !talkingSince.values.contains { $0 <= at }
        case .notListening, .notMember, .denied:
            switch peers[peer].hearings[stream] {
            case .unbound: return false
            case .ignored(let why): return HeardBy.Reason(why) != reason
            default: return true
            }
        default: return false
        }
    }
}
