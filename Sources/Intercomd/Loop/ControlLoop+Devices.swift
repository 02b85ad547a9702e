internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Time

extension ControlLoop {
    /// Opens what is wanted and not open, cards and lines; the journal and `monitor` hear of it.
    mutating func openDevices() {
        var cardChanges: [Cards.Change] = []
        // One that took long to close is followed by all else that the loop has to do.
        if !devices.owesReturns {
            devices.cards.tick(at: now, rings, &health.watchdog) { cardChanges.append($0) }
        }
        for change in cardChanges { report(change) }

        // Places of keys are about to mean others.
        guard settings.change == nil else { return }
        var lineChanges: [Lines.Change] = []
        devices.lines.tick(at: now, rings) { lineChanges.append($0) }
        for change in lineChanges { report(change) }
    }

    private mutating func report(_ change: Cards.Change) {
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

    private mutating func report(_ change: Lines.Change) {
        switch change {
        case .key(let place, nil):
            tell(.buttonReady, button: place)
        case .key(let place, let error?):
            tell(.buttonFault, button: place, detail: error.description)
        case .lamp(let place, nil):
            tell(.lampReady, lamp: config.lamps[place].name)
        case .lamp(let place, let error?):
            let name = config.lamps[place].name
            tell(.lampFault, lamp: name, detail: error.description)
        case .relay(let place, nil):
            tell(.relayReady, target: config.relays[place].name)
        case .relay(let place, let error?):
            tell(.relayFault, target: config.relays[place].name, detail: error.description)
        }
    }

    /// Tells once a second that sound was lost between card and program.
    mutating func followXruns() {
        let capture = rings.counters[.captureXruns]
        let playback = rings.counters[.playbackXruns]
        feed { board, _, now in
            board.follow(.xruns(capture: capture, playback: playback), at: now)
        }
    }

    /// A peer that lights the call light is told whether any lamp shows it.
    mutating func knowCallLamp() {
        let hasLamp = devices.lines.canShow(.calling)
        guard hasLamp != switchboard.hasCallLamp else { return }
        feed { board, _, _ in board.hasCallLamp = hasLamp }
    }

    /// Lights the lamps for what holds now.
    mutating func showLamps() {
        let facts = switchboard.lamps(isListening: isListening, hasFault: hasFault)
        devices.lines.show(at: now) { facts.pattern(for: LampShow($0)) }
    }
}

extension LampShow {
    fileprivate init(_ configured: Config.Lamp.Show) {
        self =
            switch configured {
            case .talking: .talking
            case .receiving: .receiving
            case .listening: .listening
            case .ringing: .ringing
            case .missed: .missed
            case .calling: .calling
            case .dnd: .doNotDisturb
            case .fault: .fault
            case .unpaired: .unpaired
            }
    }
}
