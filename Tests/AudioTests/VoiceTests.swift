import Audio
import Testing
import Time

/// A talk with the talk key: pre-roll, flagged packets, last packet.
private func press(
    _ talk: Talk, from first: Int, to last: Int, preRoll: Int = 6, sequence: Int = 0,
    noise: Double = 4, seed: UInt64 = 3
) -> [Flight] {
    var random = SplitMix64(seed: seed)
    var flights: [Flight] = []
    for i in (first - preRoll)...last {
        let sent = Double(max(i, first) + 1) * 10
        flights.append(
            Flight(
                arrival: sent + 0.3 + random.unit() * noise,
                sequence: UInt16(truncatingIfNeeded: sequence + i - first + preRoll),
                payload: talk.payloads[i], isSpurtStart: i < first + 10, isLast: i == last))
    }
    return flights.sorted { $0.arrival < $1.arrival }
}

@Suite struct VoiceTests {
    static let talk = try! Talk(Speech(seconds: 12, pauses: true))  // swift-format-ignore
    static let monologue = try! Talk(Speech(seconds: 12, pauses: false))  // swift-format-ignore

    @Test(arguments: [0.0, 2.5, 5, 7.5])
    func backAtTheTargetWithinOneSecondOfTheKey(phase: Double) throws {
        for talk in [Self.talk, Self.monologue] {
            var voice = try Voice()
            let flights = press(talk, from: 100, to: 900)
            let heard = listen(
                to: flights, until: 9_500, voice: &voice, phase: phase, pullNoise: 0.5)
            // 60 ms of past sound, and not one block later.
            #expect(heard.delays[0] > 50)
            let settled = heard.delays.dropFirst(100)
            #expect(settled.allSatisfy { $0 < 17 })
            // The jitter is 0 to 4 ms: a frame waits 2 ms less in the mean.
            #expect(settled.reduce(0, +) / Double(settled.count) - 2 <= 12.6)
            #expect(heard.totals.concealedMs == 0)
            #expect(heard.totals.skippedMs == 0)
        }
    }
}
