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
internal import Wire

extension ControlLoop {
    /// What the media loop handed back dies here.
    mutating func takeReturns() {
        while devices.takeReturns(rings, &health.watchdog, at: &now) { tookBackSettings() }
    }

    mutating func takeEvents() {
        while let event = rings.events.pop() { follow(event) }
    }

    private mutating func follow(_ event: MediaEvent) {
        switch event {
        case .switched(let peer, let index):
            feed { _, table, now in table.switched(peer: peer, index: index, at: now) }
            feed { board, _, now in board.renewed(peer, at: now) }
            tell(.rekey, peer: peer)
        case .talking(let target, let first, let isDoubted):
            talking(target, first: first, isDoubted: isDoubted)
        case .silent(let target): silent(target)
        case .said(let target, let frames):
            feed { board, _, now in board.talkspurtEnded(target, frames: frames, at: now) }
        case .announcementEnded: feed { board, _, _ in board.announcementEnded() }
        case .talkTimedOut(let target, let place):
            let name = name(of: target)
            tell(.stuckKey, target: name, since: view.talkingSince[target])
            // A command that holds the same microphone open has a time of its own.
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
        case .touched(let place, let touch): touched(place, Config.Touch(touch))
        case .receiving(let peer, let stream, let isOn):
            receiving(peer, stream, isOn)
        case .captureFailed(let error): cardLost(.capture, error)
        case .playbackFailed(let error): cardLost(.playback, error)
        case .stream(let direction, let change): follow(direction, change)
        case .masterStalled:
            feed { board, _, _ in board.cardStalled() }
        case .shedding(let step): follow(shed: step)
        case .trialEnded: endLatencyTrial()
        case .adopted: adopted()
        case .gaveUp(let direction): devices.cards.gaveUp(direction)
        case .stopped:
            health.hasStopped = true
        }
    }

    private mutating func cardLost(_ direction: PCMError.Direction, _ error: PCMError) {
        devices.cards.lost(direction, error, at: now)
        feed { board, _, _ in board.cardLost() }
        tellLoss(error)
    }

    /// Tells that a direction has no card now.
    mutating func tellLoss(_ error: PCMError) {
        // The listeners of a page take it for over: it does not go on when the microphone is back.
        if error.direction == .capture, switchboard.pager.name != nil {
            feed { board, _, _ in board.endPage() }
        }
        feed { board, _, _ in board.streamLost(.init(error.direction)) }
        tell(.audioLost, detail: error.description)
    }

    private mutating func talking(_ target: Int, first: UInt16, isDoubted: Bool) {
        view.talkingSince[target] = view.talkingSince[target] ?? now
        want(target)
        tell(.talk, target: name(of: target))
        saying(target, first: first, isDoubted: isDoubted)
    }

    private mutating func silent(_ target: Int) {
        let since = view.talkingSince.removeValue(forKey: target)
        tell(.talkEnd, target: name(of: target), since: since)
    }

    private mutating func receiving(_ peer: Int, _ stream: UInt8, _ isOn: Bool) {
        let was = view.peers[peer].sounding
        let bit: UInt32 = 1 << UInt32(stream)
        view.peers[peer].sounding = isOn ? was | bit : was & ~bit
        guard (was == 0) != (view.peers[peer].sounding == 0) else { return }
        let since = view.peers[peer].soundingSince
        view.peers[peer].soundingSince = isOn ? now : nil
        if isOn { feed { board, _, _ in board.voiceBegan(peer) } }
        let place = view.peers[peer].hearings[Int(stream)]
        let target = place.channel.flatMap { routing.channelName($0) }
        tell(isOn ? .talk : .talkEnd, peer: peer, target: target, since: isOn ? nil : since)
    }

    func seconds(_ duration: Duration) -> Double { Double(duration.milliseconds) / 1000 }
}
