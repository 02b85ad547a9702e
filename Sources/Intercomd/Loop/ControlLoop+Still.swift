internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Switchboard

/// Streams that are open and move no sound.
extension ControlLoop {
    mutating func follow(_ direction: PCMError.Direction, _ change: StreamWatch.Change) {
        feed { board, _, _ in board.streamChanged(.init(direction), .init(change)) }
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
