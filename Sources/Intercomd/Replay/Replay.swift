internal import Audio
internal import Crypto
internal import Media
internal import Time
internal import Wire

/// The sound that the speaker has played last, in memory alone, to be played again.
///
/// It holds packets as they came, of voices that were heard: nothing that was muted or refused,
/// nothing of the own microphone. Each packet is wiped when its time is over; a reload, and the end
/// of the program, wipe all of them.
struct Replay: ~Copyable {
    /// More than a minute of frames of 20 ms; the newest packet overwrites the oldest.
    static let packetsMax = 4_096
    /// A longer pause of a talker ends a talkspurt: a button that is pressed again at once goes on.
    private static let pause = Duration.seconds(1)
    /// How long after a replay another one plays the talkspurt before.
    private static let again = Duration.seconds(10)
    /// How long after the last packet a voice still counts as heard.
    private static let lull = Duration.milliseconds(300)

    private struct Packet {
        let peer: Int
        let talkspurt: Int
        let at: Instant
        let place: Range<Int>
    }

    /// A talkspurt to be played.
    struct Talkspurt {
        let peer: Int
        let milliseconds: Int
        /// The packets, in the form of a recording.
        let entries: [UInt8]
    }

    /// How long sound is kept; nil while it is off.
    private(set) var keep: Duration?
    /// The bytes of all packets, each in a place for the longest.
    private(set) var memory = Secret(count: 1)
    /// From the oldest.
    private var packets: [Packet] = []
    private var nextPlace = 0
    /// The number of the newest talkspurt.
    private var talkspurt = 0
    /// The last replay; until that time another one plays the talkspurt before.
    private var shown: (peer: Int?, talkspurt: Int, until: Instant)?

    /// Keeps sound for this long from now on, or none; what was kept is wiped.
    mutating func configure(keep: Duration?) {
        self.keep = keep
        memory = Secret(count: keep == nil ? 1 : Self.packetsMax * PCM.payloadMax)
        (packets, nextPlace, shown) = ([], 0, nil)
    }

    /// Takes a packet that was heard.
    mutating func take(_ packet: KeptPacket, _ heard: KeptPacket.Recorded) {
        guard keep != nil, let peer = heard.peer else { return }
        var number = talkspurt + 1
        if let last = packets.last(where: { $0.peer == peer }), heard.at - last.at <= Self.pause {
            number = last.talkspurt
        }
        // A person means this now, not what was before the last replay.
        (talkspurt, shown) = (max(talkspurt, number), nil)
        if packets.count == Self.packetsMax { packets.removeFirst() }
        let start = nextPlace * PCM.payloadMax
        nextPlace = (nextPlace + 1) % Self.packetsMax
        let bytes = packet.bytes.span
        var room = memory.mutableBytes
        // With the zeros behind it: the packet that was here may be longer.
        for index in bytes.indices { room[start + index] = bytes[index] }
        let place = start..<start + packet.count
        packets.append(Packet(peer: peer, talkspurt: number, at: heard.at, place: place))
    }

    /// Wipes the packets whose time is over.
    mutating func tick(at now: Instant) {
        guard let keep else { return }
        let over = packets.prefix { now - $0.at >= keep }
        packets.removeFirst(over.count)
        var room = memory.mutableBytes
        for packet in over { for index in packet.place { room[index] = 0 } }
    }

    /// Whether a voice is heard now.
    func isHearing(at now: Instant) -> Bool {
        packets.last.map { now - $0.at < Self.lull } ?? false
    }

    /// The talkspurt that was heard last, of this peer or of any one, or soon after a replay the
    /// one before it; nil where none is kept.
    mutating func next(of peer: Int?, at now: Instant) -> Talkspurt? {
        tick(at: now)
        var before = Int.max
        if let shown, shown.peer == peer, now < shown.until { before = shown.talkspurt }
        shown = nil
        let newest = packets.lazy.filter { $0.talkspurt < before && (peer ?? $0.peer) == $0.peer }
            .map { $0.talkspurt }.max()
        let chosen = packets.filter { $0.talkspurt == newest }
        guard let first = chosen.first else { return nil }
        var entries: [UInt8] = []
        var end = first.at
        for packet in chosen {
            // Packets that were decoded ahead have the same time.
            let begin = max(end, packet.at)
            let time = UInt32(clamping: (begin - first.at).milliseconds)
            RecordingEntry.append(
                memory.bytes.extracting(packet.place), source: 0, at: time, to: &entries)
            let samples = OpusDecoder.sampleCount(of: memory.bytes.extracting(packet.place)) ?? 0
            end = begin + .microseconds(samples * 1_000 / (PCM.sampleRate / 1_000))
        }
        let length = end - first.at
        shown = (peer, first.talkspurt, now + length + Self.again)
        return Talkspurt(peer: first.peer, milliseconds: Int(length.milliseconds), entries: entries)
    }
}
