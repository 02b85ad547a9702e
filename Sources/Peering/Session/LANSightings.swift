internal import Time
internal import Wire

/// Where one peer has been seen on the LAN (protocol.md §1.9).
///
/// Anyone there can repeat the peer's beacon from another address. So these addresses are
/// only called, at most one in two seconds for being news, and the handshake decides.
struct LANSightings {
    /// How many addresses are kept.
    ///
    /// A new one takes the place of any of them, at random: a liar does not know which, and the
    /// peer announces itself again.
    static let most = 4
    static let lifetime = Duration.seconds(120)
    static let callSpacing = Duration.seconds(2)

    private struct Sighting {
        let address: Endpoint
        var mark: UInt64
        var until: Instant
    }

    private var all: [Sighting] = []
    /// Called before all other addresses, once.
    private(set) var next: Endpoint?
    private var lastCall: Instant?

    /// The addresses, the one seen first in front.
    var addresses: [Endpoint] { all.map { $0.address } }

    /// The peer seems to be there; `mark` differs between two beacons of a peer.
    ///
    /// - Returns: Whether that is news.
    mutating func saw(
        _ address: Endpoint, mark: UInt64, at now: Instant,
        random: (inout MutableSpan<UInt8>) -> Void
    ) -> Bool {
        all.removeAll { now >= $0.until && $0.address != address }
        if let place = all.firstIndex(where: { $0.address == address }) {
            defer {
                all[place] = Sighting(address: address, mark: mark, until: now + Self.lifetime)
            }
            return all[place].mark != mark || now >= all[place].until
        }
        if all.count == Self.most {
            all.remove(at: Int(PeerPaths.token(random) % UInt64(Self.most)))
        }
        all.append(Sighting(address: address, mark: mark, until: now + Self.lifetime))
        return true
    }

    /// Forgets what is too old; the address in use stays, so that people see where it came from.
    mutating func expire(inUse endpoint: Endpoint?, at now: Instant) {
        all.removeAll { now >= $0.until && $0.address != endpoint }
    }

    /// The next M1 is to go there.
    ///
    /// - Returns: False where one of this kind has just been sent.
    mutating func call(_ address: Endpoint, at now: Instant) -> Bool {
        if let lastCall, now < lastCall + Self.callSpacing { return false }
        next = address
        return true
    }

    /// An M1 has been sent to `next`.
    mutating func called(at now: Instant) {
        next = nil
        lastCall = now
    }

    /// There is a session: nobody need be called.
    mutating func settle() { next = nil }

    mutating func forget() {
        all = []
        next = nil
    }
}
