internal import Audio
internal import Config
internal import Crypto
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// A recording under way: packets go in, sealed bytes for its file come out.
///
/// Packets wait a few seconds in memory, in which those that the network has put out of order find
/// their places. The file key is in `sealer` alone, and is wiped with it.
final class OpenRecording {
    /// A talker, and the time of its newest packet in samples since the start of the recording.
    private struct Source {
        let peer: Int?
        let name: String
        var sequence: UInt16
        var time: Int
        /// Whether it agreed again, and has not been heard since: its time may run ahead, so that
        /// copies from before would seem to come after it.
        var isBack = false
        /// Its packets that wait.
        var waiting = 0
        /// The time of its last packet in the file, in ms.
        var written = -1
    }

    private struct Packet {
        let milliseconds: Int
        let source: Int
        let bytes: [UInt8]
    }

    private static let perMs = PCM.sampleRate / 1_000
    /// The samples of a frame: 2.5 to 20 ms.
    private static let lengths = [120, 240, 480, 960]
    /// A packet of a new talkspurt that comes later than expected ends a pause, which the numbers
    /// of packets do not count.
    private static let pause = 100 * perMs
    /// Where time and numbers differ by more than this, the numbers have begun anew.
    private static let apart = 2_000 * perMs
    /// The packets of a source that wait at most: the shortest frames of six seconds.
    private static let waitingMax = 2_400

    let stream: UInt8
    let record: Config.Record
    /// When each peer that is recorded agreed, in samples since the start.
    private var joined: [Int: Int] = [:]
    /// The name of the file; the disk may have later ones already, and change it.
    var name: String
    /// Whether sound may be missing in it.
    var hasGap = false
    /// Bytes given to the file.
    private(set) var size = 0
    /// Since when packets wait; nil while there are none.
    private(set) var waitsSince: Instant?
    private let since: Instant
    private var sealer: RecordingSealer
    private var chunk = RecordingChunk()
    private var sources: [Source] = []
    private var waiting: [Packet] = []

    /// - Parameters:
    ///   - stream: This station's stream in the talk.
    ///   - record: Its section of the settings.
    ///   - key: Its key.
    ///   - suite: The cipher.
    ///   - wall: The start, in ms since 1970.
    ///   - now: The time.
    init(
        of stream: UInt8, _ record: Config.Record, to key: RecordingPublicKey, _ suite: Suite,
        wall: Int, at now: Instant
    ) {
        (self.stream, self.record, since) = (stream, record, now)
        name = RecordingFiles.name(of: record, Boot.callID())
        sealer = RecordingSealer(suite: suite, startMilliseconds: UInt64(wall), to: [key])
    }

    /// The peers whose sound is taken.
    var peers: PeerSet { PeerSet(joined.keys.sorted()) }

    /// The fault of a recording that may have a gap: the media loop counts what all have lost.
    var gap: Fault {
        Fault(
            of: record, "sound may be missing: it came too fast",
            fix: "see what else this station does")
    }

    /// Takes the sound of these peers alone from now on; what they said before is left out.
    func record(_ peers: PeerSet, at now: Instant) {
        let former = joined
        joined = [:]
        for peer in peers { joined[peer] = former[peer] ?? samples(until: now) }
        for place in sources.indices {
            guard let peer = sources[place].peer else { continue }
            if former[peer] == nil, joined[peer] != nil { sources[place].isBack = true }
        }
    }

    private func samples(until moment: Instant) -> Int {
        max(0, Int((moment - since).milliseconds)) * Self.perMs
    }

    /// Takes a packet of a talker of this name.
    func take(_ packet: KeptPacket, _ recorded: KeptPacket.Recorded, named name: String) {
        let bytes = packet.bytes.span.extracting(first: packet.count)
        guard let samples = OpusDecoder.sampleCount(of: bytes), Self.lengths.contains(samples),
            let earliest = recorded.peer.map({ joined[$0] }) ?? 0
        else { return }
        let arrival = self.samples(until: recorded.at)
        // A peer's number may have got another peer.
        var place = sources.firstIndex { $0.peer == recorded.peer && $0.name == name }
        if place == nil, sources.count < RecordingEntry.names {
            place = sources.count
            sources.append(
                Source(
                    peer: recorded.peer, name: name, sequence: recorded.sequence, time: arrival))
        }
        guard let place, sources[place].waiting < Self.waitingMax else { return }
        let step = Int(Int16(bitPattern: recorded.sequence &- sources[place].sequence))
        var time = sources[place].time + step * samples
        let isAfterPause = recorded.isSpurtStart && step > 0 && arrival - time > Self.pause
        if isAfterPause || sources[place].isBack || abs(arrival - time) > Self.apart {
            time = arrival
        }
        guard time >= earliest else { return }
        sources[place].isBack = false
        if step > 0 || time == arrival {
            (sources[place].sequence, sources[place].time) = (recorded.sequence, time)
        }
        sources[place].waiting += 1
        if waitsSince == nil { waitsSince = recorded.at }
        waiting.append(
            Packet(
                milliseconds: time / Self.perMs, source: place,
                bytes: bytes.indices.map { bytes[$0] }))
    }

    /// Seals the packets up to a moment, or all of them.
    ///
    /// - Returns: The bytes that the file needs next; none where there was no sound.
    func sealed(until end: Instant?) -> [UInt8] {
        let limit = end.map { Int(($0 - since).milliseconds) } ?? .max
        let ready = waiting.filter { $0.milliseconds < limit }.sorted {
            ($0.milliseconds, $0.source) < ($1.milliseconds, $1.source)
        }
        waiting.removeAll { $0.milliseconds < limit }
        waitsSince = waiting.isEmpty ? nil : end
        var bytes = size == 0 && !ready.isEmpty ? sealer.header.bytes : []
        for packet in ready {
            sources[packet.source].waiting -= 1
            // A copy of a packet has the time of the packet; a later one came too late.
            guard packet.milliseconds > sources[packet.source].written else { continue }
            sources[packet.source].written = packet.milliseconds
            if !add(packet) {
                sealer.append(&chunk, isLast: false, to: &bytes)
                _ = add(packet)
            }
        }
        if end == nil, !bytes.isEmpty || size > 0 {
            sealer.append(&chunk, isLast: true, to: &bytes)
        } else if !chunk.entries.isEmpty {
            sealer.append(&chunk, isLast: false, to: &bytes)
        }
        size += bytes.count
        return bytes
    }

    /// Adds a packet to the chunk, which begins with the names of all talkers.
    private func add(_ packet: Packet) -> Bool {
        let time = UInt32(clamping: packet.milliseconds)
        if chunk.entries.isEmpty {
            // A name has letters, digits and hyphens only.
            let names = sources.enumerated().map { "\"\($0)\":\"\($1.name)\"" }
            let text = Array("{\(names.joined(separator: ","))}".utf8)
            _ = chunk.add(text.span, source: RecordingEntry.names, at: time)
        }
        return chunk.add(packet.bytes.span, source: UInt8(packet.source), at: time)
    }
}
