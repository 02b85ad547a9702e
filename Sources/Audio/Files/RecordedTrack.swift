internal import Realtime

/// The sound of one talker in a recording: packets at their times, and silence between them.
///
/// Packets that follow each other are one sound, although times are rounded and clocks drift; a
/// short gap is a loss, which is concealed; after a longer one the decoder begins anew, as the
/// encoder did.
public final class RecordedTrack {
    private struct Packet {
        /// Samples since the start of the recording.
        let start: Int
        /// Whether a pause is before the packet, not a loss.
        let isPaused: Bool
        let bytes: Range<Int>
    }

    /// Half of the shortest packet: rounding moves times by less.
    private static let tolerance = PCM.blockStep / 2
    /// A longer gap, 100 ms, is a pause.
    private static let concealMax = 4_800

    private var packets: [Packet] = []
    private var bytes: [UInt8] = []
    private var decoder: OpusDecoder

    /// The end of the sound, in samples since the start of the recording.
    public private(set) var end = 0
    /// The samples in all packets.
    public private(set) var talked = 0
    /// Packets that could not be decoded.
    public private(set) var undecoded = 0
    public var packetCount: Int { packets.count }
    /// The bytes of all packets.
    public var payload: Int { bytes.count }

    // The state of the sound: the next packet, the samples so far, and the samples not yet taken.
    private var next = 0
    private var made = 0
    private var line = [Int16](repeating: 0, count: 5_760)
    private var waiting = 0..<0

    // The figures of the packets decoded so far.
    private var peak: Int32 = 0
    private var squares: Double = 0
    private var noise = SignalToNoise()

    public init() throws(OpusError) { decoder = try OpusDecoder() }

    /// Adds a packet, later than those before it.
    public func add(_ packet: Span<UInt8>, at milliseconds: UInt32) {
        let wanted = Int(milliseconds) * Int(PCM.samplesPerMs)
        let gap = wanted - end
        guard let samples = OpusDecoder.sampleCount(of: packet) else {
            undecoded += 1
            return
        }
        // A packet over earlier sound is dropped: the talker's clock is faster than the recorder's.
        guard packets.isEmpty || gap > Self.tolerance - samples else { return }
        let isPaused = packets.isEmpty || gap > Self.concealMax
        let steps = (gap + Self.tolerance) / PCM.blockStep
        let isLoss = gap >= samples - Self.tolerance
        let start = isPaused ? wanted : isLoss ? end + steps * PCM.blockStep : end
        let place = bytes.count..<bytes.count + packet.count
        packets.append(Packet(start: start, isPaused: isPaused, bytes: place))
        for place in packet.indices { bytes.append(packet[place]) }
        end = start + samples
        talked += samples
    }

    /// Writes the next samples of the sound, from the start of the recording on; after the end they
    /// are silence.
    public func render(into sound: inout MutableSpan<Int16>) {
        var done = 0
        while done < sound.count {
            if waiting.isEmpty, next == packets.count {
                for place in done..<sound.count { sound[place] = 0 }
                return
            }
            if waiting.isEmpty { make() }
            let count = min(waiting.count, sound.count - done)
            for place in 0..<count { sound[done + place] = line[waiting.lowerBound + place] }
            waiting = waiting.dropFirst(count)
            done += count
        }
    }

    /// Decodes all packets for their figures; no sound is left then.
    public func measure() {
        while next < packets.count {
            if packets[next].isPaused {
                made = packets[next].start
                decoder.reset()
            }
            make()
        }
    }

    /// Makes the next piece of the sound: silence, concealment, or a packet.
    private func make() {
        let packet = packets[next]
        let gap = packet.start - made
        // `line` is taken out while it is written.
        var sound: [Int16] = []
        swap(&sound, &line)
        defer { swap(&sound, &line) }
        var room = sound.mutableSpan
        if gap > 0, packet.isPaused {
            waiting = 0..<min(gap, room.count)
            for place in waiting { room[place] = 0 }
            decoder.reset()
        } else if gap > 0 {
            waiting = 0..<gap
            decoder.conceal(samples: gap, into: &room)
        } else {
            next += 1
            let stored = bytes
            let whole = stored.span.extracting(packet.bytes)
            waiting = 0..<(OpusDecoder.sampleCount(of: whole) ?? 0)
            // A packet that is damaged inside keeps its time.
            if decoder.decode(whole, into: &room) != waiting.count {
                for place in waiting { room[place] = 0 }
                undecoded += 1
            }
            weigh(room.span.extracting(waiting))
        }
        made += waiting.count
    }
}

// The figures of the talk, without the silence between. Valid after `measure` or the end.
extension RecordedTrack {
    private func weigh(_ samples: Span<Int16>) {
        for place in samples.indices {
            let sample = Int32(samples[place])
            peak = max(peak, abs(sample))
            squares += Double(sample * sample)
        }
        noise.add(samples)
    }

    /// The highest sample, in dBFS, at least `LevelMeter.floor`.
    public var peakDBFS: Double {
        max(LevelMeter.floor, Decibels.level(Double(peak) / 32_768))
    }

    /// RMS, in dBFS, at least `LevelMeter.floor`: that of a full-scale sine is -3.
    public var levelDBFS: Double {
        guard talked > 0 else { return LevelMeter.floor }
        let mean = squares / Double(talked)
        return max(LevelMeter.floor, Decibels.level(mean.squareRoot() / 32_768))
    }

    /// Speech above the noise, in dB; nil until enough of both was heard.
    public var signalToNoise: Double? { noise.decibels }
}
