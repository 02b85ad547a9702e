import Audio
import Scene
import Testing

/// Acceptance of voice.md §1.4: added delay and invented sound on recorded and made-up networks.
@Suite struct VoiceTraceTests {
    static let talk = Result { try Talk(Speech(seconds: 20, pauses: true), perPacket: 2) }
    static let monologue = Result { try Talk(Speech(seconds: 20, pauses: false), perPacket: 2) }

    struct Bound: CustomTestStringConvertible {
        let name: String
        let delayMs: Double
        let concealedPercent: Double
        var testDescription: String { name }
    }

    @Test(arguments: [
        Bound(name: "lan_clean", delayMs: 12, concealedPercent: 0.02),
        Bound(name: "loopback_vm", delayMs: 15, concealedPercent: 0.04),
        Bound(name: "wifi_good", delayMs: 27, concealedPercent: 0.7),
        Bound(name: "wifi_busy", delayMs: 110, concealedPercent: 2.6),
        Bound(name: "wifi_scan", delayMs: 40, concealedPercent: 2.2),
        Bound(name: "lte_like", delayMs: 38, concealedPercent: 1.2),
        Bound(name: "step_50ms", delayMs: 33, concealedPercent: 0.8),
        Bound(name: "ge05_random", delayMs: 16, concealedPercent: 5.1),
    ])
    func networks(bound: Bound) throws {
        let trace = try Trace(named: bound.name)
        var voice = try Voice()
        let heard = try listen(
            to: trace.flights(of: Self.talk.get()), until: trace.length,
            voice: &voice, phase: 1)
        let length = trace.length
        let lost = Double(heard.totals.concealedMs + heard.totals.skippedMs) / length * 100
        #expect(heard.meanDelay <= bound.delayMs)
        #expect(lost <= bound.concealedPercent)
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
        // Starvation may leave more for a moment; it is worked off.
        #expect(heard.meanDelay < 70)
    }

    @Test(arguments: ["drift_p100", "drift_m100"])
    func tenMinutesOfClockDriftInSpeechWithoutPause(name: String) throws {
        let trace = try Trace(named: name)
        var voice = try Voice()
        let heard = try listen(
            to: trace.flights(of: Self.monologue.get()),
            until: trace.length, voice: &voice, phase: 1)
        #expect(heard.meanDelay <= 20)
        #expect(heard.delays.suffix(3_000).allSatisfy { $0 <= 32 })
        #expect(Double(heard.totals.concealedMs) / (trace.length) <= 0.000_2)
    }
}
