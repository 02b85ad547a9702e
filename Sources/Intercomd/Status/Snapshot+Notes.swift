internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time

extension Snapshot {
    /// Useful news for a person, beside the problems.
    var notes: [Fault] {
        var found: [Fault] = []
        if let failed = counters.first(where: { $0.name == "hook_failed" })?.value, failed > 0 {
            found.append(
                Fault(
                    "hook_failed", of: "on-event", "its program failed at \(failed) events",
                    fix: "journalctl INTERCOM_EVENT=hook_fault"))
        }
        if isUnconfigured {
            found.append(Advice.unconfigured(facts.folder))
        } else if directory.isEmpty, pairing.state == .idle {
            found.append(Advice.unpaired(isInSite: site.name != nil))
        }
        if let codesRestUntil {
            let seconds = Int((codesRestUntil - now).inSeconds.rounded(.up))
            found.append(
                Fault(
                    "codes_rest",
                    "after three wrong codes no button shows one for another \(seconds) s",
                    fix: "wait, or at a terminal: intercomctl pair"))
        }
        if let siteNote { found.append(siteNote) }
        for offer in site.offers {
            // What has stayed behind in the site is told of in one line.
            let isFormer =
                site.left.contains(offer.peer)
                || site.formerIntroducers.contains { $0.peer == offer.peer }
            if !(offer.wasLeft && isFormer) { found.append(Advice.offer(offer, to: site)) }
        }
        found += site.formerIntroducers.map { Advice.formerIntroducer($0, to: site, config) }
        if let unchanged = Advice.unchanged(site) { found.append(unchanged) }
        for missing in config.awaited {
            found.append(
                Fault("no_target", of: "\(missing.origin)", missing.what, fix: missing.fix))
        }
        found += messageNotes
        // The problem of what still holds names the remedy.
        let standing = standingHindrances
        found += talkHindrances.map { talk in
            var fault = talk.fault
            // Another channel, or the volume of pages, need not be what hindered this talk.
            let isForAll =
                talk.reason != .turnedDown
                && (talk.reason != .volume || SavedState.isInaudible(state.volumes[.speaker]))
            let isNamed = standing.contains {
                $0.place == talk.place && $0.reason == talk.reason
                    && (isForAll && $0.peer == nil || $0.peer == talk.peer)
            }
            if isNamed { fault.fix = nil }
            return fault
        }
        if let note = ringNote { found.append(note) }
        found += detourNotes + controlNotes
        if !switchboard.consent.tellsOfListeners,
            directory.numbers.contains(where: { opensUnasked($0) })
        {
            found.append(
                Fault(
                    "no_sign",
                    "drop-in, listening in and automatic answers are refused: no open speaker could"
                        + " beep and no lamp has show = talking"))
        }
        if config.audio.wantsEchoGone, let apart = clocksApart {
            found.append(Advice.echoStays(apart))
        }
        for line in awaitsRestart { found.append(Advice.restart(for: line)) }
        if let problem = searchProblem {
            found.append(
                Fault(
                    "no_discovery", "peers are not found on the LAN: \(problem)",
                    fix: "where none is to be looked for: discovery = no in [network]"))
        }
        if let note = Advice.noise(microphoneStatus.snrDB) { found.append(note) }
        if let note = xrunNote { found.append(note) }
        for number in directory.numbers {
            let peer = directory[number]
            if let note = downNote(of: number) { found.append(note) }
            if let note = voicesNote(of: number) { found.append(note) }
            if switchboard.view(of: number).isLowered {
                found.append(
                    Fault(
                        "lowered", of: peer.name,
                        "gives your voice a lower priority than it asks for",
                        fix: "there: high = allow in [policy] or [policy NAME]"))
            }
            // A site brings its channels by itself.
            if !peers[number].isInSite, site.offers.isEmpty,
                switchboard.presence.reach(of: number) != .down,
                switchboard.view(of: number).hasUnknownChannel
            {
                found.append(
                    Fault(
                        "unknown_channel", of: peer.name,
                        "has a channel that this station does not have",
                        fix: "to hear what is said there, add a [channel] of its name, which status"
                            + " there shows"))
            }
        }
        return found
    }

    /// The note that calls ring inaudibly, and no lamp shows them.
    private var ringNote: Fault? {
        let speaker = state.volumes[.speaker]
        guard output.isWanted, !SavedState.isInaudible(speaker),
            var note = state.volumes.softRing,
            !config.lamps.contains(where: { $0.show == .ringing })
        else { return nil }
        note.text = "no call is heard here: \(note.text)"
        return note
    }

    /// Sound lost between cards and program, above a few losses and above one an hour; fewer losses
    /// are inaudible.
    private var xrunNote: Fault? {
        let count = media[.captureXruns] &+ media[.playbackXruns]
        let hours = (now - facts.startedAt).milliseconds / 3_600_000
        guard count >= 3, count > UInt64(max(0, hours)) else { return nil }
        return Fault(
            "xruns", "\(count) xruns since the start: sound has gaps",
            fix: "see what loads the machine (top), or set period = 20ms in [audio]")
    }

    /// Reports a peer that sends on more streams at once than a station can need.
    private func voicesNote(of peer: Int) -> Fault? {
        let traffic = peers[peer].traffic
        let isCrowding = Instant(gauge: traffic[.crowdedAt]).map { (now - $0).inSeconds < 60 }
        guard traffic[.voices] >= Self.voicesMany || isCrowding ?? false else { return nil }
        return Fault(
            "many_voices", of: directory[peer].name,
            "sends on more streams at once than a station has use for; whoever else speaks takes"
                + " the place of all but one of them")
    }

    /// A station sends at most a talk, a page, an announcement and a call at once.
    private static var voicesMany: UInt64 { 5 }

    /// Notes on devices that work at a cost, through plug-ins of alsa-lib.
    var detourNotes: [Fault] {
        var found: [Fault] = []
        for (word, side) in [("input", input), ("output", output)]
        where side.isOpen {
            for detour in side.route?.detours ?? [] {
                // No setting names the converter of a card that needs one.
                let advice =
                    detour == .rate && PCMName.isKernels(side.shown)
                    ? "a card that can do 48000 Hz needs none"
                    : "\(word) = card:ID in [audio] is direct (intercomctl audio list)"
                found.append(
                    Fault(
                        "detour", of: "audio \(word) \(side.shown)",
                        "goes through \(detour.name), \(detour.cost)", fix: advice))
            }
        }
        return found
    }

    /// Volumes that could not be set, and a microphone that is silent because it is muted.
    var controlNotes: [Fault] {
        var found: [Fault] = []
        for (key, side) in [("mic-volume", input), ("volume", output)]
        where side.isOpen && side.mixerChange != nil && side.control == nil {
            let name = side.mixerChange?.name.map { " \($0)" } ?? ""
            found.append(
                Fault(
                    "no_control", of: key, "\(side.shown) has no control\(name) to set",
                    fix: "amixer scontrols lists them"))
        }
        if let control = silentMicrophone {
            found.append(
                Fault(
                    "microphone_card_muted",
                    "the microphone is muted: control \(control.name) of \(input.shown)",
                    fix: HeardBy.Reason.microphoneCardMuted.fix))
        }
        return found
    }

    /// Whether this peer may open the microphone without a touch on a key here.
    private func opensUnasked(_ peer: Int) -> Bool {
        Policy(config.policy(ofPeer: directory[peer].name)).opensMicrophone
    }
}
