internal import Time
internal import Wire

/// Control records that wait for the next packet to a peer, with constant cover.
struct WaitingControl {
    private struct Packet {
        var records: ControlPayload
        /// At which they were true.
        let made: Instant
    }

    private static let most = 8

    private var packets = InlineArray<8, Packet?>(repeating: nil)
    private var first = 0
    private var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds records after those that wait.
    ///
    /// - Returns: false when there is no room: what matters is sent again.
    mutating func add(_ records: ControlPayload, made: Instant) -> Bool {
        guard count < Self.most else { return false }
        packets[(first + count) % Self.most] = Packet(records: records, made: made)
        count += 1
        return true
    }

    /// The oldest, and when it was made.
    mutating func next() -> (records: ControlPayload, made: Instant)? {
        guard count > 0, let packet = packets[first] else { return nil }
        packets[first] = nil
        first = (first + 1) % Self.most
        count -= 1
        return (packet.records, packet.made)
    }
}
