internal import Audio
internal import Crypto
internal import HAL
internal import Wire

/// The keys and addresses with which the media loop exchanges packets with one peer.
struct MediaPeer: ~Copyable {
    /// The session keys in use.
    var keySlots = KeySlots()
    var endpoint: SocketAddress?
    /// Where the `next` session was made; it becomes the endpoint when that becomes current.
    var nextEndpoint: SocketAddress?
    /// Where its packets came from, besides its endpoint.
    var sightings = SourceAddresses()
    /// The peer has heard nothing of what was said last, or cannot be reached: its first HEARD
    /// decides whether it hears.
    var isDoubted = false
    /// How our sound to it is protected; its frame size is a wish, as the encoder has one for all.
    var protection = MediaPeer.unprotected

    static let unprotected = Redundancy.Choice(
        frameSize: PCM.payloadMax, room: AudioPacket.roomMax)
}

/// Asked of what lies inside a peer, not of the peer, which would be copied first.
extension Redundancy.Choice {
    /// Copies each packet has room for when frames are so long.
    private func depth(frameSize: Int) -> Int {
        let room = min(self.room, AudioPacket.roomMax)
        return max(0, min(depth, room / frameSize - 1))
    }

    /// P of protocol.md §2.2: one size for audio, control and cover.
    func plaintextSize(frameSize: Int) -> Int {
        AudioPacket.plaintextSize(frameSize: frameSize, depth: depth(frameSize: frameSize))
    }
}
