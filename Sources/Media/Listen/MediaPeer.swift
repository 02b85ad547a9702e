internal import Audio
internal import Crypto
internal import HAL
internal import Station
internal import Time
internal import Wire

/// What the media loop holds of one peer.
struct MediaPeer: ~Copyable {
    var slots = KeySlots()
    var endpoint: SocketAddress?
    /// Where the `next` session was made; it becomes the endpoint when that becomes current.
    var nextEndpoint: SocketAddress?
    /// Where the sound of each of its streams goes.
    var hearings = InlineArray<32, Hearing>(repeating: .unbound)
    /// Over whom each of them is heard.
    var priorities = InlineArray<32, Priority>(repeating: .normal)
    /// When it was told last that nothing of a stream is played.
    var unheardAt = InlineArray<32, Instant>(repeating: Instant(nanoseconds: .min / 2))
    /// Milliseconds of each that it was told were played here, modulo 2^16.
    var playedMs = InlineArray<32, UInt16>(repeating: 0)
    /// It has heard nothing of what was said last, or cannot be reached: its first word tells
    /// whether it hears.
    var isDoubted = false
    /// How our sound to it is protected; its frame size is a wish, as the encoder has one for all.
    var protection = MediaPeer.unprotected

    static let unprotected = Redundancy.Choice(
        frameSize: PCM.payloadMax, room: AudioPacket.roomMax)
}

/// Asked of what lies inside a peer, not of the peer, which would be copied first: 2 kB and more.
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
