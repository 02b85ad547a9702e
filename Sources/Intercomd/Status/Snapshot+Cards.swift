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
        device.error = stillComplaint(direction)
        device.standsStill = device.error != nil && side.error == nil
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
            device.error = error.description
            device.state =
                switch error.reason {
                case .absent, .unplugged: .absent
                case .busy: .busy
                default: .failed
                }
        } else if side.isWanted {
            device.state = .failed
            device.error = device.error ?? "audio \(side.shown): not open yet"
        }
        return device
    }

    /// The problems of `status` that streams are which stand still.
    var stillComplaints: [String] {
        [PCMError.Direction.capture, .playback].compactMap { stillComplaint($0) }
    }

    /// What is said of one that stands still; nil where it moves, or need not.
    func stillComplaint(_ direction: PCMError.Direction) -> String? {
        let head = "audio \(name(of: direction)): "
        switch switchboard.still[.init(direction)] {
        case nil: return nil
        case .suspended: return head + "suspended; it goes on when the card does"
        case .stands:
            let count = media[direction == .capture ? .captureReopens : .playbackReopens]
            return head + "stands still, and is closed and opened again until it moves "
                + "(\(count) times since the start); if it stays so, \(Standstill.remedy)"
        }
    }

    /// A stream stands still.
    func asleep(_ direction: StillStreams.Direction) -> String {
        stillComplaint(PCMError.Direction(direction)) ?? "audio stands still"
    }

    /// A stream moves again.
    func awake(_ direction: StillStreams.Direction) -> String {
        "audio \(name(of: PCMError.Direction(direction))) moves again"
    }

    private func name(of direction: PCMError.Direction) -> String {
        direction == .capture ? "input \(input.shown)" : "output \(output.shown)"
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
