import Config
import Crypto
import Media
import Peering
import Report
import Testing
import Time
import Wire

@testable import HAL
@testable import Intercomd
@testable import Station

@Suite struct SnapshotNotesTests {
    private let station: Snapshot

    init() throws { station = try Kitchen.snapshot() }

    @Test func aNewStationIsToldWhatComesNext() throws {
        let station = try Kitchen.snapshot("[station]\nname = kitchen\n")
        #expect(station.noteLines == [Advice.unpaired(isInSite: false).sentence])
        station.site.name = "house"
        #expect(station.noteLines == [Advice.unpaired(isInSite: true).sentence])
        // A person who is at it needs no advice to begin.
        for state in [PairingStatus.State.showing, .entering] {
            station.pairing.state = state
            #expect(station.noteLines == [])
        }
        station.facts.folder = "/etc/intercom"
        station.isUnconfigured = true
        #expect(station.noteLines == [Advice.unconfigured("/etc/intercom").sentence])
    }

    /// In one line, which those of its peers do not bury.
    @Test func aStationThatItsSiteHasPutOutIsToldSo() {
        station.site.name = "house"
        // One that is off says nothing; where as many are up, it may be the other that is behind.
        for (garage, office, isTold) in [
            (.notAccepted, .notAccepted, true), (.notAccepted, .noAnswer, true),
            (.notAccepted, nil, false), (.noAnswer, .noAnswer, false),
        ] as [(DownReason?, DownReason?, Bool)] {
            station.peers[Kitchen.garage].downReason = garage
            station.peers[Kitchen.office].downReason = office
            let told = station.problemLines.filter { $0.hasPrefix("this station is refused by ") }
            #expect(told.isEmpty != isTold)
            let each = (station.problemLines + station.noteLines)
                .filter { $0.contains("not accept this") }
            #expect(each.isEmpty == (isTold || garage != .notAccepted))
        }
        // The one that has taken the site over hears of each, also where most have changed over.
        (station.site.introduces, station.site.hasLeft) = (true, true)
        station.peers[Kitchen.garage].downReason = .notAccepted
        station.peers[Kitchen.garage].isInSite = true
        for office in [.notAccepted, nil, .noAddress] as [DownReason?] {
            station.peers[Kitchen.office].downReason = office
            let told = station.problemLines.first ?? ""
            #expect(told.hasPrefix("this station is refused by garage: the site house may have"))
            #expect(!station.problemLines.contains { $0.hasPrefix("garage:") })
        }
        // Without a site each peer has its own line.
        station.site.name = nil
        station.peers[Kitchen.garage].downReason = .notAccepted
        station.peers[Kitchen.office].downReason = .notAccepted
        #expect(!station.problemLines.contains { $0.contains("refused by") })
        #expect(station.problemLines.count { $0.contains("not accept this") } == 2)
    }

    /// Which of two keys is the newer one, or a thief's, no station can know.
    @Test(arguments: [false, true], [false, true])
    func aStationThatIsRefusedLeavesItToAPersonWhoseSiteIsRight(introduces: Bool, hasLeft: Bool) {
        var site = SiteStatus()
        (site.introduces, site.hasLeft, site.introducers) = (introduces, hasLeft, ["thief"])
        let told = Advice.putOut(of: "house", site, by: ["garage", "office"]).sentence
        for word in ["new key", "former key", "thief"] { #expect(!told.contains(word)) }
        #expect(
            told.hasPrefix(
                "this station is refused by garage, office: the site house may have put it out or"
                    + " replaced it, or have another key there -> compare the digits of its key"
                    + " (intercomctl site list, here and there); "))
        // Each way is there, none of which the command refuses.
        let ways = [
            "if theirs is, here: sudo intercomctl site leave, then ",
            "if this one is right, there: intercomctl site join, or",
        ]
        #expect(ways.allSatisfy { told.contains($0) } == introduces)
        #expect(told.contains("CODE at the station that is to introduce"))
        let joining = "if theirs is another one, and wrong, there: intercomctl site join; to"
        #expect(told.contains(joining) == (hasLeft && !introduces))
        // Once more would help nobody, and only a person knows whether it was just taken over.
        let theft =
            "unless you have just done so, at a station that you trust: sudo intercomctl site init"
            + " house --take-over"
        #expect(told.hasSuffix(theft))
    }

