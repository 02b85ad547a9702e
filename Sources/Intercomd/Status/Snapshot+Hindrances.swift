internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

/// What keeps voices from being heard now, here and at peers.
extension Snapshot {
    /// A microphone that is open so long holds the speaker down for too long.
    private static let openMax = Duration.seconds(60)
    /// What was not heard so lately is still said.
    private static let lately = Duration.seconds(3)

    var hindrances: [Hindrance] {
        standingHindrances + talkHindrances
    }

    /// Talks that are not heard now, or were not lately.
    var talkHindrances: [Hindrance] {
        let all = presentHindrances + pastHindrances
        // In a call of half duplex both sides take turns by themselves.
        guard station.call?.state == .active, heldOpen.isEmpty else { return all }
        return all.filter { $0.reason != .heldDown }
    }

    /// Peers that this station speaks to in this moment, and that do not hear it.
    var presentHindrances: [Hindrance] {
        directory.numbers.compactMap { number in
            // Without a network here that is the problem, and no peer.
            guard !surroundings.cutOff.contains(number),
                let why = switchboard.ownTalks.whyNotNow(number, at: now)
            else { return nil }
            let reason = HeardBy.Reason(why)
            let name = directory[number].name
            return Hindrance(
                .there, reason, "\(name) does not hear this station now: \(reason.words)",
                "there: \(reason.fix)", peer: name)
        }
    }

    /// Hindrances that hold now, whoever speaks: in the cards here, or as a person has set them.
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
                    "no voice is heard here: \(control.name) of \(output.shown) is "
                        + "\(how) in the card's mixer",
                    HeardBy.Reason.cardMuted.fix))
        }
        if state.isSpeakerMuted {
            found.append(
                Hindrance(
                    .here, .speakerMuted, "no voice is heard here: the speaker is muted",
                    HeardBy.Reason.speakerMuted.fix))
        }
        if Audibility.isInaudible(Gain(percent: state.volumes.speaker).factor) {
            found.append(
                Hindrance(
                    .here, .volume,
                    "no voice is heard here: the volume is at \(state.volumes.speaker) %",
                    "intercomctl volume 100"))
        }
        let page = Gain(percent: state.volumes.page)
        if Audibility.isInaudible((page * plan.pageVolume).factor) {
            let isOwn = !Audibility.isInaudible(plan.pageVolume.factor)
            found.append(
                Hindrance(
                    .here, .volume,
                    "no page is heard here: the volume of pages is at "
                        + (isOwn ? "\(state.volumes.page) %" : "\(config.sounds.pageVolume) %"),
                    isOwn ? "intercomctl volume page 100" : "raise page-volume in [sounds]"))
        }
        return found
    }

    /// Peers and channels that a person, or the settings, keep from being heard.
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
                    "change mute and gain in [\(one.section)]", peer: one.peer))
        }
        return found
    }

    private func isInaudible(_ decibels: Double) -> Bool {
        Audibility.isInaudible(Gain(decibels: decibels).factor)
    }

    /// The talks that somebody holds open, and since when.
    private var heldOpen: [Int: Instant] {
        talkingSince.filter {
            $0.key != Int(TalkTarget.call) && $0.key != Int(TalkTarget.announcement)
        }
    }

    /// A microphone left open keeps the speaker down, half duplex.
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

    /// A talk goes on, and nothing comes of its microphone.
    var microphoneHindrances: [Hindrance] {
        let open = talkingSince.keys.filter { $0 != Int(TalkTarget.announcement) }
        guard let obstacle = surroundings.silence, !open.isEmpty else { return [] }
        let silence = HeardBy.Reason(obstacle)
        return [
            Hindrance(
                .there, silence, "no listener hears this station now: \(silence.wordsHere)",
                silence.fix)
        ]
    }
}
