import Config
import Crypto
import Files
import HAL
import Report
import Testing
import Time
import Wire

@testable import Intercomd

@Suite struct PairingsTests {
    /// Only a person who types it can mean a station that the site has taken out.
    @Test func theTalkButtonTakesNoStationBack() throws {
        let config = try config("[station]\nname = kitchen\n")
        let own = OwnStation(
            publicKey: X25519.publicKey(of: .random()), config: config,
            used: PeerFiles([], in: config.paths), folder: "", isOnLAN: true, up: [])
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        let asker = Asker(name: "button ptt")
        try pairings.enter("012345", by: asker, own, at: Instant(nanoseconds: 0))
        let takesBack = pairings.job?.takesBack
        #expect(takesBack == false)
    }

    /// What is told of a code that was tried at these places, where nobody is.
    private func ending(at places: [String], _ settings: String = "") throws -> String? {
        let config = try config("[station]\nname = kitchen\n\(settings)")
        let own = OwnStation(
            publicKey: X25519.publicKey(of: .random()), config: config,
            used: PeerFiles([], in: config.paths), folder: "", isOnLAN: true, up: [])
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        let start = Instant(nanoseconds: 0)
        try pairings.enter("012345", by: Asker(name: "button ptt"), own, at: start)
        let boxes = try places.map { [Endpoint(try #require(SocketAddress(parsing: $0)))] }
        pairings.found(boxes, at: start + .seconds(2))
        for _ in 0..<500 {
            while let order = pairings.nextOrder() {
                if case .announce(let event) = order { return event.detail }
            }
            pairings.serve(.stream, own, at: start + .seconds(2))
            Clock.sleep(.milliseconds(10))
        }
        return nil
    }

    /// The last one tried need not be the one that shows the code.
    @Test func allPlacesThatWereTriedAreNamed() throws {
        let text = try #require(try ending(at: ["127.0.0.1:5999", "127.0.0.2:5999"]))
        #expect(text.hasPrefix("no code is shown at 127.0.0.1:5999 or 127.0.0.2:5999 now: a code"))
    }

    @Test func theOwnAddressIsNotTakenForTheOtherStation() throws {
        let text = try ending(
            at: ["127.0.0.1:5999"], "[network]\nlisten = 127.0.0.1\nport = 5999\n")
        #expect(text?.hasPrefix("127.0.0.1:5999 is this station's own address: type") == true)
    }
}
