internal import Audio
internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

/// Other settings while everything goes on.
///
/// All files are read and checked before anything changes; then what differs is changed, and what
/// is the same does not notice: a peer whose key, psk and suite are as before keeps its number, its
/// session and its sound.
extension ControlLoop {
    /// SIGHUP: who sent it reads the journal.
    mutating func reloadBySignal() {
        guard settings.beginBySignal() else { return }
        ServiceNotifier.reloading()
        askers.begin(Asker(name: "SIGHUP"), .reload)
        defer { askers.end(nil) }
        beginReload(for: .signal)
    }

    /// Takes over what the files say now; who asked is answered when it is in use.
    mutating func beginReload(for cause: ReloadCause) {
        let found: FoundSettings
        do throws(ControlError) {
            found = try settings.readToReload(facts.folder, cores.table, for: cause)
        } catch { return answer(.failure(error), to: cause) }
        // Its button may be another one from now on, or none.
        if case .button? = messages.spoken?.owner {
            endSpokenMessage(because: "the settings have changed")
        }
        sendHeardBack()
        let config = found.config
        let former = directory
        changePeers(found)
        site.load(config, directory, at: now)
        messages.configure(directory, config)
        let routing = Routing(config, directory, after: self.routing)
        devices.lookAtClocks(rings.counters)
        tellMedia(config, routing)
        consent()
        let limits = SessionLimits(config)
        feed { [directory] board, table, now in
            board.configure(
                peers: directory.numbers, targets: routing.targets, channels: routing.channels,
                at: now)
            table.setLimits(limits, at: now)
        }
        devices.cards.configure(config.audio, rings)
        // New addresses are tried at once, and new names asked for.
        for number in directory.moved(since: former) {
            feed { board, _, now in board.moved(number) }
            resolve(number)
        }
        settings.begin(found, for: cause, at: now)
    }

    /// Answers a reload that is over.
    mutating func followReload() {
        let isTakingLeave = cores.table.isTakingLeave
        guard let reload = settings.takeReload(isTakingLeave: isTakingLeave, at: now) else {
            return
        }
        defer { if settings.owesReload { reloadBySignal() } }
        followMixers()
        guard !settings.isChanging else {
            let error = ControlError(
                .failed, "the audio thread stands still; the settings apply when it runs again")
            return answer(.failure(error), to: reload.cause)
        }
        let lines = reload.lines
        for line in lines {
            journal.note(
                .reload, "settings: \(line.text)\(line.needsRestart ? " (at the next start)" : "")")
        }
        for warning in reload.warnings { journal.note(.reload, warning.description) }
        tell(.reload, detail: lines.isEmpty ? "nothing has changed" : "\(lines.count) changed")
        answer(.success(lines), to: reload.cause)
    }

    private mutating func answer(
        _ result: Result<[ConfigDifference.Line], ControlError>, to cause: ReloadCause
    ) {
        var problem: String?
        if case .failure(let error) = result {
            problem = error.text
            let reasons = error.text.split(separator: "\n").joined(separator: "; ")
            tell(.reloadRefused, detail: "settings not changed: \(reasons)")
        }
        switch cause {
        case .caller(let caller):
            server.replyLate(Reply(result), to: caller, at: now)
        case .signal: ServiceNotifier.ready()
        case .pairing: pairings.used(because: problem)
        case .site: site.used(because: problem)
        }
    }

    /// Peers that are new, gone, or to be spoken to with other keys.
    private mutating func changePeers(_ found: FoundSettings) {
        let files = found.files
        let kept = found.kept(in: cores.table)
        let former = directory.numbers
        for number in directory.numbers where !kept.contains(number) {
            links.handshakesBefore += cores.table.state(of: number)?.handshakes ?? 0
            feed { board, table, now in
                table.remove(peer: number, at: now)
                board.remove(peer: number, firstMid: Boot.randomMid(), at: now)
            }
        }
        var numbers: [Int] = []
        var added: [Int] = []
        for (place, key) in files.keys.enumerated() {
            if let number = cores.table.peer(of: key) {
                numbers.append(number)
                continue
            }
            let number = feed { _, table, now in files.add(place, to: &table, at: now) }
            added.append(number)
            numbers.append(number)
        }
        settings.take(found, numbers: numbers)
        if !added.isEmpty || numbers.count != former.count {
            neighbourhood.setPeers(directory, added: added, cores.table, at: now)
            mailbox?.setPeers(directory, cores.table, wall: wall, at: now)
        }
        for number in added {
            links.probes[number] = nil
            figures.replaced(number, rings.traffic[number])
            feed { board, _, now in
                board.replace(peer: number, firstMid: Boot.randomMid(), at: now)
            }
        }
    }

    /// The media loop takes these over; it hears too what can be done about the echo.
    mutating func tellMedia(_ config: Config, _ routing: Routing) {
        let handsFree = devices.handsFree(config.audio)
        rings.tell(.adopt(settings.change(to: config, routing, handsFree, at: now)))
    }

