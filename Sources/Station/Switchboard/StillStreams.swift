/// Streams of sound that are open, or were a moment ago, and move no sound.
package struct StillStreams: Equatable, Sendable {
    /// The direction of the sound: from the microphone, or to the speaker.
    package enum Direction: CaseIterable, Equatable, Sendable {
        case capture, playback
    }

    /// Why a stream moves no sound.
    package enum Cause: Equatable, Sendable {
        case suspended, stands
    }

    /// The change of a stream.
    package enum Change: Equatable, Sendable {
        /// The stream moves no sound, and its card reports no reason, as a hanging USB card does.
        case stands
        /// The card reports that it is suspended.
        case suspended
        /// The stream moves sound again.
        case moves
        /// The stream is stopped or gone, so it need not move.
        case over
    }

    private var causes: [Direction: Cause] = [:]

    package var isAny: Bool { !causes.isEmpty }

    /// Returns why this stream moves no sound; nil where it moves, or need not.
    package private(set) subscript(_ direction: Direction) -> Cause? {
        get { causes[direction] }
        set { causes[direction] = newValue }
    }

    /// Takes the change of a stream.
    mutating func update(_ direction: Direction, _ change: Change, _ orders: inout Orders) {
        let before = self[direction]
        switch change {
        case .suspended: self[direction] = .suspended
        case .stands:
            self[direction] = .stands
            orders.add(.reopen(direction))
        case .moves, .over: self[direction] = nil
        }
        // A stream that was opened again in vain has the same fault.
        guard (before == nil) != (self[direction] == nil) else { return }
        switch change {
        case .suspended, .stands: orders.add(.asleep(direction))
        case .moves: orders.add(.awake(direction))
        case .over: break
        }
    }

    /// Forgets a stream whose card is gone.
    mutating func lost(_ direction: Direction) { self[direction] = nil }
}
