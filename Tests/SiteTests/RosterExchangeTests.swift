import Crypto
import Seeds
import Testing
import Time
import Wire

@testable import Peering

@Suite struct RosterExchangeTests {
    // MARK: What spreads

    @Test func theIntroducerTellsThatItIsOne() throws {
        let house = try House(3)
        house.hold(at: 0)
        house.stations[0].exchange.setIntroduces(true, at: house.now)
        house.run(.seconds(1))
        // What was told before the others have joined counts then.
        #expect(house.stations[1].exchange.introducers == [])
        house.joinAll()
        #expect(house.stations.map { $0.exchange.introducers } == [[], [0], [0]])
        // It is still the one while it is off; and no station needs a roster for that.
        house.cut(0)
        house.run(.seconds(60))
        #expect(house.stations[1].exchange.introducers == [0])
        #expect(house.stations.allSatisfy { $0.taken == 0 })
        // The key goes to another station, and one that is out is none.
        house.mend(0)
        house.stations[0].exchange.setIntroduces(false, at: house.now)
        house.stations[1].exchange.setIntroduces(true, at: house.now)
        // At once, whoever of the two tells of the roster first.
        house.run(.seconds(1))
        #expect(house.stations.map { $0.exchange.introducers } == [[1], [], [1]])
        try house.roster.remove("s1")
        house.hold(at: 2)
        #expect(house.stations[2].exchange.introducers == [])
    }

    /// The introducer speaks to one station alone; the others hear of it from each other.
    @Test func itGoesOnFromStationToStation() throws {
        let house = try House(4)
        house.joinAll()
        house.links = [[0, 1], [1, 2], [2, 3]]
        house.run(.seconds(1))
        try house.roster.remove("s3")
        house.hold(at: 0, run: .seconds(5))
        // The last one is out: nobody gives it the roster that says so.
        let now = house.roster.counter
        #expect(house.counters == [now, now, now, now - 1])
        #expect(house.stations[3].lost.isEmpty)
    }

    @Test func oneThatWasAwayCatchesUp() throws {
        let house = try House.joined(3)
        house.cut(2)
        for _ in 0..<3 {
            try house.grow(at: 0)
        }
        house.run(.seconds(2))
        #expect(house.counters[2] == house.counters[0] - 3)
        // The one that is up is known to have it.
        #expect(house.knownToHave(by: 0) == [1])
        // The other one had an older one when it was heard last.
        let told = house.stations[0].exchange.told(by: house.stations[2].key)
        #expect(told?.counter == house.counters[2])
        // The introducer is off by then.
        house.mend(2)
        house.cut(0)
        house.run(.seconds(2))
        #expect(house.counters[2] == house.counters[0])
        #expect(house.knownToHave(by: 1) == [0, 2])
        // What they had in another site says nothing of this one.
        house.stations[1].exchange.hold(nil, text: [], at: house.now)
        #expect(house.knownToHave(by: 1) == [])
    }

    /// Such as an introducer that was restored from an older backup.
    @Test func oneThatFallsBackIsToldAtOnce() throws {
        let house = try House(3)
        house.joinAll()
        let older = house.roster
        try house.roster.add(house.newcomer())
        house.joinAll(run: .seconds(10))
        let newest = house.roster.counter
        house.roster = older
        house.hold(at: 0)
        #expect(house.counters[0] == newest - 1)
        house.run(.seconds(3))
        #expect(house.counters[0] == newest)
    }

    @Test(arguments: [0, 10, 30])
    func nothingIsLostForGoodOnABadNetwork(percent: Int) throws {
        let house = try House(4, loss: percent)
        house.joinAll(run: .seconds(1))
        for _ in 0..<20 { try house.roster.add(house.newcomer()) }
        house.hold(at: 0, run: .seconds(percent == 0 ? 3 : 300))
        #expect(house.counters == Array(repeating: house.roster.counter, count: 4), "\(house.seed)")
    }

    @Test func allIsQuietOnceAllHaveTheSame() throws {
        let house = try House(3)
        house.joinAll(run: .seconds(10))
        let before = house.sent
        house.run(.seconds(600))
        // A notice every 15 s, each way of three pairs.
        #expect((230...246).contains(house.sent - before))
    }

    // MARK: Who comes in

