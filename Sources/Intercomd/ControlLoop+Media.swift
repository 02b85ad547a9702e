internal import Control
internal import HAL
internal import Realtime
internal import Station
internal import Time

extension ControlLoop {
    /// What the media loop handed back dies here.
    mutating func takeReturns() {
        while let returned = rings.returns.pop() { _ = consume returned }
    }

    mutating func takeEvents() {
        while let event = rings.events.pop() { follow(event) }
    }

    private mutating func follow(_ event: MediaEvent) {
        switch event {
        case .switched(let peer, let index):
            table.switched(peer: peer, index: index, at: now)
            doWhatCoresAsk()
            tell(.rekey) { $0.peer = config.peers[peer].name }
        case .talking(let target, let isOpen):
            talking(target, isOpen)
        case .talkTimedOut(let target):
            Log.warning("talk to \(routing.names[target]) stopped: the key was held too long")
            tell(.stuckKey) { $0.target = routing.names[target] }
        case .key(let place, let isDown):
            lines.keys[place].isDown = isDown
            tell(isDown ? .keyDown : .keyUp) { $0.button = config.buttons[place].name }
        case .keyUnreadable(let place, let error):
            lines.lost(key: place, error, at: now)
            Log.error("button \(config.buttons[place].name): \(error)")
            tell(.buttonFault) {
                $0.button = config.buttons[place].name
                $0.detail = error.description
            }
        case .receiving(let peer, let stream, let isOn):
            receiving(peer, stream, isOn)
        case .captureFailed(let error):
            Cards.lost(&cards.input, error, at: now)
            cardLost(error)
        case .playbackFailed(let error):
            Cards.lost(&cards.output, error, at: now)
            cardLost(error)
        case .masterStalled:
            view.isMasterStalled = true
            Log.error("the sound card wakes without sound: its driver is at fault; using the timer")
        case .stopped:
            view.hasStopped = true
        }
    }

    private mutating func cardLost(_ error: PCMError) {
        view.isMasterStalled = false
        Log.error(error.description)
        tell(.audioLost) { $0.detail = error.description }
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
            tell(.talk) { $0.target = name }
        } else {
            tell(.talkEnd) {
                $0.target = name
                $0.seconds = since.map { seconds(now - $0) }
            }
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
        tell(isOn ? .talk : .talkEnd) {
            $0.peer = config.peers[peer].name
            if case .channel(let channel) = place { $0.target = config.channels[channel].name }
            if !isOn { $0.seconds = since.map { seconds(now - $0) } }
        }
    }

    mutating func cameUp(_ peer: Int) {
        view.reach[peer] = .up
        let state = table.state(of: peer)
        let note = state.hasPSK ? "" : ", no post-quantum authentication"
        Log.notice("\(config.peers[peer].name) up, suite \(state.suite.rawValue)\(note)")
        tell(.peerUp) { $0.peer = config.peers[peer].name }
    }

    mutating func wentDown(_ peer: Int) {
        view.reach[peer] = .down
        Log.notice("\(config.peers[peer].name) down")
        tell(.peerDown) { $0.peer = config.peers[peer].name }
    }

    /// A peer that missed its heartbeat is stale until it is heard again, or given up.
    mutating func followPeers() {
        for peer in config.peers.indices where view.reach[peer] != .down {
            guard let heard = moment(rings.traffic[peer][.lastOpened]) else { continue }
            let isStale = now - heard > Self.staleAfter
            if isStale, view.reach[peer] == .up {
                view.reach[peer] = .stale
                tell(.peerStale) { $0.peer = config.peers[peer].name }
            } else if !isStale, view.reach[peer] == .stale {
                view.reach[peer] = .up
            }
        }
    }

    /// One heartbeat, and some patience.
    static var staleAfter: Duration { .seconds(20) }

    /// Tells those who watch that something happened.
    mutating func tell(_ kind: Event.Kind, _ fill: (inout Event) -> Void) {
        var event = Event(kind, at: Int(Clock.wallMilliseconds()))
        fill(&event)
        server.tell(event)
    }

    func seconds(_ duration: Duration) -> Double { Double(duration.milliseconds) / 1000 }
}
