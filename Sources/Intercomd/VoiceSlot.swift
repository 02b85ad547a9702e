internal import Audio
internal import Time

/// One of the talkers that can be heard at once, and whose voice it is now.
struct VoiceSlot: ~Copyable {
    struct Owner: Equatable {
        let peer: Int
        let stream: UInt8
    }

    /// How long sound of an unbound stream is kept for its binding to come (PROTOCOL.md §2.4).
    static let unboundMax = Duration.milliseconds(200)
    /// A voice keeps its place, and its decoder its memory, for this long after its last packet.
    static let keptFor = Duration.seconds(10)

    var voice: Voice
    var owner: Owner?
    var since = Instant(nanoseconds: 0)
    var lastPacket = Instant(nanoseconds: 0)
    var nextReport = Instant(nanoseconds: 0)
    /// What of its reception has been counted already.
    var counted = ReceptionTotals()
    /// Whether the last playout block had its sound.
    var isSounding = false
}