    /// From here on the media loop speaks of the new settings.
    mutating func adopted() {
        guard let former = settings.adopt() else { return }
        if LossProtection.Frames(former) != LossProtection.Frames(plan) { protectAnew() }
        devices.lines.configure(config)
        devices.noteRelays(config)
        let (names, hasPermitTone) = (routing.names, plan.hasPermitTone)
        feed { board, _, _ in board.adopted(targetsCalled: names, hasPermitTone: hasPermitTone) }
        consent()
    }
}

/// Volumes, mutes and do-not-disturb.
extension ControlLoop {
    /// Writes what is due; do-not-disturb ends by itself, quiet hours begin and end.
    mutating func tickState() {
        if let fault = keeper.tick(at: now) { tell(.stateFault, detail: fault) }
        if keeper.state.isUndisturbedLongEnough(at: wall) {
            _ = answer(.doNotDisturb(isOn: false, seconds: nil))
        }
        tellVolumes()
    }

    /// Whether the configuration wants silence at this time of day.
    var isQuietTime: Bool {
        guard let hours = config.quiet.hours,
            let time = LocalTime(milliseconds: Clock.wallMilliseconds())
        else { return false }
        return hours.contains(minute: time.minuteOfDay)
    }

    /// Does what was asked of the state.
    ///
    /// - Returns: what it is now.
    mutating func answer(_ request: StateRequest) -> Reply {
        do throws(SavedState.UnknownName) {
            let change = try keeper.apply(
                request, among: routing.names, at: now, milliseconds: wall)
            guard let change else { return .state(stateNow) }
            announce(change)
            tellVolumes()
            // A call in the same moment must meet the new state.
            if change.kind == .dnd { consent() }
        } catch {
            return .refused(.unknown("peer or channel", error.name, known: error.known))
        }
        return .state(stateNow)
    }

    /// What a person has set, and whether quiet hours are on.
    var stateNow: SavedState {
        var state = keeper.state
        state.isQuietTime = isQuietTime
        return state
    }

    /// Tells the media loop, where something about it has changed.
    mutating func tellVolumes() {
        followMicrophone()
        let volumes = MediaVolumes(
            stateNow, names, isCardMuted: devices.silentSpeaker != nil,
            isMicrophoneSilent: switchboard.microphoneSilence != nil)
        devices.tell(volumes, rings)
    }
}

/// What peers may do here.
extension ControlLoop {
    /// Tells the switchboard what peers may do and whether people want to be disturbed.
    mutating func consent() {
        var configured = [Policy](repeating: Policy(), count: PeerDirectory.capacity)
        for number in directory.numbers {
            configured[number] = Policy(config.policy(ofPeer: directory[number].name))
        }
        let (signs, isHalfDuplex) = (listenerSigns, handsFree.isHalfDuplex)
        // Nobody but an emergency may disturb then.
        let isResting = keeper.state.doNotDisturb.isOn || isQuietTime
        let availability: Availability = isResting ? .doNotDisturb : .open
        feed { [configured, numbers = directory.numbers] board, table, now in
            for number in numbers {
                board.memberNames[number] = table.state(of: number)?.memberName
            }
            board.consent(
                to: configured, signs, availability, isHalfDuplex: isHalfDuplex, at: now)
        }
    }

    /// What could tell people here that somebody listens.
    var listenerSigns: Consent.Signs {
        let output = devices.cards.output
        let isHeard = config.audio.volume != .mute && devices.silentSpeaker == nil
        let isMoving = switchboard.still[.playback] == nil
        let ring: Unheard =
            if devices.lines.canShow(.ringing) {
                .heard
            } else if !output.isWanted {
                .noOutput
            } else if !output.isOpen {
                .outputLost
            } else if !isMoving {
                .outputStill
            } else if !isHeard {
                .cardMuted
            } else {
                keeper.state.isSpeakerMuted ? .speakerMuted : isRingSoft ? .volume : .heard
            }
        return Consent.Signs(
            isSpeakerOpen: output.isOpen && isMoving, canBeep: output.isWanted && isHeard,
            hasTalkLamp: devices.lines.canShow(.talking), ring: ring)
    }

    private var isRingSoft: Bool {
        let volumes = keeper.state.volumes
        return volumes.softRing != nil
    }
}

/// Why this station's own microphone gives nothing: its listeners hear silence, and cannot know.
extension ControlLoop {
    /// Follows the mixers of both cards.
    mutating func followMixers() {
        devices.followMixers(
            config.audio, soundAt: isCapturing ? microphoneSoundAt : nil, at: now)
        tellVolumes()
        feed { board, _, now in board.checkMicrophone(at: now) }
    }

    /// Tells the switchboard what the microphone's sound depends on.
    mutating func followMicrophone() {
        let facts = devices.microphoneFacts(isMuted: keeper.state.isMicrophoneMuted)
        let soundAt = microphoneSoundAt
        feed { board, _, now in board.handle(.microphone(facts, soundAt: soundAt), at: now) }
    }

    /// When more than a muted card gives came of the microphone last.
    private var microphoneSoundAt: Instant {
        Instant(nanoseconds: Int64(rings.counters[.microphoneSoundAt]))
    }
}
