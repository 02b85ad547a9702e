import Config
import Crypto
import Files
import HAL
import Testing
import Time

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
}
