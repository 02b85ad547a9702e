internal import Crypto
internal import Time
internal import Wire

// Our own handshakes with the peer: the last two M1, and the answers to them.
extension Association {
    /// Our handshake that an M2 with this receiver index answers.
    func initiator(_ index: UInt32) -> Initiator? {
        if let latest, latest.index == index { return latest }
        if let earlier, earlier.index == index { return earlier }
        return nil
    }

    /// Writes a fresh M1; the one before may still be answered.
    func initiate(
        index: UInt32, target: Endpoint, tries: TryLimit,
        random: (inout MutableSpan<UInt8>) -> Void, at now: Instant,
        writing message: inout MutableSpan<UInt8>
    ) {
        evidence.called(at: now)
        finish = nil
        earlier = latest
        latest = Initiator(
            suite: suite, responder: publicKey, mac: mac, index: index,
            target: target, tries: tries,
            random: random, writing: &message)
        attempt += 1
        lastInitiation = now
    }

    /// Where the next M1 goes: the session's endpoint and the configured addresses, in turn.
    var target: Endpoint? {
        var candidates = endpoints
        if records.current != nil, let endpoint {
            candidates.removeAll { $0 == endpoint }
            candidates.insert(endpoint, at: 0)
        }
        return candidates.isEmpty ? nil : candidates[attempt % candidates.count]
    }
}
