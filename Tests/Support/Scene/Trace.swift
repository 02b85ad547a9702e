public import Audio
import Foundation
import Time

/// What a network did to one packet after the other.
public struct Trace {
    /// Milliseconds on the way; nil = lost.
    public var delays: [Double?]
    /// So many milliseconds after one packet the next is sent.
    public var interval = 20.0

    public init(delays: [Double?], interval: Double = 20) {
        self.delays = delays
        self.interval = interval
    }

    /// A recorded or made-up network of the project (Tests/Traces): one line a packet, in tenths
    /// of a millisecond, `-` = lost.
    public init(named name: String) throws {
        let url = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Traces/\(name).txt")
        delays = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
            $0 == "-" ? nil : Double($0).map { $0 / 10 }
        }
    }

    /// How long it takes to send, ms.
    public var length: Double { Double(delays.count) * interval }

    /// Sends a talk, a frame a packet, over and over.
    ///
    /// - Parameters:
    ///   - talk: What is said.
    ///   - depth: How many earlier frames each packet carries besides.
    ///   - offset: How many packets these are apart.
    /// - Returns: What arrives, in order.
    public func flights(of talk: Talk, depth: Int = 0, offset: Int = 1) -> [Flight] {
        var order: [(arrival: Double, packet: Int)] = []
        for (i, delay) in delays.enumerated() {
            if let delay { order.append((Double(i) * interval + delay, i)) }
        }
        order.sort { ($0.arrival, $0.packet) < ($1.arrival, $1.packet) }
        var flights: [Flight] = []
        for (arrival, packet) in order {
            for copy in 0...depth where packet >= copy * offset {
                let number = packet - copy * offset
                flights.append(
                    Flight(
                        arrival: arrival, sequence: UInt16(truncatingIfNeeded: number),
                        payload: talk.payloads[number % talk.payloads.count], isCopy: copy > 0))
            }
        }
        return flights
    }
}

/// What a network and a jitter buffer together made of speech.
public struct TraceFigures {
    /// How much later than the quickest packet of these seconds words were played, ms.
    public var meanDelay = 0.0
    public var p95Delay = 0.0
    /// Of the words, in percent: what was invented, and what was left out by whole frames.
    public var concealedPercent = 0.0
    /// The longest run of invented sound, ms.
    public var longestConcealed = 0.0
    /// Of a minute: what speech was cut or stretched by, ms.
    public var stretchedPerMinute = 0.0

    /// Delay and lost sound as one figure, in ms: a percent of the words is worth 20.
    public var cost: Double { Self.cost(delay: meanDelay, concealed: concealedPercent) }

    public static func cost(delay: Double, concealed: Double) -> Double { delay + 20 * concealed }
}

extension Trace {
    /// How much later than the quickest packet of all each frame came, whatever carried it, in ms;
    /// infinite for those that never came.
    public func lateness(depth: Int = 0, offset: Int = 1) -> [Double] {
        let quickest = delays.compactMap(\.self).min() ?? 0
        return delays.indices.map { number in
            (0...depth).map { copy in
                let packet = number + copy * offset
                guard packet < delays.count, let delay = delays[packet] else { return .infinity }
                return Double(copy * offset) * interval + delay - quickest
            }.min() ?? .infinity
        }
    }

    /// Plays the talk over this network through `voice`, in virtual time, block after block.
    ///
    /// A word is what is louder than -55 dBFS in the talk itself. Sound invented between a word and
    /// a pause counts half.
    public func play(
        _ talk: Talk, voice: inout Voice, depth: Int = 0, offset: Int = 1, phase: Double = 1
    ) -> TraceFigures {
        let flights = flights(of: talk, depth: depth, offset: offset)
        let length = voice.blockSamples
        let ms = Double(length) / 48
        var (next, sound) = (0, [Int16](repeating: 0, count: length))
        var tally = Tally(talk, block: ms)
        for block in 0..<Int(self.length / ms) {
            let now = phase + Double(block) * ms
            while next < flights.count, flights[next].arrival <= now {
                flights[next].land(in: &voice)
                next += 1
            }
            var span = sound.mutableSpan
            let heard = voice.pull(into: &span, at: instant(now))
            tally.add(
                heard, next: voice.buffer.nextSequence, totals: voice.totals,
                delay: Double(voice.buffer.playoutDelay.nanoseconds) / 1e6)
        }
        return tally.figures(minutes: self.length / 60_000)
    }
}
