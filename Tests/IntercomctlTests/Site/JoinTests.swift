import Report
import Testing

/// Joining a site, as it is refused.
@Suite struct JoinTests {
    /// A daemon in no site, whose one peer is up.
    private func daemon(of folder: StationFolder) throws -> FakeDaemon {
        var barn = PeerStatus()
        (barn.name, barn.state) = ("barn", .up)
        var status = Status()
        status.peers = [barn]
        let shown = Reply.status(status).encoded
        return try FakeDaemon(at: folder.socket) { request in
            if case .pair? = request {
                return [Reply.refused(ControlError(.known, "barn is already a peer")).encoded]
            }
            return [shown]
        }
    }

    @Test func aPeerThatIsNoneIsNamedWithTheNearest() throws {
        let folder = try StationFolder()
        let daemon = try daemon(of: folder)
        #expect(
            try folder.run("site", "join", "bern").complaint
                == "intercomctl: unknown peer \"bern\"; did you mean \"barn\"?\n")
        withExtendedLifetime(daemon) {}
    }

    @Test func whereNoSiteIsShownItMayBeTooEarly() throws {
        let folder = try StationFolder()
        let daemon = try daemon(of: folder)
        #expect(
            try folder.run("site", "join").complaint
                == "intercomctl: no peer shows a site; after site leave, or a start, wait half a"
                + " minute; else pair with the station that introduces: intercomctl pair --join"
                + " here, and sudo intercomctl pair --join CODE there\n")
        withExtendedLifetime(daemon) {}
    }

    @Test func aPairingWithOneThatTheSiteTookOutSaysHowItEnds() throws {
        let folder = try StationFolder()
        try folder.write("[peer barn]\nkey = \(otherKey)\n", to: "state/peers.d/barn.conf")
        try folder.write("\(otherKey) barn\n", to: "state/site.removed")
        var status = Status()
        status.site.name = "house"
        let shown = Reply.status(status).encoded
        var report = PairingReport(.paired, "paired with barn")
        (report.name, report.isApplied) = ("barn", true)
        let paired = Reply.pairing(report).encoded
        let daemon = try FakeDaemon(at: folder.socket) { request in
            if case .pair? = request { [paired] } else { [shown] }
        }
        let outcome = try folder.run("pair", "--yes", "192.0.2.7", "7K9M-QX2W")
        #expect(outcome.code == 0, "\(outcome.complaint)")
        #expect(
            outcome.output.contains(
                "the site took barn out, and here it is a peer again; to end that: sudo"
                    + " intercomctl peer remove barn\n"), "\(outcome.output)")
        // And not how to let it in again.
        #expect(!outcome.output.contains("for that"), "\(outcome.output)")
        withExtendedLifetime(daemon) {}
    }

    @Test func oneThatIsAPeerAlreadyNeedsNoPairingForTheSite() throws {
        let folder = try StationFolder()
        let daemon = try daemon(of: folder)
        let outcome = try folder.run("pair", "--join", "192.0.2.7", "7K9M-QX2W")
        #expect(
            outcome.complaint
                == "intercomctl: barn is already a peer\nfor the site a peer need not be paired"
                + " again: sudo intercomctl site add NAME where the site is introduced, then,"
                + " unless it is in the site still, intercomctl site join at the other\n")
        withExtendedLifetime(daemon) {}
    }
}
