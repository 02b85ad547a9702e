internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

/// The obstacles to voices now, here and at peers.
extension Snapshot {
    /// A microphone that is open for longer holds the speaker down for too long.
    private static let openMax = Duration.seconds(60)
    /// A voice that was unheard within this time is still reported.
    private static let lately = Duration.seconds(3)

    var hindrances: [Hindrance] {
        standingHindrances + talkHindrances
    }

    /// Talks that are unheard now, or were unheard lately.
    var talkHindrances: [Hindrance] {
        let all = presentHindrances + pastHindrances
        // In a half-duplex call both sides take turns by themselves.
        guard switchboard.call?.state == .active, heldOpen.isEmpty else { return all }
        return all.filter { $0.reason != .heldDown }
    }

    /// Peers that this station speaks to now and that do not hear it.
    var presentHindrances: [Hindrance] {
        directory.numbers.compactMap { number in
            // Without a network here, the network is the problem, not a peer.
            guard !switchboard.downWatch.cutOff.contains(number),
                let why = switchboard.ownTalks.whyNotNow(number, at: now)
            else { return nil }
            let reason = HeardBy.Reason(why)
            let name = directory[number].name
            return Hindrance(
                .there, reason, "\(name) does not hear this station now: \(reason.words)",
                "there: \(reason.fix)", peer: name)
        }
    }

    /// Hindrances that hold now for every talker: in the cards here, or set by a person.
    var standingHindrances: [Hindrance] {
        guard output.isWanted else { return microphoneHindrances }
        return speakerHindrances + mutedHindrances + heldHindrances + microphoneHindrances
    }

    var speakerHindrances: [Hindrance] {
        var found: [Hindrance] = []
        if let control = silentSpeaker {
            let how = control.isMuted == true ? "muted" : "at 0 %"
            found.append(
                Hindrance(
                    .here, .cardMuted,
                    "no voice is heard here: \(control.name) of \(output.shown) is \(how) in the"
                        + " card's mixer"))
        }
        if state.isSpeakerMuted {
            found.append(
                Hindrance(
                    .here, .speakerMuted, "no voice is heard here: the speaker is muted"))
        }
        if SavedState.isInaudible(state.volumes[.speaker]) {
            found.append(
                Hindrance(
                    .here, .volume,
                    "no voice is heard here: the volume is at \(state.volumes[.speaker]) %",
                    "intercomctl volume 100"))
        }
        if SavedState.isInaudible(state.volumes[.page]) {
            found.append(
                Hindrance(
                    .here, .volume,
                    "no page is heard here: the volume of pages is at \(state.volumes[.page]) %",
                    "intercomctl volume page 100"))
        }
        return found
    }

    /// Peers and channels that a person, or the settings, have silenced.
    var mutedHindrances: [Hindrance] {
        var found: [Hindrance] = []
        let muted = state.muted
        for name in muted where routing.names.contains(name) {
            found.append(
                Hindrance(
                    .here, .turnedDown, "\(name) is not heard here: it is muted",
                    "intercomctl unmute \(name)",
                    peer: directory.number(named: name).map { _ in name }))
        }
        func judge(
            _ name: String, _ section: String, isMuted: Bool, _ gain: Double, peer: String?
        ) {
            guard isMuted || Audibility.isInaudible(Gain(decibels: gain).factor) else { return }
            let how = isMuted ? "muted" : "turned down"
            found.append(
                Hindrance(
                    .here, .turnedDown, "\(name) is not heard here: it is \(how) in the settings",
                    "change mute and gain in [\(section)]", peer: peer))
        }
        for peer in config.peers {
            judge(
                peer.name, "peer \(peer.name)", isMuted: peer.isMuted, peer.gain, peer: peer.name)
        }
        for channel in config.channels {
            let section = "channel \(channel.name)"
            judge(section, section, isMuted: channel.isMuted, channel.gain, peer: nil)
        }
        return found
    }

    /// The talks that a person holds open, with their beginnings.
    private var heldOpen: [Int: Instant] {
        talkingSince.filter {
            $0.key != Int(TalkTarget.call) && $0.key != Int(TalkTarget.announcement)
                && $0.key != Int(TalkTarget.message)
        }
    }

    /// The speaker is held down by a microphone that stays open, half duplex.
    var heldHindrances: [Hindrance] {
        guard isHalfDuplexNow else { return [] }
        let open = heldOpen
        guard let since = open.values.min() else { return [] }
        let isMissed = directory.numbers.contains { number in
            unheard(number).map { $0.why == .heldDown && now - $0.at <= Self.lately } ?? false
        }
        guard isMissed || now - since >= Self.openMax else { return [] }
        let names = open.keys.compactMap { name(of: $0) }.sorted()
        let first = names.first ?? "NAME"
        return [
            Hindrance(
                .here, .heldDown,
                "no voice is heard here: the microphone is open to "
                    + names.joined(separator: ", ")
                    + ", which holds the speaker down (half duplex)",
                "release the button, or intercomctl ptt up \(first)")
        ]
    }

