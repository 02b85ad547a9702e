internal import Time
internal import Wire

/// Control records that wait for the next packet to a peer, with constant cover.
struct WaitingControl {
    private struct Packet {
        var records: ControlPayload
        /// For which they were made; nil: whichever is current.
        let session: UInt32?
        /// At which they were true.
        let made: Instant
    }

    private static let most = 8

    private var packets = InlineArray<8, Packet?>(repeating: nil)
    private var first = 0
    private var count = 0

    /// Adds records after those that wait.
    ///
    /// - Returns: false when there is no room: what matters is sent again.
    mutating func add(
        _ records: ControlPayload, onSession session: UInt32?, made: Instant
    ) -> Bool {
        guard count < Self.most else { return false }
        packets[(first + count) % Self.most] = Packet(
            records: records, session: session, made: made)
        count += 1
        return true
    }

    /// The oldest, for which session, and when it was made.
    mutating func next() -> (records: ControlPayload, session: UInt32?, made: Instant)? {
        guard count > 0, let packet = packets[first] else { return nil }
        packets[first] = nil
        first = (first + 1) % Self.most
        count -= 1
        return (packet.records, packet.session, packet.made)
    }
}
