internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Hardware
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
        while devices.takeReturns(rings, &health.watchdog, at: &now) {
            // The settings before have come back. The event says so first, unless it found no room.
            takeEvents()
            adopted()
            settings.tookBack()
        }
    }

    mutating func takeEvents() {
        while let event = rings.events.pop() { follow(event) }
    }

    private mutating func follow(_ event: MediaEvent) {
        let name = { [routing, roster, aims = switchboard.aims] target in
            routing.name(of: target, aimedBy: aims, roster)
        }
        if let news = SoundNews(event, name) {
            return feed { board, _, now in board.follow(news, at: now) }
        }
        if let news = MachineNews(event) {
            return feed { board, _, now in board.follow(news, at: now) }
        }
        switch event {
        case .switched(let peer, let index):
            feed { _, table, now in table.switched(peer: peer, index: index, at: now) }
            feed { board, _, now in board.follow(.renewed, of: peer, at: now) }
            tell(.rekey, peer: peer)
        case .talking, .silent, .said, .receiving, .stream, .masterStalled, .shedding: break
        case .announcementEnded: feed { board, _, _ in board.announcementEnded() }
        case .talkTimedOut(let target, let place):
            tell(.stuckKey, target: name(target), since: switchboard.openTalks.since(target))
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
        case .captureFailed(let error), .playbackFailed(let error):
            devices.cards.lost(error.direction, error, at: now)
            feed { board, _, now in board.follow(.cardLost, at: now) }
            tellLoss(error)
        case .trialEnded: endLatencyTrial()
        case .adopted: adopted()
        case .gaveUp(let direction): devices.cards.gaveUp(direction)
        case .stopped:
            health.hasStopped = true
        }
    }

    /// Tells that a direction has no card now.
    mutating func tellLoss(_ error: PCMError) {
        feed { board, _, now in board.follow(.streamLost(.init(error.direction)), at: now) }
        tell(.audioLost, detail: error.description)
    }
}
