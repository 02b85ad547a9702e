import Testing
import Time
import Wire

@testable import Discovery

@Suite struct MeetingPlacesTests {
    private func beacon(_ number: UInt8, isReady: Bool = false) -> MeetingBeacon {
        MeetingBeacon(id: [UInt8](repeating: number, count: 16), isReady: isReady)
    }

    @Test(arguments: [false, true]) func whatIsSaidIsReadBack(isReady: Bool) {
        let said = beacon(7, isReady: isReady)
        #expect(MeetingBeacon(text: said.text) == said)
        #expect(said.text.count == (isReady ? 25 : 23))
    }

    @Test func otherTextIsNoMeeting() {
        let whole = beacon(7, isReady: true).text
        for count in 0..<23 { #expect(MeetingBeacon(text: Array(whole.prefix(count))) == nil) }
        #expect(MeetingBeacon(text: [0]) == nil, "as a pairing window has it")
        let id = String(repeating: "x", count: 16)
        #expect(MeetingBeacon(text: labels("v=2", "i=" + id)) == nil)
        #expect(MeetingBeacon(text: labels("v=1", "i=" + id + "x")) == nil)
        // Of two names the first counts, and what a later version adds is no matter.
        let other = String(repeating: "y", count: 16)
        let read = MeetingBeacon(text: labels("v=1", "z", "i=" + id, "i=" + other))
        #expect(read == MeetingBeacon(id: Array(id.utf8), isReady: false))
    }

    @Test func aStationIsOneAtAllItsAddresses() {
        var places = MeetingPlaces()
        places.saw(beacon(1), at: linkLocal(1), isFarewell: false)
        places.saw(beacon(1), at: host(1), isFarewell: false)
        places.saw(beacon(1, isReady: true), at: host(1), isFarewell: false)
        places.saw(beacon(1), at: host(1), isFarewell: false)
        #expect(places.list.map(\.addresses) == [[host(1), linkLocal(1)]])
        #expect(places.list[0].isReady && !places.list[0].isGone)
        for number in 2..<20 as Range<UInt64> {
            places.saw(beacon(1), at: host(number), isFarewell: false)
        }
        #expect(places.list[0].addresses.count == 8)
    }

    @Test func oneThatIsGoneIsNotForgotten() {
        var places = MeetingPlaces()
        places.saw(beacon(1), at: host(1), isFarewell: false)
        places.saw(beacon(1), at: host(1), isFarewell: true)
        // Heard of by its farewell alone.
        places.saw(beacon(2), at: host(2), isFarewell: true)
        #expect(places.list.map(\.isGone) == [true, true])
        for number in 3...9 as ClosedRange<UInt8> {
            places.saw(beacon(number), at: host(1), isFarewell: false)
        }
        #expect(places.list.count == MeetingPlaces.most)
        places.missed()
        #expect(places.isBlind)
        places.forget()
        #expect(places.list.isEmpty && !places.isBlind)
    }

    /// A window and a meeting are of two kinds, so neither is found in the place of the other.
    @Test func aWindowIsNoMeeting() {
        var (one, two) = (station(1), station(2))
        one.meet(beacon(1), port: 7, at: ms(0))
        two.offerPairing(port: 7, at: ms(0))
        one.seekPairings(at: ms(0))
        two.seekPairings(at: ms(0))
        for moment in stride(from: 0 as Int64, to: 5000, by: 10) {
            for side in [1, 2] {
                let actions = side == 1 ? drain(&one, moment) : drain(&two, moment)
                for bytes in actions {
                    one.receive(
                        bytes.span, from: host(UInt64(side)), hopLimit: 255, on: wired,
                        at: ms(moment))
                    two.receive(
                        bytes.span, from: host(UInt64(side)), hopLimit: 255, on: wired,
                        at: ms(moment))
                }
            }
        }
        #expect(one.pairingPlaces.list(at: ms(5000)).map(\.address) == [host(2, port: 7)])
        #expect(two.pairingPlaces.list(at: ms(5000)).isEmpty)
        // It hears itself, as everybody on the LAN does.
        #expect(one.meetingPlaces.list.map(\.id) == [beacon(1).id])
        #expect(two.meetingPlaces.list.isEmpty)
        one.endMeeting()
        let farewell = drain(&one, 5001).compactMap { message($0) }
        #expect(farewell.map { $0.records[0].timeToLive } == [0])
        #expect(farewell[0].records[0].name == ServiceInstance.meetings)
    }

    /// The next meeting has another name, and would take this one's for that of a third station.
    @Test func aMeetingRemembersNothingOfTheOneBefore() {
        var (one, two) = (station(1), station(2))
        one.meet(beacon(1), port: 7, at: ms(0))
        two.meet(beacon(2), port: 7, at: ms(0))
        for bytes in drain(&one, 2000) + drain(&two, 2000) { hear(&one, bytes, ms(2000)) }
        #expect(one.meetingPlaces.list.count == 2)
        one.endMeeting()
        #expect(one.meetingPlaces.list.isEmpty)
        // Its own farewell comes back.
        for bytes in drain(&one, 2001) { hear(&one, bytes, ms(2001)) }
        one.meet(beacon(3), port: 7, at: ms(9000))
        #expect(one.meetingPlaces.list.isEmpty)
        for bytes in drain(&one, 11_000) { hear(&one, bytes, ms(11_000)) }
        #expect(one.meetingPlaces.list.map(\.id) == [beacon(3).id])
    }

    /// Also where nothing of the flood is a message for stations.
    @Test(arguments: [(5353, 255), (5353, 64), (7, 255)] as [(UInt16, Int)])
    func aFloodMakesBlindOnlyInAMeeting(port: UInt16, hopLimit: Int) {
        var one = station(1)
        func flood(_ count: Int, at now: Instant) {
            for _ in 0..<count {
                one.receive(
                    [UInt8](repeating: 0, count: 20).span, from: host(2, port: port),
                    hopLimit: hopLimit, on: wired, at: now)
            }
        }
        flood(1000, at: ms(0))
        #expect(!one.meetingPlaces.isBlind)
        one.meet(beacon(1), port: 7, at: ms(2000))
        flood(100, at: ms(2000))
        #expect(!one.meetingPlaces.isBlind)
        flood(1, at: ms(2900))
        #expect(one.meetingPlaces.isBlind)
        one.endMeeting()
        one.meet(beacon(2), port: 7, at: ms(9000))
        #expect(!one.meetingPlaces.isBlind)
    }

    /// A cable that is out for a moment ends no meeting.
    @Test func aMeetingIsAnnouncedWhereALinkComesLater() {
        var one = station(1)
        one.setLinks([], at: ms(0))
        one.meet(beacon(1), port: 7, at: ms(0))
        #expect(drain(&one, 5000).isEmpty)
        one.setLinks([place(1)], at: ms(5000))
        let said = drain(&one, 7000).compactMap {
            HeardInstance(of: ServiceInstance.meetings, in: message($0)!)
        }
        #expect(said.compactMap { MeetingBeacon(text: $0.text) } == [beacon(1)])
    }

    /// As another one it would be a third.
    @Test func theNameInAMeetingStaysAtAnotherAddress() {
        var one = station(1)
        one.meet(beacon(1), port: 7, at: ms(0))
        var ids: [[UInt8]] = []
        for moment in [2000, 4000, 6000] as [Int64] {
            for bytes in drain(&one, moment) {
                let heard = HeardInstance(of: ServiceInstance.meetings, in: message(bytes)!)
                if let heard { ids.append(MeetingBeacon(text: heard.text)!.id) }
            }
            one.setLinks([place(UInt64(moment))], at: ms(moment))
        }
        #expect(ids.count > 1 && ids.allSatisfy { $0 == beacon(1).id })
    }

    private func station(_ number: UInt8) -> Discovery {
        var one = Discovery(
            own: Person(number).publicKey, port: 5577, isOn: false,
            random: Chance(seed: UInt64(number)).fill)
        one.setLinks([place(UInt64(number))], at: ms(0))
        return one
    }

    private func hear(_ station: inout Discovery, _ bytes: [UInt8], _ now: Instant) {
        station.receive(bytes.span, from: host(1), hopLimit: 255, on: wired, at: now)
    }

    private func drain(_ station: inout Discovery, _ moment: Int64) -> [[UInt8]] {
        station.tick(at: ms(moment))
        var sent: [[UInt8]] = []
        while case .send(let bytes, _) = station.nextAction() { sent.append(bytes) }
        return sent
    }
}
