internal import Time
internal import Wire

/// A call that is over, or that a peer cancelled before its offer came.
struct EndedCall {
    let id: CallID
    /// Who cancelled it, where it was not offered here: others may still offer a call of this id.
    let peer: Int?
    let at: Instant
}
