internal import Audio
internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Time

extension ControlLoop {
    func status() -> Status {
        var status = Status()
        status.version = Product.version
        status.name = config.station.name
        status.uptimeSeconds = Int((now - facts.startedAt).milliseconds / 1000)
        status.isRealtime = facts.isRealtime
        status.isMemoryLocked = health.memoryProblem == nil
        status.problems = problems
        status.notes = notes
        status.unheard = hindrances
        status.audio.input = device(devices.cards.input, .capture, xruns: .captureXruns)
        status.audio.output = device(devices.cards.output, .playback, xruns: .playbackXruns)
        (status.audio.input.driftPPM, status.audio.input.driftErrorPPM) = told(captureDrift)
        (status.audio.output.driftPPM, status.audio.output.driftErrorPPM) = told(playbackDrift)
        status.audio.isOneClock = soundClock?.isOneClock ?? false
        status.audio.clockReason = soundClock?.reason
        status.audio.standstill = stillComplaints
        status.audio.profile = config.audio.profile.rawValue
        status.audio.duplex = handsFree.isHalfDuplex ? "half" : "full"
        status.audio.duplexReason = handsFree.duplexReason
        status.audio.echo = handsFree.echoState
        if handsFree.cancelsEcho, rings.counters[.echoReduction] > 0 {
            status.audio.echoReductionDB = Double(rings.counters[.echoReduction]) / 10
        }
        tellShed(&status.audio)
        status.microphone = microphoneStatus
        status.microphone.mayOpen = mayOpenMicrophone
        status.call = callStatus
        status.speaker = speakerMeter
        status.buttons = config.buttons.indices.map { button($0) }
        status.lamps = config.lamps.indices.map { lamp($0) }
        status.relays = config.relays.indices.map { relay($0) }
        status.peers = roster.numbers.map { peerStatus($0) }
        status.callers = callers
        status.network = networkStatus
        status.overload = overload
        status.channels = config.channels.indices.map { channel($0) }
        status.media.cpuNanoseconds = Int(rings.counters[.cpuNanoseconds])
        status.media.periods = Int(rings.counters[.ticks])
        let heap = rings.counters[.heapCalls]
        status.media.heapCalls = heap == UInt64.max ? nil : Int(heap)
        status.counters = counters
        status.state = stateNow
        return status
    }

    /// A card that wakes the loop for nothing; a sound server does so when periods are short.
    private var stallComplaint: String {
        let detours = [devices.cards.input, devices.cards.output].flatMap {
            $0.route?.detours ?? []
        }
        guard let detour = detours.first else {
            return "the sound card wakes without sound: unplug it, or try another"
        }
        return "\(detour.name) wakes without sound: set period = 20ms in [audio], or use the card "
            + "itself (intercomctl audio list)"
    }

    /// What a person should mend, worst first; empty when all is well.
    var problems: [String] {
        var found = [networkProblem].compactMap { $0 }
        for side in [devices.cards.input, devices.cards.output]
        where side.isWanted && !side.isOpen && !side.isReopening {
            found.append(side.error?.description ?? "audio \(side.shown): not open yet")
        }
        found += stillComplaints
        if let overloadProblem { found.append(overloadProblem) }
        if health.isSoundStill {
            found.append(
                "the sound stands still: as a service it is started again, else restart intercomd")
        }
        if switchboard.cardTroubles.isStalled {
            found.append(stallComplaint)
        }
        found += standingHindrances.map { "\($0.text) -> \($0.remedy)" }
        for key in devices.lines.keys where !key.isOpen {
            found.append("button \(key.button.name): \(key.error?.description ?? "not open yet")")
        }
        for place in devices.lines.lamps.indices {
            guard let error = devices.lines.lamps[place].error else { continue }
            found.append("lamp \(devices.lines.lamps[place].lamp.name): \(error)")
        }
        for place in devices.lines.relays.indices {
            guard let error = devices.lines.relays[place].error else { continue }
            found.append("relay \(devices.lines.relays[place].relay.name): \(error)")
        }
        for key in devices.lines.keys where key.isStuck {
            found.append(
                "button \(key.button.name): held longer than max-talk, so it is not heard; "
                    + "let it go (or look whether it is jammed)")
        }
        for peer in roster.numbers {
            if let complaint = problem(of: peer) { found.append(complaint) }
        }
        if let complaint = ownKeyProblem { found.append(complaint) }
        if !facts.isRealtime {
            found.append(
                "no real-time priority, sound may break under load: "
                    + "give the service LimitRTPRIO=70, or ulimit -r 70")
        }
        for problem in [history.problem, keeper.problem, devices.relayNoteProblem] {
            if let problem { found.append(problem) }
        }
        if let problem = health.memoryProblem { found.append(problem) }
        return found
    }

