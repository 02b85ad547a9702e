internal import Station
internal import Time
internal import Wire

/// The state of the 32 streams of one peer, by their number.
struct PeerStreams: ~Copyable {
    /// Where the sound of each goes.
    var hearings = InlineArray<32, Hearing>(repeating: .unbound)
    /// The priority of each, which decides the voices that it turns down.
    var priorities = InlineArray<32, Priority>(repeating: .normal)
    /// When the peer was told last that nothing of a stream is played.
    var unheardAt = InlineArray<32, Instant>(repeating: Instant(nanoseconds: .min / 2))
    /// Milliseconds of each that the peer was told were played here, modulo 2^16.
    var playedMs = InlineArray<32, UInt16>(repeating: 0)
}
