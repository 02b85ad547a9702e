internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Realtime
internal import Session
internal import Station
internal import Time

extension ControlLoop {
    /// What the media loop handed back dies here.
    ///
    /// A device that comes back is not open any more. The event says so first, and why; but that
    /// ring may have been full, and nobody would open the device again.
    mutating func takeReturns() {
        while let returned = rings.returns.pop() {
            switch consume returned {
            case .session: break
            case .capture: Cards.returned(&cards.input, at: now)
            case .playback: Cards.returned(&cards.output, at: now)
            case .key(let line): lines.returned(line.name, at: now)
            }
        }
    }

    mutating func takeEvents() {
        while let event = rings.events.pop() { follow(event) }
    }

    private mutating func follow(_ event: MediaEvent) {
        switch event {
        case .switched(let peer, let index):
            table.switched(peer: peer, index: index, at: now)
            doWhatCoresAsk()
            tell(.rekey, peer: peer)
        case .talking(let target, let isOpen):
            talking(target, isOpen)
        case .talkTimedOut(let target):
            Log.warning("talk to \(routing.names[target]) stopped: the key was held too long")
            tell(.stuckKey, target: routing.names[target], since: view.talkingSince[target])
            for place in lines.keys.indices where routing.buttonTargets[place] == target {
                lines.keys[place].isStuck = lines.keys[place].isDown
            }
        case .key(let place, let isDown):
            lines.keys[place].isDown = isDown
            if isDown { lines.keys[place].pressedAt = now }
            if !isDown { lines.keys[place].isStuck = false }
            let target = config.buttons[place].talk.name
            tell(isDown ? .keyDown : .keyUp, target: target, button: place)
        case .keyUnreadable(let place, let error):
            lines.lost(key: place, error, at: now)
            Log.error("button \(config.buttons[place].name): \(error)")
            tell(.buttonFault, button: place, detail: error.description)
        case .receiving(let peer, let stream, let isOn):
            receiving(peer, stream, isOn)
        case .captureFailed(let error):
            Cards.lost(&cards.input, error, at: now)
            cardLost(error)
        case .playbackFailed(let error):
            Cards.lost(&cards.output, error, at: now)
            cardLost(error)
        case .asleep(let card):
            fellAsleep(card)
        case .masterStalled:
            view.isMasterStalled = true
            Log.error("the sound card wakes without sound: its driver is at fault; using the timer")
        case .stopped:
            view.hasStopped = true
        }
    }

    private mutating func fellAsleep(_ card: ClockMaster.Source?) {
        view.asleep = card
        if card == nil {
            Log.notice("audio moves again")
        } else {
            Log.warning(sleepComplaint ?? "audio stands still")
        }
    }

    private mutating func cardLost(_ error: PCMError) {
        view.isMasterStalled = false
        view.asleep = nil
        Log.error(error.description)
        tell(.audioLost, detail: error.description)
    }

    private mutating func talking(_ target: Int, _ isOpen: Bool) {
        let since = view.talkingSince[target]
        view.talkingSince[target] = isOpen ? since ?? now : nil
        let name = routing.names[target]
        if isOpen {
            // A press towards a peer without session tries again at once (protocol §1.7 rule 6).
            for peer in routing.targets[target].listeners {
                table.wanted(peer: peer, at: now)
                doWhatCoresAsk()
            }
            tell(.talk, target: name)
        } else {
            tell(.talkEnd, target: name, since: since)
        }
    }

    private mutating func receiving(_ peer: Int, _ stream: UInt8, _ isOn: Bool) {
        let was = view.sounding[peer]
        let bit: UInt32 = 1 << UInt32(stream)
        view.sounding[peer] = isOn ? was | bit : was & ~bit
        guard (was == 0) != (view.sounding[peer] == 0) else { return }
        let since = view.soundingSince[peer]
        view.soundingSince[peer] = isOn ? now : nil
        let place = view.hearings[peer][Int(stream)]
        var target: String?
        if case .channel(let channel) = place { target = config.channels[channel].name }
        tell(isOn ? .talk : .talkEnd, peer: peer, target: target, since: isOn ? nil : since)
    }

    mutating func cameUp(_ peer: Int) {
        view.reach[peer] = .up
        guard let state = table.state(of: peer) else { return }
        let note = state.hasPSK ? "" : ", no post-quantum authentication"
        Log.notice("\(config.peers[peer].name) up, suite \(state.suite.rawValue)\(note)")
        tell(.peerUp, peer: peer)
    }

    mutating func wentDown(_ peer: Int) {
        view.reach[peer] = .down
        Log.notice("\(config.peers[peer].name) down")
        tell(.peerDown, peer: peer)
    }

    /// A peer that missed its heartbeat is stale until it is heard again, or given up.
    mutating func followPeers() {
        for peer in config.peers.indices where view.reach[peer] != .down {
            guard let heard = moment(rings.traffic[peer][.lastOpened]) else { continue }
            let isStale = now - heard > Self.staleAfter
            if isStale, view.reach[peer] == .up {
                view.reach[peer] = .stale
                tell(.peerStale, peer: peer)
            } else if !isStale, view.reach[peer] == .stale {
                view.reach[peer] = .up
            }
        }
    }

    /// One heartbeat, and some patience.
    static var staleAfter: Duration { .seconds(20) }

    /// Tells those who watch that something happened; peers and buttons by their place.
    mutating func tell(
        _ kind: Event.Kind, peer: Int? = nil, target: String? = nil, button: Int? = nil,
        lamp: String? = nil, since: Instant? = nil, detail: String? = nil
    ) {
        var event = Event(kind, at: Int(Clock.wallMilliseconds()))
        if let peer { event.peer = config.peers[peer].name }
        if let button { event.button = config.buttons[button].name }
        if let lamp { event.button = lamp }
        if let since { event.seconds = seconds(now - since) }
        event.target = target
        event.detail = detail
        server.tell(event)
    }

    func seconds(_ duration: Duration) -> Double { Double(duration.milliseconds) / 1000 }
}
