internal import Audio
internal import Crypto
internal import HAL
internal import Time
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

/// Addresses that one peer's packets came from lately, besides its endpoint.
///
/// The control thread is told of an address now and then only: whoever copies packets decides how
/// often they come, and from how many addresses. Which addresses it is told of is drawn by lot
/// once they are many: whoever is faster than the peer would take all places otherwise. The lot is
/// Algorithm R (Vitter, "Random sampling with a reservoir", ACM TOMS 11, 1985), but each address
/// that enters the sample is told at once.
struct SourceAddresses {
    /// After this time addresses are told anew.
    static let span = Duration.milliseconds(100)
    /// Addresses of a span that are told for certain, and the size of the sample.
    static let certain = 4

    private var sample = InlineArray<4, SocketAddress?>(repeating: nil)
    private var begunAt: Instant?
    /// Packets in this span that came from none of the sample.
    private var count = 0

    /// Whether to tell that a packet came from there; `draw` makes a number below its argument that
    /// nobody can foretell.
    mutating func note(
        _ source: SocketAddress, at now: Instant, draw: (Int) -> Int = SourceAddresses.draw
    ) -> Bool {
        if begunAt.map({ now >= $0 + Self.span }) ?? true {
            self = SourceAddresses()
            begunAt = now
        }
        for place in sample.indices where sample[place] == source { return false }
        count += 1
        let place = count <= Self.certain ? count - 1 : draw(count)
        guard place < Self.certain else { return false }
        sample[place] = source
        return true
    }

    static func draw(below limit: Int) -> Int {
        var bytes = InlineArray<8, UInt8>(repeating: 0)
        var room = bytes.mutableSpan
        Random.fill(&room)
        var number: UInt64 = 0
        for place in bytes.indices { number = number << 8 | UInt64(bytes[place]) }
        return Int(number % UInt64(limit))
    }
}
