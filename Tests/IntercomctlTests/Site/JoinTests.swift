import HAL
import Report
import Synchronization
import Testing
import Time

@testable import Intercomctl

/// Joining a site, as it is refused.
@Suite struct JoinTests {
    private let folder: StationFolder

    init() throws { folder = try StationFolder() }

    /// A daemon that answers so to a pairing, and shows this status.
    private func answer(_ pairing: Reply, _ status: Status) throws {
        try folder.answer { request in
            if case .pair? = request { [pairing.encoded] } else { [Reply.status(status).encoded] }
        }
    }

    /// In no site, with one peer that is up.
    @Test(
        arguments: [
            ([], "no peer shows a site; after a start, or a change, wait half a minute; else pair"),
            (["bern"], "unknown peer \"bern\"; did you mean \"barn\"?\n"),
        ] as [([String], String)])
    func aSiteThatIsNotShownCannotBeJoined(_ words: [String], _ complaint: String) throws {
        var barn = PeerStatus()
        (barn.name, barn.state) = ("barn", .up)
        var status = Status()
        status.peers = [barn]
        let known = ControlError(.known, "barn is already a peer")
        try answer(.refused(known), status)
        #expect(
            try folder.run(["site", "join"] + words).complaint
                .hasPrefix("intercomctl: \(complaint)"))
        // A peer needs no pairing for the site.
        let outcome = try folder.run("pair", "--join", "192.0.2.7", "7K9M-QX2W")
        #expect(
            outcome.complaint.hasPrefix(
                "intercomctl: barn is already a peer\nfor the site a peer need not be paired again:"
                    + " intercomctl site join here, once"))
    }

    /// A peer may show the site under a former key still, and first.
    @Test func typedDigitsSayWhichSiteIsMeant() throws {
        let offers = [("barn", ownFingerprint), ("attic", otherFingerprint)].map { peer, digits in
            var offer = SiteStatus.Offer()
            (offer.peer, offer.name, offer.fingerprint) = (peer, "house", digits)
            return offer
        }
        let asked = Mutex(0)
        try folder.answer { request in
            if case .join(let peer, _)? = request {
                return [Reply.done(Reply.Done("from \(peer)")).encoded]
            }
            let count = asked.withLock { count in
                count += 1
                return count
            }
            var status = Status()
            status.site.offers = count < 4 ? [offers[0]] : offers
            return [Reply.status(status).encoded]
        }
        #expect(try folder.does("site", "join", "--site", otherFingerprint) == "from attic\n")
        // Both are shown now, and no digits say which is meant.
        #expect(try folder.run("site", "join", "--yes").code == 2)
    }

    @Test func aPairingIsNoConsentToAKeyThatWasLeft() throws {
        var (former, fresh) = (SiteStatus.Offer(), SiteStatus.Offer())
        (former.peer, former.name, former.wasLeft) = ("barn", "house", true)
        (fresh.peer, fresh.name) = ("barn", "hut")
        var status = SiteStatus()
        status.offers = [former]
        // The peer may have left it just now, too.
        #expect(try Joining.offer(of: "barn", in: status, after: .seconds(29)) == nil)
        let refusal = try #require(throws: Failure.self) {
            try Joining.offer(of: "barn", in: status, after: .seconds(31))
        }
        #expect(
            refusal.finding.hasSuffix("has left; to go back to it: intercomctl site join barn"))
        status.offers.append(fresh)
        #expect(try Joining.offer(of: "barn", in: status, after: .seconds(31)) == fresh)
    }

    /// Without leaving the present site first, from any peer in it, and never another one than
    /// that of the named peer.
    @Test(arguments: [nil, "office"])
    func oneGoesBackToASiteThatWasLeftByItsDigitsAlone(site: String?) throws {
        var offers = [SiteStatus.Offer(), SiteStatus.Offer()]
        (offers[0].peer, offers[0].name) = ("barn", "house")
        (offers[0].fingerprint, offers[0].wasLeft) = (otherFingerprint, true)
        (offers[1].peer, offers[1].name, offers[1].fingerprint) = ("den", "hut", ownFingerprint)
        func answer(_ offers: [SiteStatus.Offer]) throws {
            var status = Status()
            status.peers = ["attic", "barn", "den"].map { name in
                var peer = PeerStatus()
                (peer.name, peer.state) = (name, .up)
                return peer
            }
            (status.site.name, status.site.offers) = (site, offers)
            status.site.left = site == nil ? [] : ["attic", "barn"]
            status.notes = [Fault("former_introducer", of: "barn", "introduces a site")]
            try folder.answer { [status] request in
                guard case .join(let peer, _)? = request else {
                    return [Reply.status(status).encoded]
                }
                return [Reply.done(Reply.Done("joined the site, from \(peer)")).encoded]
            }
        }
        try answer([offers[0]])
        for words in [["site", "join", "barn"], ["site", "join"]] {
            let refused = try folder.run(words + ["--yes"])
            #expect(refused.code == 2)
            #expect(refused.complaint.contains("left that key, which a thief may have; to join"))
            #expect(
                try folder.does(words + ["--site", otherFingerprint])
                    == "joined the site, from barn\nthis station has left that key, which a thief"
                    + " may have\nbarn: introduces a site\n")
        }
        guard site != nil else { return }
        #expect(
            try folder.does("site", "join", "attic", "--site", otherFingerprint)
                .hasPrefix("joined the site, from barn\n"))
        try answer([offers[1]])
        #expect(try folder.run("site", "join", "attic", "--site", ownFingerprint).code == 1)
    }

    /// It has begun another site just now, of which this station has no list yet.
    @Test func aPairingIsNoConsentToTheSiteThatThePeerHasLeft() throws {
        var report = PairingReport(.paired, "paired with barn")
        (report.name, report.isApplied) = ("barn", true)
        var (former, fresh) = (SiteStatus.Offer(), SiteStatus.Offer())
        (former.peer, former.fingerprint, former.wasLeft) = ("barn", otherFingerprint, true)
        (fresh.peer, fresh.fingerprint) = ("barn", ownFingerprint)
        let begin = Clock.now()
        try folder.answer { [report, former, fresh] request in
            switch request {
            case .pair?: return [Reply.pairing(report).encoded]
            case .join(_, let digits)?: return [Reply.done(Reply.Done(digits)).encoded]
            default:
                var status = Status()
                (status.site.name, status.site.left) = ("office", ["barn"])
                status.site.offers = [Clock.now() < begin + .seconds(2) ? former : fresh]
                return [Reply.status(status).encoded]
            }
        }
        let output = try folder.does("pair", "--join", "--move", "192.0.2.7", "7K9M-QX2W")
        #expect(output.hasSuffix("\n\(ownFingerprint)\n"), "\(output)")
    }

    /// The other station introduces this one at its own pace.
    @Test func whoIsAboutToJoinGetsNoOtherLead() throws {
        var report = PairingReport(.paired, "paired with barn")
        (report.name, report.isApplied) = ("barn", true)
        var offer = SiteStatus.Offer()
        (offer.peer, offer.name) = ("barn", "house")
        let begin = Clock.now()
        try folder.answer { [report, offer] request in
            switch request {
            case .pair?: return [Reply.pairing(report).encoded]
            case .join?: return [Reply.done(Reply.Done("joined the site house")).encoded]
            default:
                var status = Status()
                status.site.offers = Clock.now() < begin + .seconds(6) ? [] : [offer]
                return [Reply.status(status).encoded]
            }
        }
        let output = try folder.does("pair", "--join", "192.0.2.7", "7K9M-QX2W")
        #expect(
            output.hasSuffix("\nwaiting for barn to show its site\njoined the site house\n"),
            "\(output)")
    }

    /// The daemon may only have been slow: there may be nothing to correct.
    @Test func whatIsWrittenAndNotInUseIsAppliedByAReload() throws {
        var report = PairingReport(.paired, "paired with barn")
        (report.name, report.problem) = ("barn", "other settings are still being taken over")
        try answer(.pairing(report), Status())
        let paired = try folder.run("pair", "192.0.2.7", "7K9M-QX2W")
        try folder.writeIdentity()
        try folder.answer(.refused(ControlError(.failed, "the audio thread stands still")))
        let added = try folder.run("peer", "add", "barn", "-", otherKey)
        for (outcome, problem) in [
            (paired, "other settings are still being taken over"),
            (added, "the audio thread stands still"),
        ] {
            #expect(
                outcome.complaint
                    == "intercomctl: barn is written, but intercomd has not applied it:\n\(problem)"
                    + "\nto apply it: intercomctl reload\n")
        }
    }

    @Test func aPairingWithOneThatTheSiteTookOutSaysHowItEnds() throws {
        try folder.write("[peer barn]\nkey = \(otherKey)\n", to: "state/peers.d/barn.conf")
        try folder.write("\(otherKey) barn\n", to: "state/site.removed")
        var status = Status()
        status.site.name = "house"
        var report = PairingReport(.paired, "paired with barn")
        (report.name, report.isApplied) = ("barn", true)
        try answer(.pairing(report), status)
        let output = try folder.does("pair", "--yes", "192.0.2.7", "7K9M-QX2W")
        #expect(
            output.contains(
                "the site took barn out, and here it is a peer again; to end that: sudo"
                    + " intercomctl peer remove barn\n"), "\(output)")
        // And not how to let it in again.
        #expect(!output.contains("for that"), "\(output)")
    }
}
