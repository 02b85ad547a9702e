import Discovery
import Testing
import Time

@testable import Pairing

/// Stations on one LAN, with all that they announce: who meets whom, and who nobody.
@Suite struct MeetingLANTests {
    private func pair(
        apart seconds: Double,
        isLost: @escaping (MeetingBox, MeetingBox) -> Bool = { _, _ in false }
    ) throws -> (MeetingBox, MeetingBox) {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        lan.isLost = isLost
        lan.hold(kitchen)
        lan.run(until: seconds)
        lan.hold(garage)
        lan.run(until: 250)
        return (kitchen, garage)
    }

    /// Both have the key of the other, and one secret.
    private func arePaired(_ one: MeetingBox, _ two: MeetingBox) -> Bool {
        guard case .paired(let key, let psk)? = one.outcomes.last else { return false }
        return key == two.card.publicKey
            && two.outcomes.last == .paired(one.card.publicKey, psk: psk)
    }

    @Test(arguments: [0, 0.1, 1, 30, 59, 59.7])
    func twoThatAreHeldWithinAMinuteArePaired(apart: Double) throws {
        for _ in 0..<4 {
            let (kitchen, garage) = try pair(apart: apart)
            #expect(arePaired(kitchen, garage), "\(kitchen.outcomes) \(garage.outcomes)")
            #expect(kitchen.outcomes.count == 1 && garage.outcomes.count == 1)
        }
    }

    @Test(arguments: [60.3, 61, 90]) func laterTheyAreNot(apart: Double) throws {
        let (kitchen, garage) = try pair(apart: apart)
        #expect(kitchen.outcomes == [.noStationFound])
        #expect(garage.outcomes == [.noStationFound])
    }

    @Test func oneThatWasHeldInVainIsPairedLater() throws {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        lan.hold(kitchen)
        lan.run(until: 70)
        #expect(kitchen.outcomes == [.noStationFound])
        lan.hold(kitchen)
        lan.run(until: 80)
        lan.hold(garage)
        lan.run(until: 250)
        #expect(arePaired(kitchen, garage), "\(kitchen.outcomes) \(garage.outcomes)")
    }

    @Test func theyPairAMinuteAfterTheSecondHold() throws {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        lan.hold(kitchen)
        lan.run(until: 20)
        lan.hold(garage)
        lan.run(until: 82.9)
        #expect(kitchen.outcomes == [] && garage.outcomes == [])
        lan.run(until: 84)
        #expect(arePaired(kitchen, garage))
    }

    /// Where a station pairs three seconds after it has seen another one, the third takes both.
    @Test(arguments: [1, 20, 59] as [Double])
    func aThirdThatAnswersEverybodyAtOncePairsWithNobody(apart: Double) throws {
        for isHasty in [false, true] {
            let looking = isHasty ? .seconds(3) : ButtonMeeting.looking
            let lan = MeetingLAN()
            let kitchen = try lan.add("kitchen", looking: looking)
            let garage = try lan.add("garage", looking: looking)
            let thief = try lan.add("thief", looking: .zero)
            lan.hold(kitchen)
            lan.hold(thief)
            lan.run(until: apart)
            if thief.paired != nil { lan.hold(thief) }
            lan.hold(garage)
            lan.run(until: apart + 5)
            if thief.core == nil { lan.hold(thief) }
            lan.run(until: 250)
            guard isHasty else {
                #expect(kitchen.outcomes == [.crowded] && garage.outcomes == [.crowded])
                #expect(thief.paired == nil)
                continue
            }
            // The control, where there is time between the two holds.
            if apart > 3 { #expect(kitchen.paired == thief.card.publicKey) }
        }
    }

    /// Wherever the third begins, nobody pairs, unless the two were done before.
    @Test func aThirdAtAnyMomentMakesItNobody() throws {
        for tenth in stride(from: 0.0, to: 95, by: 4.7) {
            let lan = MeetingLAN()
            let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
            let third = try lan.add("third")
            for (moment, box) in [(10, kitchen), (30, garage), (tenth, third)].sorted(by: {
                $0.0 < $1.0
            }) {
                lan.run(until: moment)
                lan.hold(box)
            }
            lan.run(until: 280)
            let all = [kitchen, garage, third].map(\.outcomes)
            if tenth < 92.5 {
                #expect(all == [[.crowded], [.crowded], [.crowded]], "at \(tenth) s")
            } else {
                #expect(arePaired(kitchen, garage) && all[2] == [.noStationFound], "at \(tenth) s")
            }
        }
    }

    @Test func lostAnnouncementsDoNotHinder() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var chance = SplitMix(seed)
        // With ten seconds in common, one pair in a hundred would not see each other.
        for apart in [0.0, 1, 20, 40] {
            for _ in 0..<5 {
                let (kitchen, garage) = try pair(apart: apart) { _, _ in
                    chance.next() % 10 < 3
                }
                #expect(
                    arePaired(kitchen, garage),
                    "seed \(seed), \(apart) s: \(kitchen.outcomes) \(garage.outcomes)")
            }
        }
    }

    /// Three in ten are lost, and the third is seen all the same.
    @Test func lostAnnouncementsDoNotHideAThird() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var chance = SplitMix(seed)
        for moment in [0.0, 15, 45, 60] {
            let lan = MeetingLAN()
            lan.isLost = { _, _ in chance.next() % 10 < 3 }
            let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
            let third = try lan.add("third")
            for (at, box) in [(10, kitchen), (30, garage), (moment, third)].sorted(by: {
                $0.0 < $1.0
            }) {
                lan.run(until: at)
                lan.hold(box)
            }
            lan.run(until: 280)
            let paired = [kitchen, garage, third].compactMap(\.paired)
            #expect(paired.isEmpty, "seed \(seed), \(moment) s")
        }
    }

    @Test func aStationThatDoesNotMeetTakesNoPart() throws {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        lan.hold(kitchen)
        lan.run(until: 200)
        #expect(kitchen.outcomes == [.noStationFound])
        #expect(garage.outcomes == [] && garage.discovery.meetingPlaces.list == [])
        #expect(garage.discovery.counts.beacons == 0)
    }

    @Test func aFloodOfAnnouncementsMakesItNobody() throws {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        lan.hold(kitchen)
        lan.hold(garage)
        lan.run(until: 20)
        for _ in 0..<101 {
            lan.inject([UInt8](repeating: 0, count: 12), from: garage.address, to: kitchen)
        }
        lan.run(until: 200)
        #expect(kitchen.outcomes == [.blind])
        #expect(garage.paired == nil)
    }

    @Test func whoEndsItIsNotWaitedFor() throws {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        lan.hold(kitchen)
        lan.hold(garage)
        lan.run(until: 30)
        kitchen.leave()
        lan.run(until: 70)
        #expect(garage.outcomes == [.noStationFound])
    }
}
