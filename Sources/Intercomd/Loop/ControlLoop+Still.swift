internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Switchboard

/// Streams that are open and move no sound.
extension ControlLoop {
    mutating func follow(_ direction: PCMError.Direction, _ change: StreamWatch.Change) {
        feed { board, _, now in board.follow(.stream(.init(direction), .init(change)), at: now) }
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