    /// A box that introduces leaves its site first, and may have no peer then to join from.
    @Test func anOfferNamesCommandsThatWorkHereAndThere() {
        var offer = SiteStatus.Offer()
        (offer.peer, offer.name, offer.fingerprint) = ("garage", "house", "3071 7782 1193")
        station.site.offers = [offer]
        expect(
            station.noteLines, "garage: shows the site house -> to join it: intercomctl site join")
        // A key that was left may be a thief's.
        station.site.offers[0].wasLeft = true
        expect(
            station.noteLines,
            "garage: shows the site house with the key 3071 7782 …, which this station has left"
                + " -> to go back to it, if no thief has that key: intercomctl site join garage")
        station.site.offers[0].wasLeft = false
        (station.site.name, station.site.fingerprint) = ("house", "6615 5028 5009")
        let leaving =
            "sudo intercomctl site leave, then intercomctl pair --join, and sudo intercomctl pair"
            + " --join CODE at the station that introduces that one"
        for (introduces, joining) in [(false, "intercomctl site join garage"), (true, leaving)] {
            (station.site.name, station.site.introduces) = ("house", introduces)
            expect(
                station.noteLines,
                "garage: is in a site house with the key 3071 7782 …, and this station in the one"
                    + " with 6615 5028 … -> if that one is the right one, here: \(joining); if"
                    + " this one is, intercomctl status there says how")
            station.site.name = "work"
            expect(
                station.noteLines,
                "garage: offers the site house -> to switch from work to it: \(joining)")
        }
        // Back to one that was left it goes by the same command.
        (station.site.introduces, station.site.offers[0].wasLeft) = (false, true)
        expect(
            station.noteLines,
            "garage: offers the site house, which this station has left -> to switch from work to"
                + " it: intercomctl site join garage")
        // The daemon tells of each such site when it is first shown.
        (station.site.name, station.site.fingerprint) = ("house", "6615 5028 5009")
        #expect(
            Advice.offer(station.site.offers[0], to: station.site).sentence.hasPrefix(
                "garage: is in a site house with the key 3071 7782 …, which this station has left,"
                    + " and this station in the one with 6615 5028 … -> if that one is the right"
                    + " one, here: intercomctl site join garage; "))
    }

    @Test(arguments: [
        ("kitchen", "this station itself is called that -> give this one another name, in"),
        ("garage", "another peer has that name -> give that one another, in "),
        ("house", "a channel has that name -> give that one another, in the settings, then"),
    ])
    func whatHasTheNameOfAStationOfTheSiteIsNamedWithTheWayOut(name: String, words: String) {
        let told = Advice.nameTaken(name, in: station.config).sentence
        #expect(told.hasPrefix("\(name): the one of the site is no peer here: \(words)"))
        #expect(told.contains("site replace kitchen PEER") == (name == "kitchen"))
    }

    /// What it says stays for a day, whatever lists follow, and ends with the key of the site.
    @Test func whomNewerListsTakeOutAndIntroduceIsSaidForADay() throws {
        let keys = (0..<3).map { _ in X25519.publicKey(of: .random()) }
        func roster(_ key: borrowing SigningKey, _ names: [String]) throws -> Roster {
            var roster = try #require(Roster(name: "house", key: key.verifyingKey))
            for (name, key) in zip(["hall", "attic", "barn"], keys) where names.contains(name) {
                try roster.add(#require(Roster.Station(name: name, key: key)))
            }
            return roster
        }
        let key = SigningKey.random()
        let (two, other) = (try roster(key, ["hall", "attic"]), try roster(key, ["barn", "hall"]))
        var changes = RecentSiteChanges()
        let now = Kitchen.now
        var isNews = changes.note(two, after: two, at: now)
        #expect(!isNews && changes.fault(of: two, at: now) == nil)
        isNews = changes.note(other, after: two, at: now)
        #expect(isNews)
        station.siteNote = changes.fault(of: other, at: now)
        #expect(
            station.noteLines == [
                "lately the site house took out attic; introduced barn -> if none of your"
                    + " own people did that, its key is stolen; unless you have just taken it over,"
                    + " at a station that you trust: sudo intercomctl site init house --take-over"
            ])
        isNews = changes.note(other, after: other, at: now + .seconds(60))
        #expect(!isNews)
        #expect(changes.fault(of: other, at: now + .seconds(86_399)) != nil)
        #expect(changes.fault(of: other, at: now + .seconds(86_400)) == nil)
        // Undone by the next list, it is still said.
        isNews = changes.note(two, after: other, at: now + .seconds(60))
        #expect(isNews)
        for (age, words) in [
            (60, "took out attic; introduced barn; took out barn; introduced attic"),
            (86_430, "took out barn; introduced attic"),
        ] {
            let told = changes.fault(of: two, at: now + .seconds(age))?.text
            #expect(told == "lately the site house \(words)")
        }
        // A site that was taken over needs no other key.
        let anew = try roster(SigningKey.random(), ["hall", "attic"])
        #expect(changes.fault(of: anew, at: now + .seconds(60)) == nil)
    }

    @Test func whoHasNotChangedOverIsNamed() {
        station.site.name = "house"
        station.site.left = ["garage", "office"]
        let words =
            "in this site under a former key: garage, office -> to change over, there:"
            + " intercomctl site join, which asks for the digits"
        expect(station.noteLines, "\(words); else see troubleshoot.md")
        // Of the two, one is listed as the peer that shows it; one line is enough.
        var offer = SiteStatus.Offer()
        (offer.peer, offer.name, offer.wasLeft) = ("office", "house", true)
        station.site.offers = [offer]
        expect(
            station.noteLines,
            "\(words); if theirs is the right one, here: intercomctl site join office")
    }

    /// A box that gives in and joins another site has the stolen one as a peer; it puts out nobody.
    @Test func whoIntroducesASiteThatWasLeftIsNamed() throws {
        (station.site.name, station.site.left) = ("house", ["garage"])
        let words = "garage: introduces this site under a former key"
        let outside = "\(words), and is not in it now -> if it was stolen"
        station.site.formerIntroducers = [.init(peer: "garage", station: nil)]
        expect(
            station.noteLines,
            "\(outside), take it out of \(station.config.peers[0].origin.file); else see"
                + " troubleshoot.md")
        // A peer that settings name cannot be removed.
        func told(_ main: String) throws -> String {
            let peer = "[peer garage]\nkey = \(station.config.peers[0].key)\n"
            let texts = [(ConfigSource.Role.main, "[station]\nname = kitchen\n\(main)")]
            let config = try Config(
                (texts + [(.learned, peer)]).map { role, text in
                    ConfigSource(role: role, path: "\(role).conf", bytes: Array(text.utf8))
                }, paths: station.config.paths)
            return Advice.formerIntroducer(
                station.site.formerIntroducers[0], to: station.site, config
            ).sentence
        }
        #expect(
            try told("")
                == "\(outside), sudo intercomctl peer remove garage; else see troubleshoot.md")
        #expect(
            try told("[button door]\nline = GPIO17\ntalk = garage\n")
                == "\(outside), sudo intercomctl peer set garage --revoked yes; else see"
                + " troubleshoot.md")
        // A list that was carried over has a stolen one still, perhaps under another name.
        station.site.formerIntroducers = [.init(peer: "garage", station: "barn")]
        var offer = SiteStatus.Offer()
        (offer.peer, offer.name, offer.wasLeft) = ("garage", "house", true)
        for (introduces, place, way) in [
            (true, "here", ""),
            (
                false, "where the site is introduced",
                "; if its site is the right one, here: intercomctl site join garage"
            ),
        ] {
            (station.site.introduces, station.site.offers) = (introduces, introduces ? [] : [offer])
            expect(
                station.noteLines,
                "\(words) -> if it was stolen, \(place): sudo intercomctl site remove"
                    + " barn\(way); else see troubleshoot.md")
        }
    }

    /// A site brings its channels and stations by itself.
    @Test func aButtonWithoutItsTargetIsToldAsTheSettingsAre() throws {
        let text = Kitchen.text.split(separator: "\n").map {
            $0 == "talk = garage" ? "talk = up\nhold = signal barn" : String($0)
        }.joined(separator: "\n")
        let station = try Kitchen.snapshot(text, site: "")
        let missing = try config(text, site: "").awaited
        expect(
            missing.map(\.what), "talk: there is no channel or peer \"up\" now: nobody hears it",
            "hold: there is no peer \"barn\" now")
        #expect(station.noteLines == missing.map { "\($0.origin): \($0.what) -> \($0.fix)" })
    }

    /// In a site they come by themselves.
    @Test func aChannelThatIsNotHereIsToldOfWhereAPersonMayAddIt() throws {
        let station = try Kitchen.snapshot { board in
            let binding = StreamBinding(
                mid: 7, stream: 6, purpose: .talk, priority: .normal, reference: 0xBAD)
            board.receive(ControlRecord.stream(binding), from: Kitchen.garage, at: Kitchen.now)
        }
        var isTold: Bool { station.noteLines.contains { $0.hasPrefix("garage: has a channel") } }
        #expect(isTold)
        station.site.offers = [SiteStatus.Offer()]
        #expect(!isTold)
        station.site.offers = []
        station.peers[Kitchen.garage].isInSite = true
        #expect(!isTold)
    }

    @Test func aRingThatNobodyHearsIsToldUnlessALampShowsIt() throws {
        station.state.volumes[.ring] = 21
        #expect(station.noteLines == [])
        station.state.volumes[.ring] = 20
        expect(
            station.noteLines,
            "no call is heard here: the volume of rings is at 20 % -> intercomctl volume ring 100")
        // Each by itself would be heard.
        (station.state.volumes[.ring], station.state.volumes[.speaker]) = (60, 60)
        #expect(station.noteLines.count { $0.contains("rings is at 60 %") } == 1)
        let lit = try Kitchen.snapshot(
            Kitchen.text.replacing("show = talking", with: "show = ringing"))
        lit.state.volumes[.ring] = 0
        #expect(!lit.noteLines.contains { $0.contains("no call") })
    }

    @Test func xrunsAreToldOfWhenTheyAreMoreThanAFewAndMoreThanOneAnHour() throws {
        func note(_ xruns: UInt64, hours: Int) throws -> [String] {
            let station = try Kitchen.snapshot(up: .seconds(hours * 3600))
            station.media[.captureXruns] = xruns - 1
            station.media[.playbackXruns] = 1
            return station.noteLines
        }
        #expect(try note(2, hours: 0) == [])
        #expect(try note(20, hours: 24) == [])
        try expect(
            note(30, hours: 24),
            "30 xruns since the start: sound has gaps -> see what loads the machine (top), or set"
                + " period = 20ms in [audio]")
    }

    @Test func aRightToListenThatSleepsIsToldOnlyWherePeersHaveIt() throws {
        func hush(_ board: inout Switchboard) {
            let policies = [Policy](repeating: Policy(), count: PeerDirectory.capacity)
            board.consent(to: policies, .none, .open, isHalfDuplex: false, at: Kitchen.now)
        }
        #expect(try Kitchen.snapshot { hush(&$0) }.noteLines == [])
        let text = Kitchen.text + "[policy office]\ndrop-in = allow\n"
        #expect(try Kitchen.snapshot(text).noteLines == [])
        #expect(try Kitchen.snapshot(text) { hush(&$0) }.noteLines.count == 1)
    }

    @Test func noiseIsToldWhenItIsKnownToBeTooMuch() throws {
        station.media[.signalToNoise] = 401
        #expect(station.noteLines == [])
        station.media[.signalToNoise] = 301
        #expect(station.noteLines == [try #require(Advice.noise(30)).sentence])
    }

    @Test func detoursAreToldOfCardsThatAreOpen() throws {
        station.input.route = PCMRoute(dump: "Hardware PCM card 1 'Card'\nDirect Snoop PCM\n")
        let detours = try #require(station.input.route).detours
        #expect(station.noteLines.count == detours.count)
        station.input.granted = nil
        #expect(station.noteLines == [])
    }

    @Test func aControlThatIsNotThereIsToldOnlyWhereItIsToBeSet() {
        station.output.mixerChange = .init(name: "PCM", percent: 80, isMuted: false)
        expect(
            station.noteLines,
            "volume: speaker has no control PCM to set -> amixer scontrols lists them")
        station.output.control = CardControl(
            name: "PCM", direction: .playback, percent: 80, isMuted: false)
        #expect(station.noteLines == [])
    }
}
