import Config
import Crypto
import Foundation
import HAL
import Report
import Testing
import Time
import Wire

@testable import Intercomd
@testable import Peering

@Suite struct SiteKeeperTests {
    /// A station that starts in no site has read which keys it has left: nobody takes it back.
    @Test func aKeyThatWasLeftIsKnownAfterAStart() throws {
        let state = FileManager.default.temporaryDirectory
            .appending(path: "keeper-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: state) }
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: true)
        let key = SigningKey.random()
        let own = X25519.publicKey(of: .random())
        let hall = X25519.publicKey(of: Key(copying: [UInt8](repeating: 1, count: 32).span))
        var roster = try #require(Roster(name: "house", key: key.verifyingKey))
        for (name, key) in [("hall", hall), ("kitchen", own)] {
            try roster.add(#require(Roster.Station(name: name, key: key)))
        }
        let left = [roster.key.reference, 1].map { "\(String($0, radix: 16))\n" }.joined()
        try left.write(toFile: "\(state)/site.left", atomically: false, encoding: .utf8)
        let text = """
            [station]
            name = kitchen
            [site]
            introductions = from hall
            [peer hall]
            key = \(hall.text)

            """
        let config = try Config(
            [ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))],
            paths: Paths(stateDirectory: state, runtimeDirectory: nil))
        var keeper = SiteKeeper(own: own, writer: WorkChain())
        let now = Instant(nanoseconds: 1_000_000_000)
        keeper.load(config, directory(config), at: now)
        keeper.up(0, at: now)
        let shown = Array(roster.signed(by: key).utf8)
        let notice = RosterNotice(
            site: roster.key.reference, counter: roster.counter, size: UInt16(shown.count),
            text: Roster.reference(of: shown))
        keeper.receive(.roster(notice), from: 0, at: now)
        while let (_, record) = keeper.nextRecord() {
            guard case .rosterQuestion(let question) = record,
                let part = FilePart(ofRoster: shown.span, at: question.offset, text: question.text)
            else { continue }
            keeper.receive(.rosterPart(part), from: 0, at: now)
        }
        let offers = keeper.status(at: now).offers
        #expect(offers.map { $0.peer } == ["hall"] && offers.map { $0.wasLeft } == [true])
    }
}