    /// Advice that changes nothing now.
    private var notes: [String] {
        var found: [String] = []
        if journal.unhooked > 0 {
            found.append(
                "on-event: its program failed at \(journal.unhooked) events:"
                    + " journalctl INTERCOM_EVENT=hook_fault")
        }
        if settings.isUnconfigured {
            found.append(Advice.unconfigured(facts.folder))
        } else if roster.isEmpty {
            found.append(Advice.unpaired)
        }
        found += (presentHindrances + pastHindrances).map { "\($0.text) -> \($0.remedy)" }
        found += detourNotes + controlNotes
        if isQuietTime {
            found.append("quiet hours: only an emergency may ring or page now, where it is allowed")
        }
        if !tellsOfListeners, roster.numbers.contains(where: { opensUnasked($0) }) {
            found.append(
                "nobody can drop in or listen in, and calls answer themselves no more: no speaker "
                    + "is open that could beep, and no lamp with show = talking")
        }
        if config.audio.wishesEchoGone, let apart = devices.clocksApart {
            found.append(Advice.echoRefused(apart))
        }
        for line in settings.awaitsRestart { found.append(Advice.restart(for: line)) }
        if let note = Advice.noise(microphoneStatus.snrDB) { found.append(note) }
        for number in roster.numbers {
            let peer = roster[number]
            if let note = downNote(of: number) { found.append(note) }
            if switchboard.presence.reach(of: number) != .down,
                station.view(of: number).hasUnknownChannel
            {
                found.append(
                    "\(peer.name) speaks on a channel that this station does not have; to hear it, "
                        + "name a [channel] as there")
            }
            if !facts.hasAES, peer.suite == 1 {
                found.append(
                    "\(peer.name): this processor has no AES instructions, whose stand-in is slow "
                        + "and not constant in time: give both sides suite 2 (peer set --suite 2)")
            }
        }
        return found
    }

    /// What the fault lamp shows: something of this station does not work.
    var hasFault: Bool {
        let isDeaf = devices.cards.input.isWanted && !devices.cards.input.isOpen
        let isMute = devices.cards.output.isWanted && !devices.cards.output.isOpen
        guard switchboard.downWatch.networkTrouble == nil else { return true }
        return isDeaf || isMute || switchboard.cardTroubles.isStalled || switchboard.still.isAny
            || devices.lines.hasFault
    }

    /// What the listening lamp shows: speech in this room may open the microphone at any moment.
    var isListening: Bool {
        config.buttons.contains { $0.isVoiceOperated } && devices.cards.input.isOpen
            && switchboard.still[.capture] == nil
    }

    private func device(
        _ side: Cards.Side, _ direction: PCMError.Direction, xruns: MediaCount
    ) -> Status.Device {
        var device = Status.Device()
        device.error = stillComplaint(direction)
        device.standsStill = device.error != nil && side.error == nil
        device.name = side.shown
        device.xruns = Int(rings.counters[xruns])
        if let granted = side.granted {
            device.state = .open
            device.rate = granted.rate
            device.channels = granted.channels
            device.format = granted.format.name
            device.period = granted.periodSamples
            device.buffer = granted.bufferSamples
            device.detours = side.route?.detours.map { $0.name } ?? []
        } else if let error = side.error {
            device.error = error.description
            device.state =
                switch error.reason {
                case .absent, .unplugged: .absent
                case .busy: .busy
                default: .failed
                }
        } else if side.isWanted {
            device.state = .failed
            device.error = device.error ?? "audio \(side.shown): not open yet"
        }
        return device
    }

    private func button(_ place: Int) -> Status.Button {
        var button = Status.Button()
        let key = devices.lines.keys[place]
        button.name = key.button.name
        button.line = key.button.line
        button.target = key.button.talkText
        let isDown = key.button.isVoiceOperated ? key.isDown ?? false : key.isDown
        if key.isOpen, let isDown { button.state = isDown ? .pressed : .released }
        button.error = key.error?.description
        button.fault = LineFault(key.error)
        if let target = routing.buttonTargets[place] {
            button.isTalking = switchboard.openTalks.since(target) != nil
        }
        button.pressAgeSeconds = key.pressedAt.map { seconds(now - $0) }
        return button
    }

    private func lamp(_ place: Int) -> Status.Lamp {
        var lamp = Status.Lamp()
        lamp.name = config.lamps[place].name
        lamp.line = config.lamps[place].line
        lamp.show = config.lamps[place].show.rawValue
        lamp.error = devices.lines.lamps[place].error?.description
        lamp.fault = LineFault(devices.lines.lamps[place].error)
        lamp.state = lamp.error != nil ? .failed : devices.lines.lamps[place].isShowing ? .on : .off
        return lamp
    }

