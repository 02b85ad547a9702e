internal import Crypto
internal import Realtime

/// Which peer each session belongs to.
///
/// A table by the low bits of the index gives a peer to ask first, and no more: indices are random,
/// so two sessions may share an entry, and an old one may still be there. The peer's own key slots
/// say whether the session is its.
struct SessionOwners: ~Copyable {
    private static let count = 64

    private var last = FixedArray<Int>(count: count) { _ in 0 }
    /// No peer of this number or a higher one has had a session yet.
    private var end = 0

    /// This peer has a session.
    mutating func note(_ peer: Int) { end = max(end, peer + 1) }

    /// The peer whose session this is, nil for a foreign one.
    mutating func owner(of index: UInt32, among peers: inout GrowingArray<MediaPeer>) -> Int? {
        let place = Int(index) & (Self.count - 1)
        let found = last[place]
        if found < end, peers[found].keySlots.owns(index: index) { return found }
        for peer in 0..<end where peers[peer].keySlots.owns(index: index) {
            last[place] = peer
            return peer
        }
        return nil
    }
}
