/// Streams of sound that are open, or were just now, and move none.
package struct StillStreams: Equatable, Sendable {
    /// Which way the sound goes: from the microphone, or to the speaker.
    package enum Direction: CaseIterable, Equatable, Sendable {
        case capture, playback
    }

    /// Why a stream moves no sound.
    package enum Cause: Equatable, Sendable {
        case suspended, stands
    }

    /// What became of a stream.
    package enum Change: Equatable, Sendable {
        /// It moves no sound, and its card says nothing of it.
        case stands
        /// Its card says that it is suspended.
        case suspended
        /// It moves sound again.
        case moves
        /// It is stopped, so it need not move.
        case over
    }

    private var capture: Cause?
    private var playback: Cause?

    package var isAny: Bool { capture != nil || playback != nil }

    /// Why this stream moves no sound; nil where it moves, or need not.
    package private(set) subscript(_ direction: Direction) -> Cause? {
        get { direction == .capture ? capture : playback }
        set {
            switch direction {
            case .capture: capture = newValue
            case .playback: playback = newValue
            }
        }
    }

    /// What became of a stream.
    mutating func follow(_ direction: Direction, _ change: Change, _ orders: inout Orders) {
        let before = self[direction]
        switch change {
        case .suspended: self[direction] = .suspended
        case .stands:
            self[direction] = .stands
            orders.add(.reopen(direction))
        case .moves, .over: self[direction] = nil
        }
        // Opened again in vain, it is the same trouble.
        guard (before == nil) != (self[direction] == nil) else { return }
        switch change {
        case .suspended, .stands: orders.add(.asleep(direction))
        case .moves: orders.add(.awake(direction))
        case .over: break
        }
    }

    /// The card is gone: there is no stream to move.
    mutating func lost(_ direction: Direction) { self[direction] = nil }
}