    private func relay(_ place: Int) -> Status.Relay {
        var relay = Status.Relay()
        relay.name = config.relays[place].name
        relay.line = config.relays[place].line
        relay.error = devices.lines.relays[place].error?.description
        relay.fault = LineFault(devices.lines.relays[place].error)
        relay.state =
            relay.error != nil ? .failed : devices.lines.relays[place].pulse.isOn ? .on : .off
        return relay
    }

    private func channel(_ place: Int) -> Status.Channel {
        var channel = Status.Channel()
        let configured = config.channels[place]
        channel.name = configured.name
        channel.isListening = configured.listen
        channel.members = routing.channels[place].members.map { roster[$0].name }
        channel.isTalking = talkedTo.contains(configured.name)
        return channel
    }

    func peerStatus(_ peer: Int) -> PeerStatus {
        var status = PeerStatus()
        let traffic = rings.traffic[peer]
        status.name = roster[peer].name
        status.state =
            switch switchboard.presence.reach(of: peer) {
            case .up: .up
            case .stale: .stale
            case .down: .down
            }
        status.heardAgeSeconds = moment(traffic[.lastOpened]).map { seconds(now - $0) }
        status.rttMilliseconds = station.view(of: peer).usualRoundTrip
            .map { Double($0.nanoseconds) / 1_000_000 }
        if traffic[.playoutDelay] > 0 {
            status.jitterMilliseconds = Double(traffic[.jitter]) / 10
            status.lossPercent = Double(traffic[.loss]) * 100 / 256
            status.bufferMilliseconds = Double(traffic[.playoutDelay])
        }
        let redundancy = switchboard.protection.redundancy(of: peer)
        status.redundancyDepth = redundancy.choice.depth
        status.redundancyOffset = redundancy.choice.offset
        status.isNarrow = redundancy.isNarrow
        status.framesRecovered = Int(traffic[.recovered])
        let last = switchboard.ownTalks.lastWords(to: peer)
        status.heardPercent = last?.heard.percent
        status.lastWordsAgeSeconds = last.map { seconds(now - $0.at) }
        status.heardReason = last?.heard.obstacle.map { HeardBy.Reason($0) }
        status.hearsNow = hearsNow(peer)
        status.packetsSent = Int(traffic[.sent])
        status.packetsOpened = Int(traffic[.opened])
        status.packetsRefused = Int(traffic[.refused])
        let refusals = station.refusals(of: peer)
        status.claimsRefused = Refusal.allCases.reduce(0) { $0 + Int(refusals[$1]) }
        status.fingerprint = roster.key(of: peer).short
        status.isVerified = roster[peer].isVerified
        addDownReason(of: peer, to: &status)
        addFigures(of: peer, to: &status)
        guard let state = cores.table.state(of: peer) else { return status }
        status.suite = Int(state.suite.rawValue)
        status.hasPSK = state.hasPSK
        status.endpoint = state.endpoint.map { SocketAddress($0).description }
        status.isTalking = switchboard.voices.isHeard(peer)
        status.sessionAgeSeconds = state.sessionSince.map { seconds(now - $0) }
        return status
    }

    /// Every counter there is, sound first, then handshakes by cause.
    private var counters: [Counter] {
        var found = MediaCount.allCases.compactMap { count in
            count.name.map {
                Counter(name: $0.description, value: Int(rings.counters[count]))
            }
        }
        let full = UDPSocket.overflow(of: facts.dataSocket)
        found.append(Counter(.dropped, "full", full))
        for (place, name) in Drop.names.enumerated() {
            let word = name.description.map { $0 == "-" ? "_" : String($0) }.joined()
            found.append(Counter(.handshakeDropped, word, links.drops[place]))
        }
        var handshakes = links.handshakesBefore
        for peer in roster.numbers {
            handshakes += cores.table.state(of: peer)?.handshakes ?? 0
        }
        found.append(Counter(.handshakes, Int(handshakes)))
        let handshakesFull = UDPSocket.overflow(of: links.socket.fd)
        found.append(Counter(.handshakeDropped, "full", handshakesFull))
        var (sent, opened) = figures.packetsBefore
        for traffic in rings.traffic {
            sent += traffic[.sent]
            opened += traffic[.opened]
        }
        found.append(Counter(.packetsSent, Int(sent)))
        found.append(Counter(.packetsOpened, Int(opened)))
        found.append(Counter(.handshakesUnsent, links.unsent))
        found.append(Counter(.callersRefused, server.callersRefused))
        found.append(Counter(.requestsRefused, server.requestsRefused))
        found.append(Counter(.eventsUntold, server.eventsUntold))
        found.append(Counter(.levelsUntold, server.levelsUntold))
        found.append(Counter(.journalSuppressed, journal.suppressed))
        found.append(Counter(.historyLost, history.lost))
        found.append(Counter(.historySetAside, history.setAside))
        found.append(Counter(.hookFailed, journal.unhooked))
        found.append(Counter(.journalLost, journal.lost))
        return found
    }
}
