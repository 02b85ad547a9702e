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

extension ControlLoop {
    /// Takes back the values that the media loop returns, and ends them.
    mutating func takeReturns() {
        while devices.takeReturns(rings, at: now) {
            // The former settings have come back. The event reports that first, unless the ring was
            // full.
            takeEvents()
            adopted()
            settings.tookBack()
        }
    }

    mutating func takeEvents() {
        while let event = rings.events.pop() { handle(event) }
    }

    /// Every event is named here, so that a new event cannot be forgotten.
    private mutating func handle(_ event: MediaEvent) {
        switch event {
        case .switched(let peer, let index):
            feed { _, table, now in table.switched(peer: peer, index: index, at: now) }
            feed { board, _, now in board.renewed(peer: peer, at: now) }
            tell(.rekey, peer: peer)
        case .elsewhere(let peer, let index, let source):
            feed { _, table, now in
                table.follow(.elsewhere(Endpoint(source)), of: peer, index: index, at: now)
            }
        case .talking(let target, let first, let isDoubted):
            let name = routing.name(of: target, aimedBy: switchboard.aims, directory)
            report(.talking(target: target, name: name, first: first, isDoubted: isDoubted))
            talkBegan(to: target)
        case .silent(let target):
            let name = routing.name(of: target, aimedBy: switchboard.aims, directory)
            report(.silent(target: target, name: name))
            if target == Int(TalkTarget.message) { finishSpokenMessage() }
        case .said(let target, let frames): report(.said(target: target, frames: frames))
        case .receiving(let peer, let stream, let isOn):
            report(.receiving(peer: peer, stream: stream, isOn: isOn))
        case .spoken(let number, let isWhole):
            messages.player?.spoken(number, isWhole: isWhole, at: now)
            if pairingButton.spoken(number, at: now) { resetButton.spoken() }
        case .announcementEnded: feed { board, _, _ in board.announcementEnded() }
        case .talkTimedOut(let target, let place):
            tell(
                .stuckKey, target: routing.name(of: target, aimedBy: switchboard.aims, directory),
                since: switchboard.openTalks.since(target))
            // A command that holds the same microphone open has a time limit of its own.
            guard let place else {
                return feed { board, _, _ in board.endTalks(to: target, .timedOut) }
            }
            devices.lines.timedOut(key: place)
        case .key(let place, let isDown):
            guard devices.lines.moved(key: place, isDown: isDown, at: now) else { return }
            let target = config.buttons[place].talkText
            tell(
                isDown ? .keyDown : .keyUp, target: target.isEmpty ? nil : target, button: place)
            if isDown { feed { board, _, _ in board.buttonPressed() } }
        case .keyUnreadable(let place, let error):
            guard devices.lines.lost(key: place, error, at: now) else { return }
            tell(.buttonFault, button: place, detail: error.description)
            endSpokenMessage(of: .button(place), because: "the button cannot be read")
            if messages.heardBack?.place == place { messages.heardBack?.lost(at: now) }
        case .letGo(let place):
            endSpokenMessage(of: .button(place))
            if messages.heardBack?.place == place { messages.heardBack?.letGo(at: now) }
        case .touched(let place, let touch): touched(place, Config.Touch(touch))
        case .cardFailed(let error):
            devices.cards.lost(error.direction, error, at: now)
            report(.cardLost)
            tellLoss(error)
        case .masterStalled: report(.cardStalled)
        case .stream(let direction, let change):
            report(.stream(StillStreams.Direction(direction), change))
        case .shedding(let step): report(.overload(step))
        case .adopted: adopted()
        case .gaveUp(let direction): devices.cards.gaveUp(direction)
        case .stopped: health.hasStopped = true
        }
    }

    /// Reports news of talks and voices to the switchboard.
    private mutating func report(_ news: SoundNews) {
        feed { board, _, now in board.handle(news, at: now) }
    }

    /// Reports news of cards or the processor to the switchboard.
    private mutating func report(_ news: MachineNews) {
        feed { board, _, now in board.handle(news, at: now) }
    }

    /// Reports that a direction has no card now.
    mutating func tellLoss(_ error: PCMError) {
        report(.streamLost(.init(error.direction)))
        tell(.audioLost, detail: error.description)
    }
}

/// Meters for watchers; `status` takes the same figures from `Snapshot+Peers`.
extension ControlLoop {
    /// Sends the levels to watchers.
    mutating func lookAtMeters() {
        guard meters.look(isWatched: server.isWatched(.levels), at: now) else { return }
        var levels = snapshot().levels
        levels.timeMilliseconds = wall
        server.tell(levels)
    }

    /// Whether the microphone's card moves sound now.
    var isCapturing: Bool {
        devices.cards.input.isOpen && switchboard.still[.capture] == nil
            && (plan.keepsCapturing || switchboard.openTalks.isAny)
    }
}

extension ControlLoop {
    /// Opens wanted cards and lines that are closed; reports that to the journal and `monitor`.
    mutating func openDevices() {
        for change in devices.cards.tick(at: now, rings) { tell(of: change) }
        // The places of keys are about to change their meaning.
        guard !settings.isChanging else { return }
        for change in devices.lines.tick(at: now, rings) { tell(of: change) }
    }

