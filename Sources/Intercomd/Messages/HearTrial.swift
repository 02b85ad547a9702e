internal import Audio
internal import Crypto
internal import Report
internal import Time
internal import Wire

/// A person's own speech as a listener would hear it, or as somebody on the network would.
///
/// It goes the way of a talk: sealed in packets, some of which are lost, opened, and played from a
/// jitter buffer whose reports choose the copies. Nothing of it leaves the station.
struct HearTrial: Equatable, Sendable {
    /// The packets that are lost, in percent.
    static let losses = 0...90
    /// Reports go out this often, in packets' time.
    private static let reportEvery = Duration.seconds(1)
    /// The end of the beginning of a talkspurt, in samples (protocol.md §2.1).
    private static let startSamples = 4_800
    /// A listener's buffer is empty this long after the last packet, in blocks.
    private static let tailMax = 100

    let loss: Int
    /// Whether the sealed bytes are played in place of the speech.
    let isWire: Bool

    /// The sound of a trial, and its figures in words.
    struct Outcome {
        var sound: [Int16] = []
        var figures = ""
    }

    /// Carries speech to a listener.
    ///
    /// - Parameter entries: The packets, in the form of a recording.
    /// - Returns: Nil where these are no speech, or there is no memory for a decoder.
    func carry(_ entries: Span<UInt8>) -> Outcome? {
        do throws(OpusError) {
            return try carried(entries)
        } catch { return nil }
    }

    private func carried(_ entries: Span<UInt8>) throws(OpusError) -> Outcome? {
        guard let first = RecordingEntry(parsing: entries, at: 0),
            let frame = OpusDecoder.sampleCount(of: entries.extracting(first.content))
        else { return nil }
        let keys = DirectionKeys(
            key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 0))
        var sealer = Sealer(suite: .chaChaPoly, keys: keys, receiverIndex: 0)
        var opener = Opener(suite: .chaChaPoly, keys: keys)
        var listener = try Listener(frameSamples: frame)
        let spoken = try RecordedTrack()
        var random: UInt32 = 1
        var outcome = Outcome()
        var (sent, lost, bytes, place) = (0, 0, 0, 0)
        var frames: [(sequence: Int, content: Range<Int>)] = []
        while let entry = RecordingEntry(parsing: entries, at: place) {
            place = entry.content.upperBound
            spoken.add(entries.extracting(entry.content), at: entry.milliseconds)
            let samples = Int(entry.milliseconds) * PCM.sampleRate / 1_000
            frames.append(((samples + frame / 2) / frame, entry.content))
            let isLast = place == entries.count
            let datagram = seal(frames, entries, listener.copies, isLast, frame, &sealer)
            (sent, bytes) = (sent + 1, bytes + datagram.count)
            let end = (frames[frames.count - 1].sequence + 1) * frame
            if isWire { Self.play(datagram, until: end, in: &outcome.sound) }
            // The same packets at each trial.
            random = random &* 1_664_525 &+ 1_013_904_223
            guard Int(random >> 16) % 100 >= loss else {
                lost += 1
                continue
            }
            var plaintext = [UInt8](repeating: 0, count: PacketLayout.plaintextMax)
            var room = plaintext.mutableSpan
            guard case .opened(let opened) = opener.open(datagram.span, into: &room) else {
                return nil
            }
            listener.hear(until: samples)
            listener.receive(plaintext.span.extracting(first: opened.count), opened.flags)
        }
        listener.finish()
        if !isWire { outcome.sound = listener.sound }
        spoken.measure()
        outcome.figures = words(
            spoken, sent, lost, bytes, recovered: listener.recovered,
            concealed: listener.concealedMs)
        return outcome
    }

    /// Seals the newest frame, with copies of frames before.
    private func seal(
        _ frames: [(sequence: Int, content: Range<Int>)], _ entries: Span<UInt8>,
        _ copies: Redundancy.Choice, _ isLast: Bool, _ frameSamples: Int, _ sealer: inout Sealer
    ) -> [UInt8] {
        let newest = frames[frames.count - 1]
        let size = newest.content.count
        // Frames of one profile have one length; a talk begins without copies.
        let most = min(copies.depth, AudioPacket.roomMax / size - 1)
        var depth = 0
        while depth < most, let copy = frames.dropLast((depth + 1) * copies.offset).last,
            copy.content.count == size,
            copy.sequence == newest.sequence - (depth + 1) * copies.offset
        { depth += 1 }
        let plaintextSize = AudioPacket.plaintextSize(frameSize: size, depth: depth)
        var plaintext = [UInt8](repeating: 0, count: plaintextSize)
        var room = plaintext.mutableSpan
        let packet = AudioPacket.write(
            sequence: UInt16(truncatingIfNeeded: newest.sequence), depth: depth,
            offset: copies.offset, isLast: isLast, frameSize: size, into: &room)
        for index in 0...depth {
            let source = frames[frames.count - 1 - index * copies.offset].content
            let (_, range) = packet.frame(index)
            for step in 0..<size {
                room[range.lowerBound + step] = entries[source.lowerBound + step]
            }
        }
        let flags = PacketFlags(
            kind: .audio, isSpurtStart: newest.sequence * frameSamples < Self.startSamples)
        var datagram = [UInt8](repeating: 0, count: plaintextSize + PacketLayout.overhead)
        var datagramRoom = datagram.mutableSpan
        // A session has room for more packets than a message.
        _ = sealer.seal(
            flags: flags.rawValue, time: 0, plaintext: plaintext.span, into: &datagramRoom)
        return datagram
    }

    /// Plays the bytes of a datagram in the time of its newest frame, at -23 dBFS.
    private static func play(_ datagram: [UInt8], until end: Int, in sound: inout [Int16]) {
        let count = end - sound.count
        for place in 0..<max(0, count) {
            sound.append(Int16(Int8(bitPattern: datagram[place * datagram.count / count])) << 5)
        }
    }

    private func words(
        _ spoken: RecordedTrack, _ sent: Int, _ lost: Int, _ bytes: Int, recovered: UInt64,
        concealed: UInt64
    ) -> String {
        let seconds = Double(spoken.talked) / Double(PCM.sampleRate)
        func rate(_ bytes: Int) -> String { Event.tenths(Double(bytes) * 8 / 1_000 / seconds) }
        var parts = ["level \(Int(spoken.levelDBFS.rounded())) dBFS"]
        if let ratio = spoken.signalToNoise {
            let verdict = ratio >= SignalToNoise.good ? "good" : "noisy, 40 is good"
            parts.append("SNR \(Int(ratio.rounded())) dB (\(verdict))")
        } else {
            parts.append("SNR unknown: too little speech or too few pauses")
        }
        parts.append(
            "\(rate(spoken.payload)) kbit/s of sound, \(rate(bytes)) with seal and copies")
        let concealedPercent = Double(concealed) / 10 / seconds
        parts.append("MOS \(Event.tenths(Self.meanOpinionScore(concealedPercent)))")
        if loss > 0 {
            parts.append(
                "\(lost) of \(sent) packets lost, \(recovered) repaired by copies,"
                    + " \(concealed) ms concealed")
        }
        return parts.joined(separator: "\n")
    }
}