    /// A talk goes on while its microphone gives no sound.
    var microphoneHindrances: [Hindrance] {
        let open = talkingSince.keys.filter { $0 != Int(TalkTarget.announcement) }
        guard let obstacle = switchboard.microphoneSilence, !open.isEmpty else { return [] }
        let silence = HeardBy.Reason(obstacle)
        return [
            Hindrance(
                .there, silence, "no listener hears this station now: \(silence.words)")
        ]
    }
}

/// Talks of the last minutes that were unheard, here or at peers.
extension Snapshot {
    /// Finds why and when a peer's last talk was unheard here, and on which stream; nil where it
    /// was heard.
    func unheard(_ peer: Int) -> (why: Unheard, at: Instant, stream: Int)? {
        let traffic = peers[peer].traffic
        guard let at = Instant(gauge: traffic[.unheardAt]) else { return nil }
        let value = traffic[.unheardWhy]
        return (Unheard(rawValue: UInt8(truncatingIfNeeded: value)), at, Int(value >> 8 & 31))
    }

    /// Peers and own talks of the last minutes that were unheard, and would be unheard now.
    var pastHindrances: [Hindrance] {
        var found: [Hindrance] = []
        for number in directory.numbers {
            let name = directory[number].name
            if let (why, at, stream) = unheard(number),
                let reason = HeardBy.Reason(why), reason != .over,
                // A call has no button to release.
                reason != .heldDown || stream != Int(TalkTarget.call),
                (now - at).inSeconds < reason.shownForSeconds,
                !isMended(reason, of: number, on: stream, since: at)
            {
                let age = (now - at).inSeconds
                let (words, fix) =
                    reason == .doNotDisturb ? rest : (reason.words, reason.fix)
                found.append(
                    Hindrance(
                        .here, reason,
                        "\(name) spoke \(Int(age)) s ago and was not heard here: \(words)", fix,
                        peer: name, ageSeconds: age))
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
                        "\(name) heard \(share) of a talk \(Int(age)) s ago: "
                            + reason.words,
                        reason.isBetween || reason.isTalkers
                            ? reason.fix : "there, if it is so still: \(reason.fix)",
                        peer: name, ageSeconds: age))
            }
        }
        return found
    }

    /// The words for do-not-disturb or quiet hours here, and the way out: a command ends the first,
    /// a setting the second.
    private var rest: (words: String, fix: String) {
        guard !state.doNotDisturb.isOn, let hours = config.quiet.hours else {
            return ("do not disturb is on", "intercomctl dnd off")
        }
        return ("quiet hours are on until \(hours.endText)", "change hours in [quiet]")
    }

    /// Whether the obstacle to this station's voice at a peer may still hold.
    private func isStill(_ reason: HeardBy.Reason, at peer: Int) -> Bool {
        if reason.isTalkers {
            return reason == switchboard.microphoneSilence.map { HeardBy.Reason($0) }
        }
        switch reason {
        case .network: return true
        case .noAnswer:
            // Where the round trip works, an answer has arrived since.
            let answered = switchboard.view(of: peer).roundTripAt
            let said = switchboard.ownTalks.lastWords(to: peer)?.at
            return !(switchboard.presence.reach(of: peer) == .up && answered ?? now > said ?? now)
        default: return switchboard.ownTalks.isDeaf(peer)
        }
    }

    /// Whether the obstacle to a voice here is known to be gone.
    ///
    /// Volumes and gains are judged together, as they were when the peer spoke: each alone may be
    /// sufficient.
    private func isMended(
        _ reason: HeardBy.Reason, of peer: Int, on stream: Int, since at: Instant
    ) -> Bool {
        switch reason {
        case .cardMuted, .speakerMuted, .volume, .turnedDown:
            var hearing = switchboard.voices.hearings(of: peer)[stream]
            if hearing == .ignored(.over) {
                hearing = switchboard.voices.formerHearings(of: peer)[stream]
            }
            guard hearing.isHeard else { return false }
            return plan.path(of: peer, hearing, toldVolumes).why == .heard
        case .noOutput, .outputLost: return output.isOpen
        case .outputStill: return output.isOpen && switchboard.still[.playback] == nil
        case .doNotDisturb: return !(state.doNotDisturb.isOn || state.isQuietTime)
        // A microphone that opened later is not the obstacle.
        case .heldDown: return !isHalfDuplexNow || !talkingSince.values.contains { $0 <= at }
        case .notListening, .notMember, .denied:
            switch switchboard.voices.hearings(of: peer)[stream] {
            case .unbound: return false
            case .ignored(let why): return HeardBy.Reason(why) != reason
            default: return true
            }
        default: return false
        }
    }
}
