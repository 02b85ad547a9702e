import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// Open pairing windows, as two machines see them.
@Suite struct PairingPlacesTests {
    private let two = Two()

    /// Two stations on one link, by their hosts.
    private final class Two {
        var stations = [1, 2].map { number in
            var one = Discovery(
                own: Person(UInt8(number)).publicKey, port: 5577, isOn: false,
                random: Dice(seed: UInt64(number)).fill)
            one.setLinks([place(UInt64(number))], at: ms(0))
            return one
        }
        private(set) var messages = 0

        /// Lets the time pass; what one says the other hears at once.
        func run(from start: Int64, to end: Int64) {
            for moment in stride(from: start, through: end, by: 5) {
                for side in 0...1 {
                    stations[side].tick(at: ms(moment))
                    while case .send(let bytes, let link) = stations[side].nextAction() {
                        messages += 1
                        for other in 0...1 {
                            stations[other].receive(
                                bytes.span, from: host(UInt64(side) + 1), hopLimit: 255, on: link,
                                at: ms(moment))
                        }
                    }
                }
            }
        }

        func found(by side: Int, at moment: Int64) -> [Endpoint] {
            stations[side].pairingPlaces.list(at: ms(moment)).map(\.address)
        }
    }

    @Test func aWindowIsFoundWithinASecondByWhoeverLooksForIt() {
        two.stations[0].offerPairing(port: 5577, at: ms(0))
        two.run(from: 0, to: 3000)
        // Nobody has looked for one.
        #expect(two.found(by: 1, at: 3000) == [])
        two.stations[1].seekPairings(at: ms(3000))
        two.run(from: 3000, to: 3300)
        #expect(two.found(by: 1, at: 3300) == [host(1, port: 5577)])
        #expect(two.stations[1].pairingPlaces.list(at: ms(3300))[0].link == wired)
        // Its own is not among them.
        two.stations[0].seekPairings(at: ms(3300))
        two.run(from: 3300, to: 5000)
        #expect(two.found(by: 0, at: 5000) == [])
    }

    @Test func aWindowThatOpensIsSeenAtOnceByWhoeverWaits() {
        two.stations[1].seekPairings(at: ms(0))
        two.run(from: 0, to: 1000)
        two.stations[0].offerPairing(port: 7, at: ms(1000))
        two.run(from: 1000, to: 1250)
        #expect(two.found(by: 1, at: 1250) == [host(1, port: 7)])
        two.stations[0].withdrawPairing()
        two.run(from: 1250, to: 1260)
        #expect(two.found(by: 1, at: 1260) == [])
    }

    /// In another network a station is not recognised by the name of its window.
    @Test func aWindowHasAnotherNameAtAnotherAddress() {
        var one = Discovery(
            own: Person(1).publicKey, port: 5577, isOn: false, random: Dice(seed: 1).fill)
        one.setLinks([place(1)], at: ms(0))
        one.offerPairing(port: 7, at: ms(0))
        var names: [DNSName] = []
        for moment in [2000, 4000] as [Int64] {
            one.tick(at: ms(moment))
            while case .send(let bytes, _) = one.nextAction() {
                let heard = HeardInstance(of: ServiceInstance.pairings, in: message(bytes)!)
                if let name = heard?.name, !names.contains(name) { names.append(name) }
            }
            one.setLinks([place(2)], at: ms(moment))
        }
        #expect(names.count == 2)
    }

    @Test func nothingIsSaidWithoutAWindow() {
        two.run(from: 0, to: 2000)
        #expect(two.messages == 0)
        two.stations[1].seekPairings(at: ms(2000))
        two.stations[1].stopSeekingPairings()
        two.run(from: 2000, to: 9000)
        #expect(two.messages == 0)
    }

    private func instance(_ farewell: Bool = false, seed: UInt64 = 1) -> HeardInstance {
        let own = ServiceInstance(of: ServiceInstance.pairings, port: 7, text: [0], lots(seed))
        let bytes = own.message(
            [], timeToLive: farewell ? ServiceInstance.farewell : ServiceInstance.timeToLive)
        return HeardInstance(of: ServiceInstance.pairings, in: message(bytes)!)!
    }

    @Test func theAddressesOfOneWindowAreOneStation() {
        var places = PairingPlaces()
        places.saw(instance(seed: 1), at: linkLocal(1), on: wiredIPv6, now: ms(0))
        places.saw(instance(seed: 2), at: host(2), on: wired, now: ms(0))
        places.saw(instance(seed: 1), at: host(1), on: wired, now: ms(0))
        #expect(places.stations(at: ms(1)) == [[host(1), linkLocal(1)], [host(2)]])
        #expect(places.stations(at: ms(120_000)) == [])
    }

    @Test func somebodyWithManyWindowsDoesNotComeFirst() {
        var orders: Set<[Endpoint]> = []
        for seed in 1...200 as ClosedRange<UInt64> {
            var one = Discovery(own: Person(1).publicKey, port: 5577, random: Dice(seed: seed).fill)
            one.setLinks([place(1)], at: ms(0))
            one.seekPairings(at: ms(0))
            for other in 2...5 as ClosedRange<UInt64> {
                let window = ServiceInstance(
                    of: ServiceInstance.pairings, port: 7, text: [0], lots(other))
                one.receive(
                    window.message([]).span, from: host(other), hopLimit: 255, on: wired,
                    at: ms(1))
            }
            let found = one.foundPairings(at: ms(2))
            #expect(found.count == 4)
            orders.insert(found.flatMap { $0 })
        }
        #expect(orders.count == 24, "all of them occur")
    }

    @Test func aPlaceIsForgottenAfterTwoMinutesAndThereAreSixteen() {
        var places = PairingPlaces()
        for number in 0..<20 {
            places.saw(instance(), at: host(UInt64(number)), on: wired, now: ms(0))
            places.saw(instance(), at: host(UInt64(number)), on: wired, now: ms(0))
        }
        #expect(places.list(at: ms(119_999)).map(\.address) == (0..<16).map { host($0) })
        #expect(places.list(at: ms(120_000)).isEmpty)
        // Those that are over make room.
        places.saw(instance(), at: host(99), on: wired, now: ms(120_000))
        #expect(places.list(at: ms(120_000)).map(\.address) == [host(99)])
        places.saw(instance(true), at: host(99), on: wired, now: ms(120_001))
        #expect(places.list(at: ms(120_001)).isEmpty)
    }
}
