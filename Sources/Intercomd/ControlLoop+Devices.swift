internal import Config
internal import Control
internal import HAL
internal import Media
internal import Realtime
internal import Station
internal import Switchboard
internal import Time

extension ControlLoop {
    /// Opens what is wanted and not open, cards and lines; the journal and `monitor` hear of it.
    mutating func openDevices() {
        var cardChanges: [Cards.Change] = []
        // One that took long to close is followed by all else that the loop has to do.
        if !owesReturns {
            cards.tick(at: now, rings, &watchdog) { cardChanges.append($0) }
        }
        for change in cardChanges { report(change) }

        // Places of keys are about to mean others.
        guard change == nil else { return }
        var lineChanges: [Lines.Change] = []
        lines.tick(at: now, rings) { lineChanges.append($0) }
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
            if view.still[error.direction] != nil { rings.tell(.giveUp(error.direction)) }
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
        let counts = (rings.counters[.captureXruns], rings.counters[.playbackXruns])
        if counts.0 != view.xruns.0 { tell(.xrun, detail: "input") }
        if counts.1 != view.xruns.1 { tell(.xrun, detail: "output") }
        view.xruns = counts
    }

    mutating func showLamps() {
        let talking = view.isTalking
        let mouth: LampPattern = isTalkingToNobody ? .unheard : .steady
        let receiving = view.isReceiving
        let fault = hasFault
        let listening = isListening
        let isUnpaired = roster.isEmpty
        let isCalled = switchboard.callLight.isLit
        let isRinging = station.call?.state == .ringing
        let hasMissed = switchboard.callDesk.hasMissed
        let isResting = isDoNotDisturb
        lines.show(at: now) { show in
            switch show {
            case .talking: talking ? mouth : nil
            case .receiving: receiving ? .steady : nil
            case .listening: listening || talking ? .steady : nil
            case .fault: fault ? .steady : nil
            case .unpaired: isUnpaired ? .steady : nil
            case .calling: isCalled ? .calling : nil
            case .ringing: isRinging ? .ringing : nil
            case .missed: hasMissed ? .missed : nil
            case .dnd: isResting ? .steady : nil
            }
        }
    }
}
