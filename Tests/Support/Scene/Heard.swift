public import Audio
import Seeds
public import Time

/// A packet on its way.
public struct Flight {
    public var arrival: Double  // ms
    public var sequence: UInt16
    public var payload: [UInt8]
    public var isSpurtStart: Bool
    public var isLast: Bool
    /// It is a frame repeated within a later packet.
    public var isCopy: Bool

    public init(
        arrival: Double, sequence: UInt16, payload: [UInt8], isSpurtStart: Bool = false,
        isLast: Bool = false, isCopy: Bool = false
    ) {
        self.arrival = arrival
        self.sequence = sequence
        self.payload = payload
        self.isSpurtStart = isSpurtStart
        self.isLast = isLast
        self.isCopy = isCopy
    }

    /// Puts the packet into a jitter buffer.
    public func land(in voice: inout Voice) {
        voice.insert(
            sequence: sequence, payload: payload.span, isSpurtStart: isSpurtStart,
            isLast: isLast, isCopy: isCopy, at: instant(arrival))
    }
}

/// What a listener got.
public struct Heard {
    public var samples: [Int16] = []
    /// Of every block pulled with sound, ms.
    public var delays: [Double] = []
    /// Of the same blocks: whether there was sound, by index of the block.
    public var hadSound: [Bool] = []
    public var totals = ReceptionTotals()

    public var meanDelay: Double {
        delays.isEmpty ? 0 : delays.reduce(0, +) / Double(delays.count)
    }
}

/// Milliseconds as an instant, from 1 s on.
public func instant(_ ms: Double) -> Instant {
    Instant(nanoseconds: 1_000_000_000 + Int64(ms * 1e6))
}

/// Plays flights through one voice, in virtual time.
///
/// The first block is pulled at `phase`, the others 10 ms apart, each up to `pullNoise` late.
public func listen(
    to flights: [Flight], until end: Double, voice: inout Voice, phase: Double = 3,
    pullNoise: Double = 0, seed: UInt64 = 7, keepSound: Bool = false,
    ends: [(at: Double, last: UInt16)] = []
) -> Heard {
    var random = SplitMix64(seed: seed)
    var heard = Heard()
    var next = 0
    var nextEnd = 0
    var frame = Block(repeating: 0)
    for block in 0..<Int(end / 10) {
        let now = phase + Double(block) * 10 + random.unit() * pullNoise
        while next < flights.count, flights[next].arrival <= now {
            flights[next].land(in: &voice)
            next += 1
        }
        while nextEnd < ends.count, ends[nextEnd].at <= now {
            voice.end(last: ends[nextEnd].last)
            nextEnd += 1
        }
        var span = frame.mutableSpan
        let had = voice.pull(into: &span, at: instant(now))
        heard.hadSound.append(had)
        if had { heard.delays.append(Double(voice.buffer.playoutDelay.nanoseconds) / 1e6) }
        if keepSound {
            for i in 0..<480 { heard.samples.append(frame[i]) }
        }
    }
    heard.totals = voice.buffer.totals
    return heard
}

extension JitterBuffer {
    /// The delay that the buffer aims at; `playoutDelay` is the delay of the sound last taken out.
    package var targetDelay: Duration { .milliseconds(targetMs) }
    package var playoutDelay: Duration { PCM.duration(of: delayNow) }
}
