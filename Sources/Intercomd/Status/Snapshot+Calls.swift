internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

/// The present call, and the last one.
extension Snapshot {
    var callStatus: CallStatus {
        var status = CallStatus()
        if let last = lastEnded {
            status.last = last.call
            status.lastDirection = last.direction.rawValue
            status.lastPeer = last.peer.isEmpty ? last.channel : last.peer
            status.lastCause = last.cause?.rawValue
            status.lastEndedMilliseconds = last.timeMilliseconds
            status.isLastMissed = last.isMissed
        }
        guard let (summary, state) = switchboard.call else { return status }
        status.state = CallStatus.State(state)
        status.call = summary.id.text
        status.kind = HistoryRecord.Kind(summary.mode).rawValue
        status.direction = summary.isOutgoing ? "out" : "in"
        status.peers = switchboard.participants.map { directory[$0].name }
        status.weak = switchboard.weakParticipants.map { directory[$0].name }
        status.unheard = switchboard.unheardRinging.map {
            HeardBy(directory[$0.peer].name, percent: nil, reason: HeardBy.Reason($0.why))
        }
        status.seconds = (now - (summary.answeredAt ?? summary.since)).inSeconds
        return status
    }

    /// Peers that may open the microphone without a touch on a key here.
    var mayOpenMicrophone: [String] {
        directory.numbers.filter { switchboard.policy(of: $0).opensMicrophone }.map {
            directory[$0].name
        }
    }

    /// Describes a peer and its rights here.
    func detail(of number: Int) -> PeerDetail {
        var detail = PeerDetail()
        detail.peer = peerStatus(number)
        let policy = switchboard.policy(of: number)
        detail.policy.call = policy.call.rawValue
        detail.policy.announce = policy.announce
        detail.policy.dropIn = policy.dropIn
        detail.policy.monitor = policy.monitor
        detail.policy.high = policy.high
        detail.policy.emergency = policy.emergency
        detail.policy.relays = config.policy(ofPeer: directory[number].name).relay
        detail.policy.signal = policy.signal
        detail.policy.message = config.policy(ofPeer: directory[number].name).message
        detail.policy.record = policy.record
        detail.opensMicrophone = policy.opensMicrophone
        detail.packetsRepeated = Int(peers[number].traffic[.repeated])
        let refusals = switchboard.refusals(of: number)
        detail.refused = Refusal.allCases.filter { refusals[$0] > 0 }
            .map { Counter(name: $0.rawValue, value: Int(refusals[$0])) }
        return detail
    }
}

extension CallStatus.State {
    init(_ state: CallState) {
        self =
            switch state {
            case .trying: .trying
            case .calling: .calling
            case .ringing: .ringing
            case .connecting: .connecting
            case .active: .active
            }
    }
}

extension SavedState.Volumes {
    /// The fault of a ringtone that is too soft to be heard; nil where the ringtone is audible.
    var softRing: Fault? {
        let gain = Gain(percent: self[.ring]) * Gain(percent: self[.speaker])
        guard Audibility.isInaudible(gain.factor) else { return nil }
        return Fault(
            "ring_volume", "the volume of rings is at \(self[.ring]) %",
            fix: "intercomctl volume ring 100")
    }
}

/// The sound cards: their kind, state and clocks.
extension Snapshot {
    func device(
        _ side: Cards.Side, _ direction: PCMError.Direction, xruns: MediaCount
    ) -> Status.Device {
        var device = Status.Device()
        device.fault = cardFault(direction)
        device.name = side.shown
        device.xruns = Int(media[xruns])
        if let granted = side.granted {
            device.state = .open
            device.rate = granted.rate
            device.channels = granted.channels
            device.format = granted.format.name
            device.period = granted.periodSamples
            device.buffer = granted.bufferSamples
            device.detours = side.route?.detours.map { $0.name } ?? []
        } else if let error = side.error {
            device.state = error.state
        } else if side.isWanted {
            device.state = .failed
        }
        return device
    }

    /// Reports why a wanted card is not open, or moves no sound; nil where it works or is not
    /// wanted.
    func cardFault(_ direction: PCMError.Direction) -> Fault? {
        if let still = stillFault(direction) { return still }
        let side = direction == .capture ? input : output
        guard side.isWanted, !side.isOpen, !side.isReopening else { return nil }
        guard let error = side.error else {
            return Fault("not_open", of: name(of: direction), "not open yet")
        }
        return Fault(error)
    }

    private func stillFault(_ direction: PCMError.Direction) -> Fault? {
        let name = name(of: direction)
        switch switchboard.still[.init(direction)] {
        case nil: return nil
        case .suspended:
            return Fault("suspended", of: name, "suspended; it goes on when the card does")
        case .stands:
            let count = media[direction == .capture ? .captureReopens : .playbackReopens]
            return Fault(
                "stands_still", of: name,
                "stands still, and is closed and opened again until it moves (\(count) times since"
                    + " the start)", fix: "if it stays so, \(Standstill.fix)")
        }
    }

    /// The sentence for a stream that stands still.
    func asleep(_ direction: StillStreams.Direction) -> String {
        stillFault(PCMError.Direction(direction))?.sentence ?? "audio stands still"
    }

    /// The sentence for a stream that moves again.
    func awake(_ direction: StillStreams.Direction) -> String {
        "\(name(of: PCMError.Direction(direction))) moves again"
    }

    private func name(of direction: PCMError.Direction) -> String {
        direction == .capture ? "audio input \(input.shown)" : "audio output \(output.shown)"
    }

    func drift(_ drift: MediaCount, _ error: MediaCount) -> (Double?, Double?) {
        guard let drift = CardClock.told(media[drift], media[error]) else { return (nil, nil) }
        return (tenths(drift.ppm), max(0.1, tenths(drift.uncertainty)))
    }
}

extension Fault {
    init(_ error: PCMError) {
        self.init(
            error.state.rawValue, of: "audio \(error.side) \(error.device)", error.text,
            fix: error.fix)
    }
}

extension PCMError {
    /// The state of a device that this error keeps closed.
    fileprivate var state: Status.Device.State {
        switch reason {
        case .absent, .unplugged: .absent
        case .busy: .busy
        default: .failed
        }
    }
}

extension Fault {
    /// Reports why the line of this device is not open.
    init(_ error: GPIOError, of device: String) {
        self.init(error.code, of: "\(device) on \(error.line)", error.text, fix: error.fix)
    }
}

extension Snapshot {
    /// Reports why a button cannot be read; nil where it can be read.
    func fault(of key: Lines.Key) -> Fault? {
        let device = "button \(key.button.name)"
        if let error = key.error { return Fault(error, of: device) }
        return key.isOpen ? nil : Fault("not_open", of: device, "not open yet")
    }
}

/// Counters and gauges as they were at one moment.
struct Readings<Name: RawRepresentable> where Name.RawValue == Int {
    /// The values by raw value; empty before the first count.
    private var values: [UInt64]

    /// - Parameter values: The values of all names, by raw value.
    init(_ values: [UInt64] = []) { self.values = values }

    subscript(_ name: Name) -> UInt64 {
        get { name.rawValue < values.count ? values[name.rawValue] : 0 }
        set {
            while values.count <= name.rawValue { values.append(0) }
            values[name.rawValue] = newValue
        }
    }
}
