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
            feed { board, _, now in board.follow(.renewed, of: peer, at: now) }
            tell(.rekey, peer: peer)
        case .talking(let target, let first, let isDoubted):
            let name = name(of: target)
            tellSwitchboard(
                .talking(target: target, name: name, first: first, isDoubted: isDoubted))
        case .silent(let target): tellSwitchboard(.silent(target: target, name: name(of: target)))
        case .said(let target, let frames): tellSwitchboard(.said(target: target, frames: frames))
        case .announcementEnded: feed { board, _, _ in board.announcementEnded() }
        case .talkTimedOut(let target, let place):
            let name = name(of: target)
            tell(.stuckKey, target: name, since: switchboard.openTalks.since(target))
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
            tellSwitchboard(.receiving(peer: peer, stream: stream, isOn: isOn))
        case .captureFailed(let error): cardLost(.capture, error)
        case .playbackFailed(let error): cardLost(.playback, error)
        case .stream(let direction, let change): follow(direction, change)
        case .masterStalled:
            feed { board, _, now in board.follow(.cardStalled, at: now) }
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
        feed { board, _, now in board.follow(.cardLost, at: now) }
        tellLoss(error)
    }

    /// Tells that a direction has no card now.
    mutating func tellLoss(_ error: PCMError) {
        // The listeners of a page take it for over: it does not go on when the microphone is back.
        if error.direction == .capture, switchboard.pager.name != nil {
            feed { board, _, _ in board.endPage() }
        }
        feed { board, _, now in board.follow(.streamLost(.init(error.direction)), at: now) }
        tell(.audioLost, detail: error.description)
    }

    private mutating func tellSwitchboard(_ news: SoundNews) {
        feed { board, _, now in board.follow(news, at: now) }
    }

    func seconds(_ duration: Duration) -> Double { Double(duration.milliseconds) / 1000 }
}
