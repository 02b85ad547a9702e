internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What keeps voices from being heard, here and at peers, for `status` and `doctor`.
extension ControlLoop {
    /// A microphone that is open so long holds the speaker down for too long.
    private static var openMax: Duration { .seconds(60) }
    /// What was not heard so lately is still said.
    private static var lately: Duration { .seconds(3) }

    var hindrances: [Hindrance] { standingHindrances + presentHindrances + pastHindrances }

    /// Peers that this station speaks to in this moment, and that do not hear it.
    var presentHindrances: [Hindrance] {
        roster.numbers.compactMap { number in
            guard let why = switchboard.ownTalks.whyNotNow(number, at: now) else { return nil }
            let reason = HeardBy.Reason(why)
            let name = roster[number].name
            return Hindrance(
                .there, reason, "\(name) does not hear this station now: \(reason.words)",
                "there: \(reason.remedy)", peer: name)
        }
    }

    /// Those that hold now: all of this station, or what a person has set here.
    var standingHindrances: [Hindrance] {
        guard devices.cards.output.isWanted else { return microphoneHindrances }
        return speakerHindrances + mutedHindrances + heldHindrances + microphoneHindrances
    }

    private var speakerHindrances: [Hindrance] {
        var found: [Hindrance] = []
        if let control = devices.silentSpeaker {
            let how = control.isMuted == true ? "muted" : "at 0 %"
            found.append(
                Hindrance(
                    .here, .cardMuted,
                    "nobody is heard here: \(control.name) of \(devices.cards.output.shown) is "
                        + "\(how) in the card's mixer",
                    HeardBy.Reason.cardMuted.remedy))
        }
        let state = keeper.state
        if state.isSpeakerMuted {
            found.append(
                Hindrance(
                    .here, .speakerMuted, "nobody is heard here: the speaker is muted",
                    HeardBy.Reason.speakerMuted.remedy))
        }
        if Audibility.isInaudible(Gain(percent: state.volumes.speaker).factor) {
            found.append(
                Hindrance(
                    .here, .volume,
                    "nobody is heard here: the volume is at \(state.volumes.speaker) %",
                    HeardBy.Reason.volume.remedy))
        }
        let page = Gain(percent: state.volumes.page)
        if Audibility.isInaudible((page * plan.pageVolume).factor) {
            let isOwn = !Audibility.isInaudible(plan.pageVolume.factor)
            found.append(
                Hindrance(
                    .here, .volume,
                    "no page is heard here: the volume of pages is at "
                        + (isOwn ? "\(state.volumes.page) %" : "\(config.sounds.pageVolume) %"),
                    isOwn ? "intercomctl volume page 100" : "page-volume in [sounds]"))
        }
        return found
    }

    /// Peers and channels that a person, or the settings, keep from being heard.
    private var mutedHindrances: [Hindrance] {
        var found: [Hindrance] = []
        let muted = keeper.state.muted
        for name in muted where routing.names.contains(name) {
            found.append(
                Hindrance(
                    .here, .turnedDown, "\(name) is not heard here: it is muted",
                    "intercomctl unmute \(name)",
                    peer: roster.number(named: name).map { _ in name }))
        }
        let peers = config.peers.map {
            (
                name: $0.name, peer: $0.name as String?, section: "peer \($0.name)",
                isMuted: $0.isMuted, gain: $0.gain
            )
        }
        let channels = config.channels.map {
            (
                name: "channel \($0.name)", peer: nil as String?, section: "channel \($0.name)",
                isMuted: $0.isMuted, gain: $0.gain
            )
        }
        for one in peers + channels where one.isMuted || isInaudible(one.gain) {
            let how = one.isMuted ? "muted" : "turned down"
            found.append(
                Hindrance(
                    .here, .turnedDown,
                    "\(one.name) is not heard here: it is \(how) in the settings",
                    "mute and gain of [\(one.section)]", peer: one.peer))
        }
        return found
    }

    private func isInaudible(_ decibels: Double) -> Bool {
        Audibility.isInaudible(Gain(decibels: decibels).factor)
    }

