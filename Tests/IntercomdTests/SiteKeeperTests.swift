import Config
import Crypto
import Files
import Foundation
import HAL
import Report
import Station
import Testing
import Time
import Wire

@testable import Intercomd
@testable import Peering

/// A kitchen in no site, which has left the key of one; hall and attic are its peers.
@Suite final class SiteKeeperTests {
    private let state = FileManager.default.temporaryDirectory
        .appending(path: "keeper-\(UUID().uuidString)").path
    private let key = SigningKey.random()
    private let fresh = SigningKey.random()
    private let own = X25519.publicKey(of: .random())
    private let others = ([1, 2] as [UInt8]).map { byte in
        X25519.publicKey(of: Key(copying: [UInt8](repeating: byte, count: 32).span))
    }
    private let now = Instant(nanoseconds: 1_000_000_000)

    deinit { try? FileManager.default.removeItem(atPath: state) }

    private func config() throws -> Config {
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let left = [key.verifyingKey.reference, 1].map { "\(String($0, radix: 16))\n" }.joined()
        try left.write(toFile: "\(state)/site.left", atomically: false, encoding: .utf8)
        let text = """
            [station]
            name = kitchen
            [site]
            introductions = from hall
            [peer hall]
            key = \(others[0].text)
            [peer attic]
            key = \(others[1].text)

            """
        return try Config(
            [ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))],
            paths: Paths(stateDirectory: state, runtimeDirectory: nil))
    }

    /// The peer of this number, which introduces it, shows a site of itself and the kitchen.
    private func show(
        _ key: borrowing SigningKey, from peer: Int, to keeper: inout SiteKeeper
    ) throws {
        var roster = try #require(Roster(name: "house", key: key.verifyingKey))
        for (name, key) in [(["hall", "attic"][peer], others[peer]), ("kitchen", own)] {
            try roster.add(#require(Roster.Station(name: name, key: key)))
        }
        let shown = Array(roster.signed(by: key).utf8)
        var notice = RosterNotice(
            site: roster.key.reference, counter: roster.counter, size: UInt16(shown.count),
            text: Roster.reference(of: shown))
        notice.introduces = true
        keeper.receive(.roster(notice), from: peer, at: now)
        while let (_, record) = keeper.nextRecord() {
            guard case .rosterQuestion(let question) = record,
                let part = FilePart(ofRoster: shown.span, at: question.offset, text: question.text)
            else { continue }
            keeper.receive(.rosterPart(part), from: peer, at: now)
        }
    }

    /// A station that starts in no site has read which keys it has left: nobody takes it back.
    @Test func aKeyThatWasLeftIsKnownAfterAStart() throws {
        let config = try config()
        var keeper = SiteKeeper(own: own, writer: WorkChain())
        keeper.load(config, directory(config), at: now)
        keeper.up(0, at: now)
        try show(key, from: 0, to: &keeper)
        let offers = keeper.status(at: now).offers
        #expect(offers.map { $0.peer } == ["hall"] && offers.map { $0.wasLeft } == [true])
        #expect(keeper.problem == nil)
    }

    /// It may be the key that is shown.
    @Test(
        arguments: [
            ("site.left", "the sites that were left cannot be read"),
            ("roster", "the site's roster cannot be read"),
        ])
    func whereNoStationKnowsWhatItHasLeftAPersonDecides(file: String, problem: String) throws {
        let config = try config()
        try FileManager.default.removeItem(atPath: "\(state)/site.left")
        try FileManager.default.createDirectory(
            atPath: "\(state)/\(file)", withIntermediateDirectories: false)
        var keeper = SiteKeeper(own: own, writer: WorkChain())
        keeper.load(config, directory(config), at: now)
        keeper.up(0, at: now)
        try show(key, from: 0, to: &keeper)
        #expect(keeper.status(at: now).offers.map { $0.wasLeft } == [true])
        #expect(keeper.problem?.text.hasPrefix(problem) == true)
    }

    /// Who joins another site has the stolen introducer as a peer still.
    @Test func whoJoinsKnowsWhoIntroducesASiteThatWasLeft() throws {
        let config = try config()
        var keeper = SiteKeeper(own: own, writer: WorkChain())
        keeper.load(config, directory(config), at: now)
        for peer in 0..<2 { keeper.up(peer, at: now) }
        try show(key, from: 0, to: &keeper)
        try show(fresh, from: 1, to: &keeper)
        let files = PeerFiles(
            [
                ConfigSource(
                    role: .main, path: "x.conf", bytes: Array("[station]\nname = kitchen\n".utf8))
            ], in: config.paths)
        let refusal = keeper.join(
            "attic", fresh.verifyingKey.fingerprint, for: .nobody, files)
        #expect(refusal == nil)
        var answer: Reply?
        let end = Clock.now() + .seconds(20)
        while answer == nil, Clock.now() < end {
            keeper.tick(files, at: now)
            answer = keeper.nextAnswer()?.1
            Clock.sleep(.milliseconds(5))
        }
        guard case .done? = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
        let status = keeper.status(at: now)
        #expect(status.formerIntroducers == [.init(peer: "hall", station: nil)] && status.hasLeft)
    }
}