extension HearTrial {
    /// The mean opinion score by the E-model (ITU-T G.107) on a LAN, 4.4 at best.
    ///
    /// A robustness to loss of 8 is fitted to what PESQ says of Opus with lost frames.
    static func meanOpinionScore(_ lostPercent: Double) -> Double {
        let rating = 93.2 - 95 * lostPercent / (lostPercent + 8)
        return 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
    }

    /// The station that listens, in the time of the talk.
    private struct Listener: ~Copyable {
        private static let start = Instant(nanoseconds: 1_000_000_000)

        private var voice: Voice
        private var redundancy: Redundancy
        private var reportAt = Self.start + HearTrial.reportEvery
        private(set) var sound: [Int16] = []

        init(frameSamples: Int) throws(OpusError) {
            voice = try Voice()
            redundancy = Redundancy(
                frameSamples: frameSamples, frameSize: PCM.payloadMax,
                frameSizeRepeated: PCM.payloadMax,
                rooms: AudioPacket.roomMin...AudioPacket.roomMax)
        }

        /// The copies that the reports ask for.
        var copies: Redundancy.Choice { redundancy.choice }
        var recovered: UInt64 { voice.totals.recovered }
        var concealedMs: UInt64 { voice.totals.concealedMs }

        private var now: Instant { Self.start + PCM.duration(of: Int64(sound.count)) }

        mutating func receive(_ plaintext: Span<UInt8>, _ flags: UInt8) {
            guard let audio = AudioPacket(parsing: plaintext) else { return }
            for index in 0...audio.depth {
                let (sequence, range) = audio.frame(index)
                voice.insert(
                    sequence: sequence, payload: plaintext.extracting(range),
                    isSpurtStart: PacketFlags(rawValue: flags).isSpurtStart,
                    isLast: audio.isLast && index == 0, isCopy: index > 0, at: now)
            }
        }

        /// Plays until this sample of the talk.
        mutating func hear(until sample: Int) { while sound.count < sample { hearBlock() } }

        mutating func finish() {
            for _ in 0..<HearTrial.tailMax where voice.isActive { hearBlock() }
        }

        private mutating func hearBlock() {
            var block = [Int16](repeating: 0, count: PCM.blockMax)
            var room = block.mutableSpan
            _ = voice.pull(into: &room, at: now)
            sound += block
            guard now >= reportAt else { return }
            reportAt = now + HearTrial.reportEvery
            let report = voice.report(at: now)
            redundancy.report(
                loss256: report.loss256, burst8: report.burst8,
                jitter: .microseconds(100 * Int(report.jitter)), at: now)
        }
    }
}
