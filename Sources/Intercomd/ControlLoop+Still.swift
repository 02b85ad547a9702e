internal import Control
internal import HAL
internal import Media
internal import Realtime

/// Streams that are open and move no sound: why, by direction; nil for one that moves.
struct StillStreams {
    enum Cause: Equatable {
        case suspended, stands
    }

    var capture: Cause?
    var playback: Cause?

    var isAny: Bool { capture != nil || playback != nil }

    subscript(_ direction: PCMError.Direction) -> Cause? {
        get { direction == .capture ? capture : playback }
        set {
            switch direction {
            case .capture: capture = newValue
            case .playback: playback = newValue
            }
        }
    }
}

/// What is said of them.
extension ControlLoop {
    mutating func follow(_ direction: PCMError.Direction, _ change: StreamWatch.Change) {
        let before = view.still[direction]
        switch change {
        case .suspended: view.still[direction] = .suspended
        case .stands:
            view.still[direction] = .stands
            cards.reopen(direction, at: now)
        case .moves, .over: view.still[direction] = nil
        }
        // Opened again in vain, it is the same trouble.
        guard (before == nil) != (view.still[direction] == nil) else { return }
        switch change {
        case .suspended, .stands:
            tell(.audioAsleep, detail: stillComplaint(direction) ?? "audio stands still")
        case .moves:
            tell(.audioAwake, detail: "audio \(name(of: direction)) moves again")
        case .over: break
        }
    }

    /// The problems of `status` that streams are which stand still.
    var stillComplaints: [String] {
        [PCMError.Direction.capture, .playback].compactMap { stillComplaint($0) }
    }

    private func name(of direction: PCMError.Direction) -> String {
        direction == .capture ? "input \(cards.input.shown)" : "output \(cards.output.shown)"
    }

    /// What is said of one that stands still; nil where it moves, or need not.
    func stillComplaint(_ direction: PCMError.Direction) -> String? {
        let head = "audio \(name(of: direction)): "
        switch view.still[direction] {
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
