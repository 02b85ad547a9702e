internal import Crypto
public import Time
internal import Wire

/// News of the psk that this station makes with a peer of its site (protocol.md §4.3).
public enum PairNews: Sendable {
    /// What the files have of it; sessions go on.
    case files(PairPSK)
    /// A key that `Action.keep` has handed out is on the disk, and stays when the power goes.
    case kept(PreSharedKey)
    /// In the session of this index, the peer has said which key it has on its disk.
    case ready(UInt64, index: UInt32)
}

extension PeerTable {
    /// Takes news of the psk that the two make.
    public mutating func follow(_ news: PairNews, of peer: Int, at now: Instant) {
        guard let association = associations[peer], association.goodbye == nil else { return }
        switch news {
        case .files(let files):
            let insisted = association.pair.used != nil
            association.pair.load(association.hasPSK ? .unwanted : files)
            // It was down because one of the two had lost the key, perhaps for long: its next call
            // would be as late.
            if insisted, association.pair.used == nil, association.upSince == nil {
                restart(association, at: now)
            }
        case .kept(let psk): association.pair.kept(psk, at: now)
        case .ready(let reference, let index):
            if let psk = association.replacement(after: reference, index: index) {
                actions.push(.keep(peer: peer, psk))
            }
        }
        markDue(association, at: now)
    }
}

extension Association {
    /// The psk that answers try first, and the one that they try, too.
    var accepted: (first: PreSharedKey, second: PreSharedKey) {
        let first = pair.used ?? psk
        return (first, pair.used == nil ? pair.pending ?? first : first)
    }

    /// What a session without a psk makes for later ones; nil where the two make none, or have one.
    func candidate(
        _ established: borrowing Established, own: PublicKey, proved: PreSharedKey?
    ) -> PreSharedKey? {
        guard proved == nil, pair.isOpen else { return nil }
        return established.pairKey(own: own, peer: publicKey)
    }

    /// The peer has said in a session which key it has on its disk.
    ///
    /// The session in use alone counts: what was said in one before it may be of a key that the
    /// peer has replaced since.
    ///
    /// - Returns: the key to be kept in the place of the one here: one of the two has lost its own,
    ///   or missed a session, so that of this session takes their place on both sides.
    fileprivate func replacement(after reference: UInt64, index: UInt32) -> PreSharedKey? {
        guard pair.isOpen, let current = records.current, current.index == index,
            current.bootID != nil, current.psk == nil
        else { return nil }
        guard pair.heard(reference), let candidate = current.candidate,
            pair.pending?.equals(candidate) != true
        else { return nil }
        return candidate
    }

    /// Whether a session may be in use: once the two have a psk, only one with it.
    func admits(_ record: SessionRecord) -> Bool {
        guard let used = pair.used else { return true }
        return record.psk?.equals(used) == true
    }

    /// A session has come into use: makes a key, or begins to use the one that it proves.
    func followPair(
        _ record: SessionRecord, of peer: Int, _ actions: inout ActionQueue, at now: Instant
    ) {
        guard pair.isOpen else { return }
        guard let psk = record.psk else {
            pair.metWithoutKey(at: now)
            if pair.pending == nil, let candidate = record.candidate {
                actions.push(.keep(peer: peer, candidate))
            }
            return
        }
        pair.promote(psk)
        actions.push(.promote(peer: peer, psk))
        guard let next = records.next, !admits(next) else { return }
        drop(next, of: peer, &actions)
    }

    /// Erases a session, and what belongs to it.
    func drop(_ record: SessionRecord, of peer: Int, _ actions: inout ActionQueue) {
        if confirmation?.index == record.index { confirmation = nil }
        if finish?.index == record.index { endInitiation() }
        if records.remove(where: { $0.index == record.index }) != nil {
            actions.push(.drop(peer: peer, index: record.index))
        }
    }

    /// When the peer is told of the key that waits to be used.
    var pairNotice: Instant? { currentWithoutKey.flatMap { _ in pair.nextNotice } }

    /// Tells the peer of the key that waits to be used.
    func tellPair(_ peer: Int, _ actions: inout ActionQueue, at now: Instant) {
        guard let current = currentWithoutKey, let reference = pair.notice(at: now) else { return }
        let payload = ControlPayload(.pskReady(reference))
        actions.push(.send(peer: peer, index: current.index, payload, to: nil))
    }

    /// Whether another session is to bring the key into use: in the place of one without, which one
    /// of the two begins, or again, where a roster has renewed one of them.
    var wantsPairSession: Bool {
        guard pair.isOpen, let current = records.current else { return false }
        guard let psk = current.psk else { return pair.isAgreed && current.isInitiator }
        return pair.offered?.equals(psk) == true
    }

    private var currentWithoutKey: SessionRecord? {
        guard pair.isOpen, let current = records.current, current.bootID != nil,
            current.psk == nil
        else { return nil }
        return current
    }
}
