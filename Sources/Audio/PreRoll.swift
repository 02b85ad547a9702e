/// The last moments before the talk key went down, so that a first syllable begun too early is
/// heard (CALLS.md "Talk").
///
/// Every captured frame is pushed; when the ring is full the oldest is lost. At the key edge the
/// frames are popped, oldest first, until none is left. Real-time.
public struct PreRoll: ~Copyable {
    /// The most a ring can be made for: 200 ms.
    public static let capacityMax = 20

    public let capacity: Int
    public private(set) var count = 0

    private var frames = InlineArray<20, Frame>(repeating: Frame(repeating: 0))
    private var oldest = 0

    /// - Parameter capacity: In frames of 10 ms, 0 to `capacityMax`; 0 keeps nothing.
    public init(capacity: Int) {
        precondition((0...Self.capacityMax).contains(capacity))
        self.capacity = capacity
    }

    public mutating func push(_ frame: borrowing Frame) {
        guard capacity > 0 else { return }
        if count == capacity {
            oldest = (oldest + 1) % capacity
            count -= 1
        }
        frames[(oldest + count) % capacity] = copy frame
        count += 1
    }

    /// Takes the oldest frame; false, and `frame` as it was, when there is none.
    public mutating func pop(into frame: inout Frame) -> Bool {
        guard count > 0 else { return false }
        frame = frames[oldest]
        oldest = (oldest + 1) % capacity
        count -= 1
        return true
    }

    /// Forgets the sound and overwrites it, for a microphone that has been closed.
    public mutating func removeAll() {
        for i in frames.indices {
            for k in frames[i].indices { frames[i][k] = 0 }
        }
        oldest = 0
        count = 0
    }
}
