internal import Files
internal import HAL
internal import Media
internal import Report
internal import Station

/// The sound cards: what they are, whether they move sound, and by which clocks.
extension Snapshot {
    func device(
        _ side: Card, _ direction: PCMError.Direction, xruns: MediaCount
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

    /// Why a card that is wanted is not open, or moves no sound; nil where it does, or need not.
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

    /// A stream stands still.
    func asleep(_ direction: StillStreams.Direction) -> String {
        stillFault(PCMError.Direction(direction))?.sentence ?? "audio stands still"
    }

    /// A stream moves again.
    func awake(_ direction: StillStreams.Direction) -> String {
        "\(name(of: PCMError.Direction(direction))) moves again"
    }

    private func name(of direction: PCMError.Direction) -> String {
        direction == .capture ? "audio input \(input.shown)" : "audio output \(output.shown)"
    }

    var captureDrift: PCMClock.Drift? {
        CardClocks.told(media[.captureDrift], media[.captureDriftError])
    }

    var playbackDrift: PCMClock.Drift? {
        CardClocks.told(media[.playbackDrift], media[.playbackDriftError])
    }

    func told(_ drift: PCMClock.Drift?) -> (Double?, Double?) {
        guard let drift else { return (nil, nil) }
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
    /// The state of a device that is not open because of it.
    fileprivate var state: Status.Device.State {
        switch reason {
        case .absent, .unplugged: .absent
        case .busy: .busy
        default: .failed
        }
    }
}
