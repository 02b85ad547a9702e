internal import Config
package import HAL
package import Time

/// The changes of buttons that the media loop reports, by their places.
///
/// A place that does not exist is of the old settings: the `adopted` event was lost because the
/// ring buffer was full.
extension Lines {
    /// A key went down or up.
    ///
    /// - Returns: Whether there is such a key.
    package mutating func moved(key place: Int, isDown: Bool, at now: Instant) -> Bool {
        guard keys.indices.contains(place) else { return false }
        keys[place].isDown = isDown
        if isDown {
            keys[place].pressedAt = now
        } else {
            keys[place].isStuck = false
        }
        return true
    }

    /// A key was held for longer than it may open the microphone.
    package mutating func timedOut(key place: Int) {
        guard keys.indices.contains(place) else { return }
        keys[place].isStuck = keys[place].isDown == true
    }

    /// A key could not be read.
    ///
    /// - Returns: Whether there is such a key.
    package mutating func lost(key place: Int, _ error: GPIOError, at now: Instant) -> Bool {
        guard keys.indices.contains(place) else { return false }
        keys[place].isOpen = false
        keys[place].error = error
        keys[place].backoff.lost(at: now)
        return true
    }

    /// The line of a key that could not be read came back; if it counts as open, why went unheard.
    package mutating func returned(_ line: String, at now: Instant) {
        for place in keys.indices where keys[place].isOpen && keys[place].button.line == line {
            keys[place].isOpen = false
            keys[place].backoff.lost(at: now)
        }
    }
}
