import Crypto
import Testing
import Time
import Wire

@testable import Peering

@Suite struct RosterHoldingTests {
    /// One has come, and is to be written, while a newer one, or that of another site, is.
    @Test(arguments: [nil, false, true])
    func oneThatIsOlderThanWhatIsHeldMeanwhileIsNoNews(isOtherSite: Bool?) throws {
        let house = try House.joined(3)
        try house.roster.add(house.newcomer())
        let (older, text) = (house.roster, house.text)
        let now = house.now
        house.stations[1].exchange.receive(
            .roster(RosterExchange.Held(older, text).notice), from: 0, at: now)
        for _ in 0..<8 {
            while let (_, record) = house.stations[1].exchange.nextRecord() {
                guard case .rosterQuestion(let question) = record,
                    let part = FilePart(
                        ofRoster: text.span, at: question.offset, text: question.text)
                else { continue }
                house.stations[1].exchange.receive(.rosterPart(part), from: 0, at: now)
            }
            house.stations[1].exchange.tick(at: now)
        }
        if let isOtherSite {
            let held = isOtherSite ? try House(3) : house
            try held.roster.add(held.newcomer())
            house.stations[1].exchange.hold(held.roster, text: held.text, at: now)
        }
        let news = house.stations[1].exchange.nextNews()
        // The control: by itself it is taken.
        let isNew = if case .toAdopt(let found)? = news { found.roster == older } else { false }
        #expect(isNew == (isOtherSite == nil))
    }

    /// What is shown is the newest list that any peer has, and people are told of a site once.
    @Test func anOfferFollowsTheSite() throws {
        let house = try House(3)
        house.run(.milliseconds(5))
        let other = try House(0)
        try other.roster.add(house.entry(1))
        let (site, old, first) = (other.roster.key.reference, other.text, other.roster.counter)
        offer(old, counter: first, in: house, site: site)
        try other.roster.add(other.newcomer())
        let newer = other.roster.counter
        offer(other.text, counter: newer, in: house, site: site)
        house.now = house.now + .seconds(5)
        offer(other.text, counter: newer, in: house, site: site)
        #expect(house.stations[1].exchange.offers.map(\.roster) == [other.roster])
        offer(old, counter: first, in: house, from: 2, site: site)
        #expect(house.stations[1].exchange.offers.map(\.roster) == [other.roster])
        #expect(house.stations[1].news == [.offered(peer: 0)])
    }
}