    @Test func aPersonDecidesWhetherAStationJoins() throws {
        let house = try House(2)
        house.hold(at: 0, run: .seconds(2))
        #expect(house.stations[1].exchange.held == nil)
        #expect(house.stations[1].exchange.offers.map(\.peer) == [0])
        #expect(house.stations[1].news == [.offered(peer: 0)])
        // It is not asked twice for one roster.
        house.run(.seconds(300))
        #expect(house.stations[1].news.count == 1)
        // The one that gave it has it, which needs no notice.
        house.hold(at: 1)
        #expect(house.knownToHave(by: 1) == [0])
    }

    @Test func ofThoseThatShowASiteTheOneThatIntroducesItIsNamed() throws {
        let house = try House(3)
        house.hold(at: 0, run: .seconds(2))
        #expect(house.stations[1].exchange.offers.map(\.peer) == [0])
        house.hold(at: 2)
        house.stations[2].exchange.setIntroduces(true, at: house.now)
        house.run(.seconds(2))
        #expect(house.stations[1].exchange.offers.map(\.peer) == [2])
        #expect(house.stations[1].news == [.offered(peer: 0)], "it is told of once")
        house.run(.seconds(60))
        #expect(house.stations[1].exchange.offers.map(\.peer) == [2])
        // It introduces another site now, and the giver shows the former one.
        let other = try another(of: house)
        offer(other, in: house, from: 2)
        #expect(house.stations[1].exchange.offers.map(\.peer) == [0, 2])
    }

    /// Each site that a peer shows is looked at, and told of; but not one after the other.
    @Test func aPeerThatShowsManySitesIsLookedAtNowAndThen() throws {
        let house = try House(2)
        house.run(.milliseconds(5))
        for _ in 0..<50 {
            let other = try House(0)
            try other.roster.add(house.entry(1))
            offer(other, in: house)
            house.now = house.now + .seconds(3)
        }
        #expect((2...4).contains(house.stations[1].news.count))
        #expect(house.stations[1].exchange.offers.count == 1)
    }

    @Test func oneThatIsToldSoJoinsAndNobodyElse() throws {
        let house = try House(3)
        house.stations[1].introductions = .from(house.stations[0].key)
        house.stations[2].introductions = .from(house.stations[1].key)
        house.hold(at: 0, run: .seconds(2))
        // The third has it from the second, which it trusts, and not from the first.
        #expect(house.counters == [4, 4, 4])
        let other = try House(2)
        other.stations[1].introductions = .from(house.stations[0].key)
        other.hold(at: 0, run: .seconds(2))
        #expect(other.stations[1].exchange.held == nil)
        #expect(other.stations[1].exchange.offers.isEmpty)
        #expect(other.stations[1].sent == 0)
    }

    @Test func noMeansNo() throws {
        let house = try House(2)
        house.stations[1].introductions = .no
        house.joinAll()
        try house.grow(at: 0, run: .seconds(100))
        #expect(house.counters[1] == house.counters[0] - 1)
        #expect(house.stations[1].news.isEmpty)
    }

    @Test func aStrangerToTheSiteLearnsNothingOfIt() throws {
        let house = try House(2)
        house.hold(at: 0)
        try house.roster.remove("s1")
        house.hold(at: 0, run: .seconds(100))
        #expect(house.sent == 0)
        let notice = try #require(house.stations[0].exchange.held?.notice)
        house.stations[0].exchange.receive(
            .rosterQuestion(RosterQuestion(text: notice.text, offset: 0)), from: 1, at: house.now)
        #expect(house.stations[0].exchange.nextRecord() == nil)
        // The control: one that is in it does.
        try house.roster.add(house.entry(1))
        house.hold(at: 0)
        let newer = try #require(house.stations[0].exchange.held?.notice)
        house.stations[0].exchange.receive(
            .rosterQuestion(RosterQuestion(text: newer.text, offset: 0)), from: 1, at: house.now)
        #expect(house.stations[0].exchange.nextRecord()?.peer == 1)
    }

    // MARK: Another site

    private func former(_ house: House, name: String? = "house") -> RosterExchange.Left {
        RosterExchange.Left(site: house.roster.key.reference, name: name)
    }

    /// A roster of another site, which has station 1 of this house.
    private func another(of house: House) throws -> House {
        let other = try House(0)
        try other.roster.add(house.entry(1))
        return other
    }