    /// A microphone left open keeps the speaker down, half duplex.
    private var heldHindrances: [Hindrance] {
        guard isHalfDuplexNow else { return [] }
        let open = switchboard.openTalks.talks.filter {
            $0.target != Int(TalkTarget.call) && $0.target != Int(TalkTarget.announcement)
        }
        guard let since = open.map({ $0.since }).min() else { return [] }
        let isMissed = roster.numbers.contains { number in
            unheard(number).map { $0.why == .heldDown && now - $0.at <= Self.lately } ?? false
        }
        guard isMissed || now - since >= Self.openMax else { return [] }
        let names = open.compactMap { name(of: $0.target) }.sorted()
        let first = names.first ?? "NAME"
        return [
            Hindrance(
                .here, .heldDown,
                "nobody is heard here: the microphone is open to "
                    + names.joined(separator: ", ")
                    + ", which holds the speaker down (half duplex)",
                "let go the button, or intercomctl ptt up \(first)")
        ]
    }

    /// Why a peer was not heard here when it spoke last, when that was, and on which stream; nil
    /// where it was.
    private func unheard(_ peer: Int) -> (why: Unheard, at: Instant, stream: Int)? {
        let traffic = rings.traffic[peer]
        guard let at = moment(traffic[.unheardAt]) else { return nil }
        let value = traffic[.unheardWhy]
        return (Unheard(rawValue: UInt8(truncatingIfNeeded: value)), at, Int(value >> 8 & 31))
    }

    /// Peers and own talks of the last minutes that were not heard, and would not be heard now.
    var pastHindrances: [Hindrance] {
        var found: [Hindrance] = []
        for number in roster.numbers {
            let name = roster[number].name
            if let (why, at, stream) = unheard(number),
                let reason = HeardBy.Reason(why), reason != .over,
                seconds(now - at) < reason.shownForSeconds,
                !isMended(reason, of: number, on: stream, since: at)
            {
                let age = seconds(now - at)
                found.append(
                    Hindrance(
                        .here, reason,
                        "\(name) spoke \(Int(age)) s ago and was not heard here: "
                            + reason.wordsHere,
                        reason.remedy, peer: name, ageSeconds: age))
            }
            if !switchboard.ownTalks.isSpeaking(to: number),
                let last = switchboard.ownTalks.lastWords(to: number),
                let reason = last.heard.obstacle.map({ HeardBy.Reason($0) }),
                reason != .unknown, reason != .down,
                reason != .over, seconds(now - last.at) < reason.shownForSeconds,
                isStill(reason, at: number)
            {
                let age = seconds(now - last.at)
                let share = last.heard.percent == 0 ? "nothing" : "\(last.heard.percent ?? 0) %"
                found.append(
                    Hindrance(
                        .there, reason,
                        "\(name) has heard \(share) of what was said last, \(Int(age)) s ago: "
                            + reason.words,
                        reason.isBetween || reason.isTalkers
                            ? reason.remedy : "there: \(reason.remedy)",
                        peer: name, ageSeconds: age))
            }
        }
        return found
    }

    /// Whether what kept this station's voice from being heard at a peer may hold still.
    private func isStill(_ reason: HeardBy.Reason, at peer: Int) -> Bool {
        if reason.isTalkers {
            return reason == switchboard.microphoneSilence.map { HeardBy.Reason($0) }
        }
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
            let hearing = switchboard.voices.lastHearing(of: peer, on: stream)
            guard hearing.isHeard else { return false }
            return plan.path(of: peer, hearing, devices.toldVolumes).why == .heard
        case .noOutput, .outputLost: return devices.cards.output.isOpen
        case .outputStill: return devices.cards.output.isOpen && switchboard.still[.playback] == nil
        case .doNotDisturb: return !isDoNotDisturb
        // A microphone that was opened since is another matter.
        case .heldDown:
            return !isHalfDuplexNow || !switchboard.openTalks.talks.contains { $0.since <= at }
        case .notListening, .notMember, .denied:
            switch switchboard.voices.hearing(of: peer, on: stream) {
            case .unbound: return false
            case .ignored(let why): return HeardBy.Reason(why) != reason
            default: return true
            }
        default: return false
        }
    }
}
