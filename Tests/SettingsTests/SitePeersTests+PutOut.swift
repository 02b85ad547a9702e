import Config
import Crypto
import Files
import HAL
import Peering
import Testing

/// Stations that a site has put out, and that were peers without it, too.
extension SitePeersTests {
    /// A thief's key is of no use at boxes that had paired with the box, either; but who has the
    /// site's key may not have a peer forgotten that a person has made.
    @Test func theSitePutsOutAPeerThatSomebodyHasPaired() throws {
        let (both, one) = (try roster([("attic", 0), ("barn", 1)]), try roster([("barn", 1)]))
        try byHand("attic", keys[0], "psk = file:attic.psk")
        try byHand("friend", keys[3])
        try adopt(both, after: nil)
        let told = try adopt(one, after: both)
        #expect(told.contains { $0.hasPrefix("attic was put out by the site") }, "\(told)")
        #expect(try found() == ["barn": 1, "friend": 3])
        let attic = try #require(try config().peers.first { $0.name == "attic" })
        #expect(attic.isRevoked && attic.psk == .file("attic.psk"))
        // Its name is kept, for a person who sees it call.
        #expect(SiteFiles.removed(paths) == [keys[0].text: "attic"])
        // Introduced again, it is a peer again; what was never in the site is left alone.
        try adopt(both, after: one)
        #expect(try found() == ["attic": 0, "barn": 1, "friend": 3])
        #expect(SiteFiles.removed(paths) == [:])
        // A successor does not get the name from a person's peer.
        let heir = try roster([("attic", 2), ("barn", 1)])
        let said = try adopt(heir, after: both)
        let left = "attic of the site is left out, as its name is taken here"
        #expect(said.contains { $0.hasPrefix(left) }, "\(said)")
        #expect(try found() == ["barn": 1, "friend": 3])
        // A person may have it all the same, whatever lists follow.
        var files = PeerFiles(try sources(""), in: paths)
        let source = try #require(files.sources.first { $0.path == files.path(of: "attic") })
        var file = PeerFile(source.bytes)
        file.remove("revoked", of: "attic")
        try files.put(file, at: source.path)
        try files.write(source.path)
        try adopt(one, after: heir)
        #expect(try found() == ["attic": 0, "barn": 1, "friend": 3])
        // Where this station takes it out itself, nothing stays of it; one that leaves keeps it.
        try adopt(both, after: one)
        #expect(SiteFiles.removed(paths) == [keys[2].text: "attic"])
        try adopt(nil, after: both)
        #expect(SiteFiles.removed(paths) == [:])
        #expect(try found() == ["attic": 0, "friend": 3])
        try adopt(both, after: nil)
        try adopt(one, after: both, puttingOut: keys[0])
        #expect(try config().peers.map(\.name).sorted() == ["barn", "friend"])
        // One that was taken out of a site that begins anew, under another name, is known, too.
        try adopt(both, after: nil)
        var home = try #require(Roster(name: "home", key: key.verifyingKey, takingOver: both))
        try home.remove("attic")
        try adopt(home, after: both)
        #expect(SiteFiles.removed(paths) == [keys[0].text: "attic"])
    }
}
