internal import Time
internal import Wire

/// A call that is over, or that a peer cancelled before its offer came.
struct EndedCall {
    let id: CallID
    /// The peer that cancelled it before it was offered here: others may still offer a call of this
    /// id.
    let peer: Int?
    /// The peers that called, were called or came in; nil after a crash, when only the id is known.
    let knowing: PeerSet?
    let at: Instant

    /// Whether this peer may be told that the call with this reference is over: others learn
    /// nothing of it.
    func isOver(_ reference: UInt64, with other: Int) -> Bool {
        guard id.reference == reference else { return false }
        if let peer { return peer == other }
        return knowing?.contains(other) ?? true
    }
}