    private mutating func tell(of change: Cards.Change) {
        switch change {
        case .opened(let name, let granted):
            let text =
                "audio \(name) open: \(granted.format.name), \(granted.channels) ch, period "
                + "\(granted.periodSamples), buffer \(granted.bufferSamples)"
            tell(.audioOpen, detail: text)
        case .failed(let error):
            // A stream that stood still and does not open again is gone: nobody speaks into it.
            if switchboard.still[.init(error.direction)] != nil {
                rings.tell(.giveUp(error.direction))
            }
            tellLoss(error)
        }
    }

    private mutating func tell(of change: Lines.Change) {
        switch change {
        case .key(let place, let error):
            let kind: Event.Kind = error == nil ? .buttonReady : .buttonFault
            tell(kind, button: place, detail: error?.description)
        case .lamp(let place, let error):
            let kind: Event.Kind = error == nil ? .lampReady : .lampFault
            tell(kind, lamp: config.lamps[place].name, detail: error?.description)
        case .relay(let place, let error):
            let kind: Event.Kind = error == nil ? .relayReady : .relayFault
            tell(kind, target: config.relays[place].name, detail: error?.description)
        case .relayRests(let place, let rest, let who):
            let detail = Lines.Switched.detail(rest: rest, askedBy: who)
            tell(.relayRests, target: config.relays[place].name, detail: detail)
        }
    }

    /// The facts that the lamps show.
    var lampFacts: LampFacts {
        var facts = switchboard.lamps(isListening: isListening, hasFault: hasFault)
        facts.hasMessage = messages.kept.contains { messages.isNew($0) }
        return facts
    }

    /// Whether something of this station does not work, for the fault lamp.
    var hasFault: Bool {
        let isDeaf = devices.cards.input.isWanted && !devices.cards.input.isOpen
        let isMute = devices.cards.output.isWanted && !devices.cards.output.isOpen
        guard switchboard.downWatch.networkTrouble == nil else { return true }
        return isDeaf || isMute || switchboard.isCardStalled || switchboard.still.isAny
            || devices.lines.hasFault
    }

    /// Whether speech in this room may open the microphone at any moment, for the listening lamp.
    var isListening: Bool {
        config.buttons.contains { $0.isVoiceOperated } && devices.cards.input.isOpen
            && switchboard.still[.capture] == nil
    }
}

/// `intercomctl announce`: sound that a caller reads from a file, for a channel or a peer.
extension ControlLoop {
    /// Begins an announcement; the answer asks for the sound, or gives the refusal.
    mutating func beginAnnouncement(
        _ name: String, _ priority: Priority, samples: Int, for caller: ProgramTicket
    ) -> Reply {
        guard let routed = routing.target(named: name) else {
            return .refused(.unknownTarget(name, routing))
        }
        guard switchboard.announcer.job == nil else {
            return .failed("another announcement is under way: try again after it")
        }
        guard samples > 0, samples <= AnnouncementReader.samplesMax else {
            let limit = AnnouncementReader.secondsMax
            return .failed("an announcement may last 1 to \(limit) seconds")
        }
        do throws(OpusError) {
            try reader.begin(plan, samples: samples, of: caller, at: now)
        } catch { return .failed("\(error)") }
        feed { board, _, _ in board.announce(to: routed, named: name, priority, for: caller) }
        return .announce(Reply.Announced(to: name, isOver: false, names, switchboard))
    }

    /// Takes the sound from the caller, and begins when there is enough of it.
    mutating func followAnnouncement() {
        guard reader.isReading else { return }
        let announcer = switchboard.announcer
        guard announcer.awaitsSound || announcer.isSpeaking else { return reader.stop() }
        guard !reader.isIdle(at: now) else {
            return feed { board, _, _ in board.stopAnnouncement() }
        }
        let isNowWhole = reader.read(from: &server, at: now)
        if isNowWhole, announcer.isSpeaking { rings.tell(.announceEnd(isNow: false)) }
        guard announcer.awaitsSound, reader.hasEnough else { return }
        feed { board, _, now in board.speakAnnouncement(at: now) }
        if reader.isWhole { rings.tell(.announceEnd(isNow: false)) }
    }
}

/// The beginning of the protection against loss.
///
/// `Switchboard.receive` gives it the reports of listeners.
extension ControlLoop {
    /// Begins it anew, because every way is unknown or the frames change.
    mutating func protectAnew() {
        let isWireless = WirelessInterface.all().contains { $0.isUp != false }
        let frames = LossProtection.Frames(plan)
        feed { board, _, _ in board.beginProtection(frames, isWireless: isWireless) }
    }
}

extension LossProtection.Frames {
    init(_ plan: MediaPlan) {
        self.init(
            samples: plan.sound.frameSamples, size: plan.frameSize,
            sizeRepeated: plan.frameSizeRepeated)
    }
}

/// The clocks of the cards, and the resulting treatment of the echo.
extension ControlLoop {
    /// The treatment of the echo, and the reason.
    var handsFree: HandsFree { devices.handsFree(config.audio) }

    /// Tells the media loop where the echo is treated otherwise now.
    mutating func followClocks() {
        // One exchange at a time.
        guard !settings.isChanging,
            let clock = devices.followClocks(config.audio, rings.counters)
        else { return }
        tellMedia(config, routing)
        journal.note(
            .audioOpen,
            clock.reason.map { Advice.echoStays($0).sentence }
                ?? "microphone and speaker have one clock: the echo is cancelled")
    }
}
