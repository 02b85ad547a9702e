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

/// A change of settings while the station runs.
///
/// All files are read and checked before anything changes. Then only differences are applied: a
/// peer whose key, psk and suite stay the same keeps its number, its session and its sound.
extension ControlLoop {
    /// Reloads after SIGHUP, whose sender reads the result in the journal.
    mutating func reloadBySignal() {
        guard settings.beginBySignal() else { return }
        ServiceNotifier.reloading()
        askers.begin(Asker(name: "SIGHUP"), .reload)
        defer { askers.end(nil) }
        beginReload(for: .signal)
    }

    /// Takes over the present files; the asker is answered when they are in use.
    mutating func beginReload(for cause: ReloadCause) {
        let found: FoundSettings
        do throws(ControlError) {
            found = try settings.readToReload(facts.folder, cores.table, for: cause)
        } catch { return answerReload(.failure(error), to: cause) }
        // A button may change its meaning, and a receiver may be taken out of the channel.
        dropMessages(because: "the settings have changed")
        let config = found.config
        let former = directory
        // Under the names that their talkers have until now.
        takePackets()
        changePeers(found)
        let isOtherRoster = site.load(config, directory, at: now)
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
        configureRecordings(config, routing)
        devices.cards.configure(config.audio, rings)
        // New addresses are tried at once, and new names looked up.
        for number in directory.moved(since: former) {
            feed { board, _, now in board.moved(number) }
            resolve(number)
        }
        // Peers that have refused this station may have the newer list, too.
        if isOtherRoster { feed { _, table, now in table.retryAll(at: now) } }
        settings.begin(found, for: cause, at: now)
    }

    /// Answers a finished reload.
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
            return answerReload(.failure(error), to: reload.cause)
        }
        let lines = reload.lines
        for line in lines {
            journal.note(
                .reload, "settings: \(line.text)\(line.needsRestart ? " (at the next start)" : "")")
        }
        for warning in reload.warnings { journal.note(.reload, warning.description) }
        tell(.reload, detail: lines.isEmpty ? "nothing has changed" : "\(lines.count) changed")
        answerReload(.success(lines), to: reload.cause)
    }

    private mutating func answerReload(
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

    /// Adds and removes peers; a peer with changed keys is removed and added.
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

    /// Gives the settings to the media loop, with the present treatment of the echo.
    mutating func tellMedia(_ config: Config, _ routing: Routing) {
        let handsFree = devices.handsFree(config.audio)
        rings.tell(.adopt(settings.change(to: config, routing, handsFree, at: now)))
    }

    /// Follows the media loop, whose events use the new settings from now on.
    mutating func adopted() {
        guard let former = settings.adopt() else { return }
        // Not for a replay: these packets have the former numbers of peers.
        takePackets()
        if LossProtection.Frames(former) != LossProtection.Frames(plan) { protectAnew() }
        devices.lines.configure(config)
        devices.noteRelays(config)
        feed { [names = routing.names] board, _, _ in board.adopted(targetsCalled: names) }
        consent()
    }
}

/// Volumes, mutes and do-not-disturb.
extension ControlLoop {
    /// Writes due changes, ends do-not-disturb on time, and follows quiet hours.
    mutating func tickState() {
        if let fault = keeper.tick(at: now) { tell(.stateFault, detail: fault) }
        if keeper.state.isUndisturbedLongEnough(at: wall) {
            _ = answerState(.doNotDisturb(isOn: false, seconds: nil))
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

    /// Carries out a request about the state.
    ///
    /// - Returns: The new state.
    mutating func answerState(_ request: StateRequest) -> Reply {
        do throws(SavedState.UnknownName) {
            let change = try keeper.apply(
                request, among: routing.names, at: now, milliseconds: wall)
            guard let change else { return .state(stateNow) }
            publish(change)
            tellVolumes()
            // A call at the same moment must find the new state.
            if change.kind == .dnd { consent() }
        } catch {
            return .refused(.unknown("peer or channel", error.name, known: error.known))
        }
        return .state(stateNow)
    }

    /// The state that people have set, with quiet hours.
    var stateNow: SavedState {
        var state = keeper.state
        state.isQuietTime = isQuietTime
        return state
    }

    /// Sends the volumes to the media loop where they have changed.
    mutating func tellVolumes() {
        followMicrophone()
        let volumes = MediaVolumes(
            stateNow, names, isCardMuted: devices.silentSpeaker != nil,
            isMicrophoneSilent: switchboard.microphoneSilence != nil)
        devices.tell(volumes, rings)
    }
}

/// The rights of peers here.
extension ControlLoop {
    /// Tells the switchboard the rights of peers, whether people may be disturbed, and whether a
    /// tone permits them to talk.
    mutating func consent() {
        var configured = [Policy](repeating: Policy(), count: PeerDirectory.capacity)
        for number in directory.numbers {
            configured[number] = Policy(config.policy(ofPeer: directory[number].name))
        }
        let (signs, isHalfDuplex) = (listenerSigns, handsFree.isHalfDuplex)
        let hasPermitTone = plan.hasPermitTone
        // Only an emergency may disturb people then.
        let isResting = keeper.state.doNotDisturb.isOn || isQuietTime
        let availability: Availability = isResting ? .doNotDisturb : .open
        feed { [configured, numbers = directory.numbers] board, table, now in
            board.hasPermitTone = hasPermitTone
            for number in numbers {
                board.memberNames[number] = table.state(of: number)?.memberName
            }
            board.consent(
                to: configured, signs, availability, isHalfDuplex: isHalfDuplex, at: now)
        }
        followForwarding()
    }

    /// Tells the switchboard for which peers this station passes datagrams on, and to which of them
    /// it has no path of its own; also once a second.
    mutating func followForwarding() {
        feed { [forwards = plan.forwards] board, table, now in
            let indirect = forwards.filter {
                table.state(of: $0).map { !$0.hasPath || $0.forwarder != nil } ?? true
            }
            board.forward(for: forwards, exceptTo: PeerSet(indirect), at: now)
        }
    }

    /// The ways in which people here can notice a listener.
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
            hasTalkLamp: devices.lines.canShow(.talking),
            hasRecordingLamp: devices.lines.canShow(.recording), ring: ring)
    }

    private var isRingSoft: Bool {
        let volumes = keeper.state.volumes
        return volumes.softRing != nil
    }
}

/// The reason for a silent microphone here: listeners hear silence, and cannot know why.
extension ControlLoop {
    /// Follows the mixers of both cards.
    mutating func followMixers() {
        devices.followMixers(
            config.audio, soundAt: isCapturing ? microphoneSoundAt : nil, at: now)
        tellVolumes()
        feed { board, _, now in board.checkMicrophone(at: now) }
    }

    /// Reports the state of the microphone to the switchboard.
    mutating func followMicrophone() {
        let facts = devices.microphoneFacts(isMuted: keeper.state.isMicrophoneMuted)
        let soundAt = microphoneSoundAt
        feed { board, _, now in board.handle(.microphone(facts, soundAt: soundAt), at: now) }
    }

    /// The last time at which the microphone gave more than a muted card gives.
    private var microphoneSoundAt: Instant {
        Instant(nanoseconds: Int64(rings.counters[.microphoneSoundAt]))
    }
}
