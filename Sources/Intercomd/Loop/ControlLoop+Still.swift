internal import Control
internal import HAL
internal import Media
internal import Realtime
internal import Switchboard

/// What is said of streams that are open and move no sound.
extension ControlLoop {
    mutating func follow(_ direction: PCMError.Direction, _ change: StreamWatch.Change) {
        feed { board, _, now in board.follow(.stream(.init(direction), .init(change)), at: now) }
    }

    /// The problems of `status` that streams are which stand still.
    var stillComplaints: [String] {
        [PCMError.Direction.capture, .playback].compactMap { stillComplaint($0) }
    }

    func asleep(_ direction: StillStreams.Direction) -> String {
        stillComplaint(PCMError.Direction(direction)) ?? "audio stands still"
    }

    func awake(_ direction: StillStreams.Direction) -> String {
        "audio \(name(of: PCMError.Direction(direction))) moves again"
    }

    private func name(of direction: PCMError.Direction) -> String {
        direction == .capture
            ? "input \(devices.cards.input.shown)" : "output \(devices.cards.output.shown)"
    }

    /// What is said of one that stands still; nil where it moves, or need not.
    func stillComplaint(_ direction: PCMError.Direction) -> String? {
        let head = "audio \(name(of: direction)): "
        switch switchboard.still[.init(direction)] {
        case nil: return nil
        case .suspended: return head + "suspended; it goes on when the card does"
        case .stands:
            let count = rings.counters[
                direction == .capture ? .captureReopens : .playbackReopens]
            return head + "stands still, and is closed and opened again until it moves "
                + "(\(count) times since the start); if it stays so, \(Standstill.remedy)"
        }
    }
}

extension StillStreams.Direction {
    init(_ direction: PCMError.Direction) {
        self =
            switch direction {
            case .capture: .capture
            case .playback: .playback
            }
    }
}

extension PCMError.Direction {
    init(_ direction: StillStreams.Direction) {
        self =
            switch direction {
            case .capture: .capture
            case .playback: .playback
            }
    }
}

extension StillStreams.Change {
    fileprivate init(_ change: StreamWatch.Change) {
        self =
            switch change {
            case .stands: .stands
            case .suspended: .suspended
            case .moves: .moves
            case .over: .over
            }
    }
}
