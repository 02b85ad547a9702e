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
        index: UInt32, target: Endpoint, tries: TryLimit, cookie: Cookie? = nil,
        suite: Suite? = nil,
        random: (inout MutableSpan<UInt8>) -> Void, writing message: inout MutableSpan<UInt8>
    ) {
        finish = nil
        earlier = latest
        latest = Initiator(
            suite: suite ?? self.suite, responder: publicKey, mac: mac, index: index,
            target: target,
            tries: tries, cookie: cookie, random: random, writing: &message)
    }

    /// Notes that an M1 has been sent there; one with a cookie is not noted.
    ///
    /// One that a sighting caused takes no turn of the series: else a liar that is seen again and
    /// again would take the turns of the true addresses.
    func initiated(to target: Endpoint, at now: Instant) {
        evidence.called(at: now)
        lastInitiation = now
        if sightings.next == target {
            sightings.called(at: now)
        } else {
            attempt += 1
        }
    }

    /// Whether the peer should be at this address: by the settings, or by its session.
    func isAt(_ source: Endpoint) -> Bool { endpoint == source || endpoints.contains(source) }

    /// Whether our own M3 is unconfirmed, and not so old that the peer has given it up.
    ///
    /// After that the peer has lost it, perhaps by a restart, and only its own handshake can
    /// succeed.
    func finishIsAwaited(for lifetime: Duration, at now: Instant) -> Bool {
        finish.map { now < $0.sent + lifetime } ?? false
    }

    /// Where the next M1 goes: to where the peer was just seen; else to the session's endpoint, the
    /// configured addresses and those where it was seen before, in turn.
    var target: Endpoint? {
        if let next = sightings.next { return next }
        var candidates = endpoints
        candidates += sightings.addresses.filter { !endpoints.contains($0) }
        if records.current != nil, let endpoint {
            candidates.removeAll { $0 == endpoint }
            candidates.insert(endpoint, at: 0)
        }
        return candidates.isEmpty ? nil : candidates[attempt % candidates.count]
    }

    /// The suite of the next M1: where either will do, that of the last session, else AES-256-GCM.
    ///
    /// A peer without AES answers it, and does not take M3, as it knows only then who calls: the
    /// next one is of the other suite.
    var suite: Suite {
        choice.only
            ?? ((lastSuite == .chaChaPoly) == evidence.mayWantOtherSuite ? .aesGCM : .chaChaPoly)
    }
}
