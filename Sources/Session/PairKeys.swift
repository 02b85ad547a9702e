internal import Time
internal import Wire

/// The psk that this station and one peer make by themselves, from their first session to the one
/// that both prove with it (protocol.md §4.3).
///
/// A key is `pending` from the moment at which it is on the disk here. Until it is in use, the
/// peer's disk may have it or not, so both it and zeros are accepted.
struct PairKeys {
    private(set) var isWanted = false
    private(set) var used: PreSharedKey?
    private(set) var pending: PreSharedKey?
    /// Whether a handshake of our own proves `pending`, and not zeros.
    private var offersPending = false
    /// What the peer has said to have, in the session without a psk that is in use.
    private var heard: UInt64?
    /// Of `pending`, in that session.
    private var notices = NoticeSchedule()

    /// When the peer is told next; nil where it is not.
    var nextNotice: Instant? { notices.due }

    /// Whether both are known to have `pending`.
    var isAgreed: Bool { offersPending && heard != nil && heard == pending?.reference }

    /// Whether a session without a psk makes one, or serves to agree on it.
    var isOpen: Bool { isWanted && used == nil }

    /// With which our own handshakes prove this station; nil where that is another one, or none.
    var offered: PreSharedKey? { used ?? (offersPending ? pending : nil) }

    /// Takes over what the files say.
    mutating func load(_ files: PairPSK) {
        let before = self
        self = PairKeys()
        let isSame: Bool
        switch files {
        case .unwanted: isSame = !before.isWanted
        case .none:
            isWanted = true
            isSame = before.isWanted && before.used == nil && before.pending == nil
        case .pending(let key):
            (isWanted, pending, offersPending) = (true, key, true)
            isSame = before.used == nil && before.pending?.equals(key) == true
        case .used(let key):
            (isWanted, used) = (true, key)
            isSame = before.used?.equals(key) == true
        }
        if isSame { self = before }
    }

    /// A key is on the disk here; the peer is told now.
    mutating func kept(_ key: PreSharedKey, at now: Instant) {
        guard isOpen else { return }
        pending = key
        offersPending = heard == key.reference
        notices.begin(at: now)
    }

    /// A session without a psk has come into use.
    mutating func metWithoutKey(at now: Instant) {
        heard = nil
        offersPending = false
        notices.end()
        if pending != nil { notices.begin(at: now) }
    }

    /// The peer has a key of this hash on its disk.
    ///
    /// - Returns: whether that is another one than here.
    mutating func heard(_ reference: UInt64) -> Bool {
        heard = reference
        guard let pending else { return false }
        guard pending.reference == reference else { return true }
        offersPending = true
        return false
    }

    /// Both have a key: from now on no session is without it.
    mutating func promote(_ key: PreSharedKey) {
        (used, pending, offersPending, heard) = (key, nil, false, nil)
        notices.end()
    }

    /// The peer has not accepted our handshake, with this key or zeros: the next one is with the
    /// other.
    mutating func gaveUp(_ proved: PreSharedKey?) {
        guard let pending, isOpen else { return }
        offersPending = proved !== pending
    }

    /// What the peer is to be told now; nil for nothing.
    mutating func notice(at now: Instant) -> UInt64? {
        guard let pending, notices.goesOut(at: now) else { return nil }
        return pending.reference
    }
}