    @Test func aPersonDecidesWhetherAStationChangesOver() throws {
        let house = try House.joined(3)
        let (held, other) = (house.counters[1], try another(of: house))
        offer(other, in: house)
        #expect(house.stations[1].news == [.offered(peer: 0)])
        #expect(house.stations[1].exchange.offers.map(\.roster) == [other.roster])
        #expect(house.stations[1].exchange.held?.roster == house.roster)
        // It does not keep out what its own site says, which does not hide it.
        try house.roster.add(house.newcomer())
        offer(house, in: house, from: 2)
        #expect(house.counters[1] == held + 1)
        #expect(house.stations[1].exchange.offers.map(\.roster) == [other.roster])
        // A peer that has changed over shows its former site no more.
        house.now = house.now + .seconds(61)
        offer(other, in: house)
        #expect(house.stations[1].exchange.offers.map(\.roster) == [other.roster])
        offer(house, in: house)
        #expect(house.stations[1].exchange.offers.isEmpty)
        // One that does not have this station is no offer.
        let third = try House(1)
        offer(third, in: house, from: 2)
        #expect(house.stations[1].exchange.offers.isEmpty)
    }

    /// A person may go back to it, except where a site's key would be lost.
    @Test(arguments: [false, true])
    func aSiteThatWasLeftIsOfferedAndNotTaken(introduces: Bool) throws {
        let house = try House.joined(3)
        let (held, other) = (house.counters[1], try another(of: house))
        house.stations[1].exchange.setIntroduces(introduces, at: house.now)
        house.stations[1].exchange.left = [former(other), former(house)]
        offer(other, in: house)
        #expect(
            house.stations[1].exchange.offers.map(\.roster) == (introduces ? [] : [other.roster]))
        #expect(house.stations[1].news == (introduces ? [] : [.offered(peer: 0)]))
        #expect(house.stations[1].exchange.held?.roster == house.roster)
        try house.roster.add(house.newcomer())
        offer(house, in: house, from: 2)
        #expect(house.counters[1] == held + 1)
        #expect(house.stations[1].exchange.peersLeft(at: house.now).count == 1)
        // One that is up and tells no more of it has left it, too; what one that is off has is not
        // known.
        let later = house.now + .seconds(61)
        #expect(house.stations[1].exchange.peersLeft(at: later).isEmpty)
        house.cut(0)
        #expect(house.stations[1].exchange.peersLeft(at: house.now).isEmpty)
        // One that is back in it with this station is in none that was left.
        house.mend(0)
        #expect(house.stations[1].exchange.peersLeft(at: house.now) == [0])
        house.stations[1].exchange.hold(other.roster, text: other.text, at: house.now)
        #expect(house.stations[1].exchange.peersLeft(at: house.now).isEmpty)
    }

    /// One that gives its own take-over up is shown the site of the others, also without a restart.
    @Test func whoLeavesASiteIsShownTheOneBefore() throws {
        let house = try House.joined(3)
        let mine = try another(of: house)
        house.stations[1].exchange.left = [former(house)]
        house.stations[1].exchange.hold(mine.roster, text: mine.text, at: house.now)
        house.stations[1].exchange.setIntroduces(true, at: house.now)
        house.run(.seconds(60))
        #expect(house.stations[1].exchange.offers.isEmpty)
        house.stations[1].exchange.left?.append(former(mine))
        house.stations[1].exchange.hold(nil, text: [], at: house.now)
        house.stations[1].exchange.setIntroduces(false, at: house.now)
        house.run(.seconds(16))
        #expect(house.stations[1].exchange.offers.map(\.roster) == [house.roster])
        // An introducer, which cannot join it, is not shown it any longer.
        house.stations[1].exchange.setIntroduces(true, at: house.now)
        #expect(house.stations[1].exchange.offers.isEmpty)
    }

    @Test func whoIntroducesASiteThatWasLeftIsKnown() throws {
        let house = try House.joined(3)
        let other = try another(of: house)
        func tell(from peer: Int, introduces: Bool) {
            var notice = RosterNotice(
                site: other.roster.key.reference, counter: other.roster.counter,
                size: UInt16(other.text.count), text: Roster.reference(of: other.text))
            notice.introduces = introduces
            house.stations[1].exchange.receive(.roster(notice), from: peer, at: house.now)
        }
        tell(from: 0, introduces: true)
        tell(from: 2, introduces: false)
        #expect(house.stations[1].exchange.formerIntroducers == [])
        // To have gone from one site to another is no sign of a thief.
        house.stations[1].exchange.left = [former(other, name: "office")]
        #expect(house.stations[1].exchange.formerIntroducers == [])
        for name in ["house", nil] {
            house.stations[1].exchange.left = [former(other, name: name)]
            #expect(house.stations[1].exchange.formerIntroducers == [0])
        }
        // A thief that is off is one still, and one that is in the site of this one is none.
        house.cut(0)
        house.now = house.now + .seconds(61)
        #expect(house.stations[1].exchange.formerIntroducers == [0])
        house.stations[1].exchange.hold(other.roster, text: other.text, at: house.now)
        #expect(house.stations[1].exchange.formerIntroducers == [])
        house.stations[1].exchange.hold(house.roster, text: house.text, at: house.now)
        #expect(house.stations[1].exchange.formerIntroducers == [0])
        // One that has left that site says nothing of it in its next session.
        house.stations[1].exchange.up(0, at: house.now)
        #expect(house.stations[1].exchange.formerIntroducers == [])
        // Nor does it in a session that goes on.
        tell(from: 0, introduces: true)
        #expect(house.stations[1].exchange.formerIntroducers == [0])
        house.now = house.now + .seconds(61)
        house.stations[1].exchange.tick(at: house.now)
        #expect(house.stations[1].exchange.formerIntroducers == [])
    }

    /// In no site, a person may go back to it, and must see that a peer shows it; settings may name
    /// a stolen introducer, which then shows a fresh key.
    @Test(arguments: [(Int?.none, false), (0, false), (0, true), (2, true)])
    func whoHasLeftAKeyIsBroughtIntoASiteByAPersonAlone(introducer: Int?, isFresh: Bool) throws {
        let house = try House(3)
        if let introducer {
            house.stations[1].introductions = .from(house.stations[introducer].key)
        }
        house.stations[1].exchange.left = [
            isFresh ? RosterExchange.Left(site: 1, name: "house") : former(house)
        ]
        house.hold(at: 0, run: .seconds(2))
        #expect(house.stations[1].exchange.held == nil)
        #expect(house.stations[1].exchange.offers.map(\.roster) == [house.roster])
    }

    @Test(arguments: [(Int?.none, false), (2, false), (0, true)])
    func settingsSayWhoMayShowAnotherSite(introducer: Int?, taken: Bool) throws {
        let house = try House.joined(3)
        house.stations[1].introductions =
            introducer.map { .from(house.stations[$0].key) } ?? .no
        house.run(.milliseconds(5))
        let other = try another(of: house)
        offer(other, in: house)
        #expect(house.stations[1].exchange.offers.isEmpty != taken)
        #expect(house.stations[1].exchange.held?.roster == house.roster)
    }

    /// A peer shows another site and gives nothing of it: what puts somebody out does not wait.
    @Test func itsOwnSiteComesFirst() throws {
        let house = try House.joined(3)
        let other = try another(of: house)
        house.stations[1].exchange.receive(
            .roster(
                RosterNotice(
                    site: other.roster.key.reference, counter: .max,
                    size: UInt16(other.text.count), text: Roster.reference(of: other.text))),
            from: 0, at: house.now)
        #expect(house.stations[1].exchange.nextRecord()?.peer == 0)
        try house.roster.add(house.newcomer())
        let counter = house.roster.counter
        offer(house, in: house, from: 2)
        #expect(house.counters[1] == counter)
    }

    // MARK: Peers that mean harm

    @Test func onlyWhatTheSiteHasSignedIsTaken() throws {
        let house = try House.joined(3)
        let held = house.roster.counter
        let former = house.text
        try house.roster.add(house.newcomer())
        let good = house.text
        // Well formed, under the signature of another text.
        let lineSize = "signature ".utf8.count + 128 + 1
        offer(good.dropLast(lineSize) + former.suffix(lineSize), counter: held + 1, in: house)
        #expect(house.counters[1] == held)
        // By another key, changed on the way, and under another number than it has.
        let thief = try House(3)
        for name in 0..<3 { thief.stations[name] = house.stations[name] }
        try thief.roster.add(thief.newcomer())
        offer(thief.text, counter: held + 1, in: house)
        #expect(house.counters[1] == held)
        offer(thief.text, counter: held + 1, in: house, site: thief.roster.key.reference)
        #expect(house.counters[1] == held)
        var forged = good
        forged[good.count / 2] ^= 1
        offer(forged, counter: held + 1, in: house)
        #expect(house.counters[1] == held)
        house.run(.seconds(1000))
        offer(good, counter: held + 9, in: house)
        #expect(house.counters[1] == held)
        #expect(house.stations[1].news.isEmpty)
        // The control, from another peer: this one rests.
        offer(good, counter: held + 1, in: house, from: 2)
        #expect(house.counters[1] == held + 1)
        house.roster = try Roster(parsing: good)
        let before = house.stations[1].sent
        offer(good, counter: held, in: house, from: 2)
        #expect(house.counters[1] == held + 1)
        #expect(house.stations[1].sent == before)
    }

    @Test func aForkIsToldAndChangesNothing() throws {
        let house = try House.joined(2)
        let before = house.roster
        try house.grow(at: 1)
        let other = house.roster
        house.roster = before
        try house.roster.add(house.newcomer())
        offer(house.text, counter: other.counter, in: house)
        #expect(house.stations[1].exchange.held?.roster == other)
        #expect(house.stations[1].news == [.forked(peer: 0)])
        #expect(house.knownToHave(by: 1) == [])
        // It is not told again and again, and not fetched again.
        offer(house.text, counter: other.counter, in: house)
        #expect(house.stations[1].news.count == 1)
        house.now = house.now + .seconds(700)
        let later = house.stations[1].sent
        offer(house.text, counter: other.counter, in: house)
        #expect(house.stations[1].news.count == 1)
        #expect(house.stations[1].sent == later)
    }

    @Test func oneThatIsLeftOutIsTold() throws {
        let house = try House.joined(3)
        let before = house.counters[1]
        try house.roster.remove("s1")
        offer(house, in: house)
        #expect(house.counters[1] == before)
        #expect(house.stations[1].news == [.leftOut(peer: 0)])
    }

    /// A peer announces again and again what it never gives: the others come in its way.
    @Test func aPeerThatGivesNothingHoldsNobodyUp() throws {
        let house = try House.joined(3)
        house.cut(0)
        let false_ = RosterNotice(
            site: house.roster.key.reference, counter: .max, size: .max, text: 1)
        for round in 0..<20 {
            var lie = false_
            lie.text = UInt64(round)
            lie.size = 32_768
            house.stations[1].exchange.receive(.roster(lie), from: 0, at: house.now)
            house.stations[1].exchange.up(0, at: house.now)
            house.run(.seconds(1))
        }
        try house.grow(at: 2, run: .seconds(20))
        #expect(house.counters[1] == house.roster.counter)
    }

    @Test func garbageHasNoEffect() throws {
        let house = try House.joined(3)
        var random = SplitMix64(seed: house.seed)
        let its = try #require(house.stations[0].exchange.held?.notice)
        for _ in 0..<20_000 {
            let word = random.next()
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: word), count: 48)
            let record: ControlRecord? =
                switch word % 3 {
                case 0:
                    .roster(
                        RosterNotice(
                            site: word & 8 == 0 ? its.site : random.next(), counter: random.next(),
                            size: UInt16(truncatingIfNeeded: random.next()), text: random.next()))
                case 1:
                    .rosterQuestion(
                        RosterQuestion(
                            text: word & 8 == 0 ? its.text : random.next(),
                            offset: UInt16(truncatingIfNeeded: random.next())))
                default:
                    FilePart(ofRoster: bytes.span, at: 0, text: word & 8 == 0 ? its.text : word)
                        .map { .rosterPart($0) }
                }
            guard let record else { continue }
            house.stations[1].exchange.receive(record, from: Int(word >> 8 % 4), at: house.now)
            while house.stations[1].exchange.nextRecord() != nil {}
            house.now = house.now + .milliseconds(5)
            house.stations[1].exchange.tick(at: house.now)
        }
        house.follow(1)
        #expect(house.counters[1] == house.roster.counter)
        #expect(house.stations[1].news.isEmpty)
    }
}
