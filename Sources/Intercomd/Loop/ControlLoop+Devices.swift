internal import Config
internal import HAL
internal import Media
internal import Realtime
internal import Report
internal import Station
internal import Time

extension ControlLoop {
    /// Opens what is wanted and not open, cards and lines; the journal and `monitor` hear of it.
    mutating func openDevices() {
        for change in devices.openCards(rings, at: now) { tell(of: change) }
        // Places of keys are about to mean others.
        guard !settings.isChanging else { return }
        for change in devices.openLines(rings, at: now) { tell(of: change) }
    }

    private mutating func tell(of change: Devices.Change) {
        switch change {
        case .card(.opened(let name, let granted)):
            let text =
                "audio \(name) open: \(granted.format.name), \(granted.channels) ch, period "
                + "\(granted.periodSamples), buffer \(granted.bufferSamples)"
            tell(.audioOpen, detail: text)
        case .card(.failed(let error)):
            // A stream that stood still and does not open again is gone: nobody speaks into it.
            if switchboard.still[.init(error.direction)] != nil {
                rings.tell(.giveUp(error.direction))
            }
            tellLoss(error)
        case .line(.key(let place, nil)):
            tell(.buttonReady, button: place)
        case .line(.key(let place, let error?)):
            tell(.buttonFault, button: place, detail: error.description)
        case .line(.lamp(let place, nil)):
            tell(.lampReady, lamp: config.lamps[place].name)
        case .line(.lamp(let place, let error?)):
            let name = config.lamps[place].name
            tell(.lampFault, lamp: name, detail: error.description)
        case .line(.relay(let place, nil)):
            tell(.relayReady, target: config.relays[place].name)
        case .line(.relay(let place, let error?)):
            tell(.relayFault, target: config.relays[place].name, detail: error.description)
        case .line(.relayRests(let place, let rest, let who)):
            let detail = Lines.Switched.detail(rest: rest, askedBy: who)
            tell(.relayRests, target: config.relays[place].name, detail: detail)
        }
    }

    /// What the lamps show.
    var lampFacts: LampFacts {
        switchboard.lamps(isListening: isListening, hasFault: hasFault)
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
}
