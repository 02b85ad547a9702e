import Crypto
import Seeds
import Testing

@testable import Peering

/// Which cipher two stations come to, by what each can do and by its settings.
@Suite struct SuiteChoiceTests {
    /// With AES instructions, and without.
    private static let able = SuiteChoice(nil, usesAES: true)
    private static let unable = SuiteChoice(nil, usesAES: false)

    @Test func settingsComeBeforeWhatTheProcessorCan() {
        #expect(Self.able == .either)
        #expect(Self.unable == .chaChaPoly)
        #expect(SuiteChoice(.aesGCM, usesAES: false) == .aesGCM)
        #expect(SuiteChoice(.chaChaPoly, usesAES: true) == .chaChaPoly)
    }

    private func pair(
        seed: UInt64, _ a: SuiteChoice, _ b: SuiteChoice, limits: SessionLimits = SessionLimits(),
        isSwapped: Bool = false
    ) -> Pair {
        let pair = Pair(
            seed: seed, limits: limits, secrets: isSwapped ? (0x22, 0x11) : (0x11, 0x22))
        pair.a.peers[0].suite = a
        pair.b.peers[0].suite = b
        return pair
    }

    private func suite(of station: SimulatedStation) -> Suite? { station.table.state(of: 0)?.suite }

    @Test(arguments: [
        (able, able, Suite.aesGCM), (able, unable, .chaChaPoly), (unable, unable, .chaChaPoly),
        (able, .aesGCM, .aesGCM), (able, .chaChaPoly, .chaChaPoly),
        (unable, .chaChaPoly, .chaChaPoly),
    ])
    func twoThatCanTakeTheSameOneWithinSecondsWhoeverCalls(
        _ a: SuiteChoice, _ b: SuiteChoice, _ common: Suite
    ) {
        for seed in UInt64(0)..<24 {
            let pair = pair(seed: seed, a, b, isSwapped: seed % 2 == 0)
            // Both have an address, or only one of them.
            if seed % 3 == 1 { pair.a.peers[0].endpoints = [] }
            if seed % 3 == 2 { pair.b.peers[0].endpoints = [] }
            let first = seed % 4 < 2 ? pair.a : pair.b
            first.start()
            pair.network.run(for: .milliseconds(pair.network.random(1500)))
            (first === pair.a ? pair.b : pair.a).start()
            #expect(pair.network.run(for: .seconds(12)) { pair.isConverged }, "seed \(seed)")
            #expect(suite(of: pair.a) == common && suite(of: pair.b) == common, "seed \(seed)")
            #expect(pair.a.reason() == nil && pair.b.reason() == nil, "seed \(seed)")
        }
    }

    @Test(arguments: testSeeds(40))
    func inAnyWeatherTheyMeetAndKeepTheSuiteWhenKeysAreRenewed(seed: UInt64) {
        let pair = pair(
            seed: seed, Self.able, Self.unable, limits: .rekeying(20_000, 25_000),
            isSwapped: seed % 2 == 0)
        pair.setAnyWeather()
        pair.start()
        #expect(pair.network.run(for: .seconds(180)) { pair.a.isUp() && pair.b.isUp() })
        pair.network.weather = SimulatedNetwork.Weather()
        pair.network.run(for: .seconds(60))
        let before = pair.a.table.state(of: 0)!.handshakes
        pair.network.run(for: .seconds(60))
        let since = pair.a.table.state(of: 0)!.handshakes - before
        #expect((2...4).contains(since))
        #expect(suite(of: pair.a) == .chaChaPoly && suite(of: pair.b) == .chaChaPoly)
    }

    /// Somebody on the way lets no message of the other suite pass: they do not meet, rather than
    /// in AES.
    @Test(arguments: UInt64(0)..<12)
    func nobodyOnTheWayForcesAESOnAProcessorWithoutIt(seed: UInt64) {
        let pair = pair(seed: seed, Self.able, Self.unable, isSwapped: seed % 2 == 0)
        pair.network.isLost = { isHandshake($0) && $0[2] == Suite.chaChaPoly.rawValue }
        pair.start()
        pair.network.run(for: .seconds(120))
        #expect(!pair.a.isUp() && !pair.b.isUp())
        #expect(pair.b.table.state(of: 0)?.sessionSince == nil)
        // Nor by a changed byte.
        pair.network.isLost = { _ in false }
        #expect(pair.network.run(for: .seconds(60)) { pair.isConverged })
        #expect(suite(of: pair.b) == .chaChaPoly)
    }
}
