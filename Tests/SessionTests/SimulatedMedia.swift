import Crypto
import VirtualTime

/// The media thread's part for one peer: session keys and counts.
final class SimulatedMedia: SealedEnd {
    // The sessions' indices, for expectations, which cannot look into noncopyable values.
    var currentIndex: UInt32? { slots.currentIndex }
    var nextIndex: UInt32? { slots.nextIndex }

    /// Numbers of the audio frames heard, in the order they came.
    var heard: [UInt64] = []
    var refused = 0
    /// Sessions that were switched to, by our index.
    var switches: [UInt32] = []

    override func follow(_ index: UInt32) {
        switches.append(index)
        super.follow(index)
    }
}
