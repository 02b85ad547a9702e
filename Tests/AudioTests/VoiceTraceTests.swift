import Audio
import Scene
import Testing

/// The jitter buffer's results on recorded and synthetic networks (docs/voice.md "Delay").
@Suite struct VoiceTraceTests {
    static let talk = Result { try Talk(Speech(seconds: 30, pauses: true), perPacket: 2) }
    static let monologue = Result { try Talk(Speech(seconds: 20, pauses: false), perPacket: 2) }

    /// The upper bound of each value.
    struct Bound: CustomTestStringConvertible, Sendable {
        let name: String
        var depth = 0
        var delayMs = Double.infinity
        var concealedPercent = Double.infinity
        /// Delay and lost sound as one value.
        var cost = Double.infinity
        var testDescription: String { name }

        func holds(for figures: TraceFigures) -> Bool {
            figures.meanDelay <= delayMs && figures.concealedPercent <= concealedPercent
                && figures.cost <= cost
        }
    }

    static let bounds = [
        Bound(name: "lan_clean", delayMs: 12, concealedPercent: 0.02),
        Bound(name: "loopback_vm", delayMs: 15, concealedPercent: 0.04),
        Bound(name: "wifi_good", delayMs: 20, concealedPercent: 0.5),
        Bound(name: "wifi_busy", cost: 108.8),
        Bound(name: "wifi_scan", cost: 63.4),
        // A third of it is packets that the network loses, a dozen of them in one outage.
        Bound(name: "lte_like", cost: 43.2),
        Bound(name: "step_50ms", cost: 36.4),
        Bound(name: "ge05_random", depth: 1, delayMs: 35, concealedPercent: 0.05),
        Bound(name: "ge05_random", delayMs: 16, concealedPercent: 5.5),
    ]

    @Test(arguments: bounds)
    func networks(bound: Bound) throws {
        var voice = try Voice()
        let figures = try Trace(named: bound.name).play(
            Self.talk.get(), voice: &voice, depth: bound.depth)
        #expect(bound.holds(for: figures), "\(figures)")
    }

    /// A buffer that may not grow misses them, so the bounds demand something.
    @Test(arguments: ["wifi_good", "lte_like"])
    func aBufferThatMayNotGrowMissesTheBound(name: String) throws {
        var voice = try Voice(delayMax: .milliseconds(10))
        let figures = try Trace(named: name).play(Self.talk.get(), voice: &voice)
        let bound = try #require(Self.bounds.first { $0.name == name })
        #expect(!bound.holds(for: figures), "\(figures)")
    }

    @Test(arguments: ["drift_p100", "drift_m100"], [false, true])
    func tenMinutesOfClockDriftCostNothing(name: String, isMonologue: Bool) throws {
        var voice = try Voice()
        let talk = try (isMonologue ? Self.monologue : Self.talk).get()
        let figures = try Trace(named: name).play(talk, voice: &voice)
        let most = isMonologue ? 0.02 : 0
        #expect(figures.meanDelay <= 20 && figures.concealedPercent <= most, "\(figures)")
    }

    @Test func thePresetsTradeDelayForGaps() throws {
        let trace = try Trace(named: "wifi_good")
        var results: [Heard] = []
        for preset in [JitterBuffer.Preset.low, .normal, .robust] {
            var voice = try Voice(preset: preset)
            results.append(
                try listen(
                    to: trace.flights(of: Self.talk.get()),
                    until: trace.length, voice: &voice, phase: 1))
        }
        #expect(results[0].meanDelay < results[1].meanDelay)
        #expect(results[1].meanDelay < results[2].meanDelay)
        #expect(results[0].totals.concealedMs > results[2].totals.concealedMs)
    }

    @Test func theGreatestDelayIsKept() throws {
        let trace = try Trace(named: "wifi_busy")
        var voice = try Voice(preset: .robust, delayMax: .milliseconds(60))
        let heard = try listen(
            to: trace.flights(of: Self.talk.get()), until: trace.length,
            voice: &voice, phase: 1)
        // Starvation may leave more for a moment, which is then removed.
        #expect(heard.meanDelay < 70)
    }

    /// A fixed delay of 40 ms repairs nothing here; one of 50 ms repairs what a copy brings.
    @Test func aFrameIsAsLateAsTheFirstPacketThatCarriesIt() {
        let trace = Trace(delays: [20, nil, 50, nil])
        #expect(trace.lateness() == [0, .infinity, 30, .infinity])
        #expect(trace.lateness(depth: 1) == [0, 50, 30, .infinity])
    }
}
