import Crypto
import Testing

@testable import Site

/// Stations with which all others begin anew.
extension RosterTests {
    @Test func aRenewalIsOfOneNumberAndFollowsItsStation() throws {
        let house = try House(["attic", "barn", "kitchen"])
        let first = house.roster
        let key = try #require(first.stations.first { $0.name == "barn" }?.key)
        try house.roster.renew("barn")
        #expect(house.roster.counter == first.counter + 1)
        #expect(try Roster(parsing: house.text) == house.roster)
        #expect(String(decoding: house.text, as: UTF8.self).contains("\nrenewed barn 5\n"))
        let second = house.roster
        #expect(second.isRenewed(key, since: first) && !second.isRenewed(key, since: second))
        #expect(!second.isRenewed(key, since: nil))
        #expect(!second.isRenewed(first.stations[0].key, since: first))
        // Another name and other changes leave it as it is; a second one does not.
        try house.roster.rename("barn", to: "yard")
        try house.roster.set(#require(Roster.Channel(name: "all-of-us", members: nil)))
        try house.roster.renew("attic")
        #expect(!house.roster.isRenewed(key, since: second))
        #expect(house.roster.isRenewed(key, since: first))
        #expect(try Roster(parsing: house.text) == house.roster)
        try house.roster.renew("yard")
        #expect(house.roster.isRenewed(key, since: second))
        #expect(throws: RosterChangeError.isUnknown) { try house.roster.renew("barn") }
        // It goes with its station.
        try house.roster.remove("yard")
        #expect(!String(decoding: house.text, as: UTF8.self).contains("renewed yard"))
        try house.roster.replace("attic", by: Self.station("attic"))
        #expect(!String(decoding: house.text, as: UTF8.self).contains("renewed attic 7\n"))
    }

    /// One that comes may have been there before, and have psks that the others have not.
    @Test func oneThatComesBeginsAnewWithAllOthers() throws {
        let house = try House(["attic"])
        #expect(!String(decoding: house.text, as: UTF8.self).contains("renewed"))
        let barn = try Self.station("barn")
        try house.roster.add(barn)
        let before = house.roster
        #expect(house.roster.body.hasSuffix("\nrenewed barn 3\n"))
        #expect(try Roster(parsing: house.text) == house.roster)
        try house.roster.remove("barn")
        try house.roster.add(barn)
        #expect(house.roster.isRenewed(barn.key, since: before))
        #expect(!house.roster.isRenewed(house.roster.stations[0].key, since: before))
        // In another one's place, it does, too; under another name, it does not.
        try house.roster.remove("barn")
        let without = house.roster
        try house.roster.replace("attic", by: barn)
        #expect(house.roster.isRenewed(barn.key, since: without))
        let with = house.roster
        try house.roster.rename("barn", to: "yard")
        #expect(!house.roster.isRenewed(barn.key, since: with))
    }

    /// Who changes over to the site's new key has the psks of before.
    @Test func aSiteThatIsTakenOverRenewsNobody() throws {
        let house = try House(["attic", "barn"])
        let key = SigningKey.random()
        let anew = try #require(
            Roster(name: "house", key: key.verifyingKey, takingOver: house.roster))
        #expect(anew.counter == 1 && anew.stations == house.roster.stations)
        #expect(try Roster(parsing: Array(anew.signed(by: key).utf8)) == anew)
        for station in anew.stations { #expect(!anew.isRenewed(station.key, since: house.roster)) }
    }

    @Test func onlyOneWayToWriteRenewalsIsTaken() throws {
        let house = try House(["attic", "barn"])
        try house.roster.set(#require(Roster.Channel(name: "yard", members: nil)))
        try house.roster.renew("attic")
        try house.roster.renew("barn")
        let body = house.roster.body
        #expect(Self.fault(house.signed(body)) == nil)
        let (attic, barn) = ("renewed attic 5\n", "renewed barn 6\n")
        #expect(body.hasSuffix("channel yard *\n" + attic + barn))
        let start = body.dropLast(attic.count + barn.count)
        for lines in [
            barn + attic, attic + attic, "renewed yard 5\n", "renewed attic 0\n",
            "renewed attic 7\n", "renewed attic 05\n", "renewed attic\n",
            "renewed attic 5 5\n", attic + "channel z *\n",
        ] {
            #expect(Self.fault(house.signed(start + lines)) != nil, "\(lines)")
        }
        #expect(Self.fault(house.signed(String(start) + attic)) == nil)
    }
}
