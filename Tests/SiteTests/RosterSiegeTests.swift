import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// Members of a site that keep another one from the roster which takes them out.
@Suite struct RosterSiegeTests {
    enum Manner: CaseIterable {
        /// Tells of other rosters all the time, and gives nothing.
        case silent
        /// Gives a part now and then, before patience ends.
        case drip
        /// The same, and ends its session before that counts as a failure.
        case cut
        /// Gives whole texts that nobody has signed.
        case garbage
        /// Tells of the very roster that others give, and drips that.
        case echo
    }

    /// One member that means harm, at one station.
    private struct Attacker {
        let number: Int
        let manner: Manner
        var text: [UInt8] = []
        var reference: UInt64 = 0
        var told = 0
        var offset = 0

        init(number: Int, manner: Manner) {
            (self.number, self.manner) = (number, manner)
            set([UInt8](repeating: 0x41, count: manner == .garbage ? 200 : 32 * 1024))
        }

        private mutating func set(_ text: [UInt8]) {
            (self.text, reference) = (text, Roster.reference(of: text))
        }

        /// What it does in one tenth of a second, with the roster that others have.
        mutating func act(_ tenth: Int, on house: House) {
            let now = house.now
            if manner == .cut, (tenth + number * 7) % 60 >= 45 {
                house.stations[0].exchange.down(number, at: now)
                return
            }
            house.stations[0].exchange.up(number, at: now)
            if tenth % 4 == 0 {
                told += 1
                let isEcho = manner == .echo
                if isEcho {
                    set(house.text)
                } else if manner == .garbage {
                    set([UInt8](repeating: UInt8(told % 128), count: text.count))
                }
                house.stations[0].exchange.receive(
                    .roster(
                        RosterNotice(
                            site: house.roster.key.reference,
                            counter: isEcho ? house.roster.counter : .max,
                            size: UInt16(text.count),
                            text: manner == .silent ? UInt64(told) : reference)),
                    from: number, at: now)
            }
            switch manner {
            case .silent: break
            case .garbage:
                for offset in stride(from: 0, to: text.count, by: FilePart.rosterSize) {
                    give(offset, house, now)
                }
            case .drip, .cut, .echo:
                guard tenth % 20 == 0 else { return }
                give(offset % text.count, house, now)
                offset += FilePart.rosterSize
            }
        }

        private func give(_ offset: Int, _ house: House, _ now: Instant) {
            guard let part = FilePart(ofRoster: text.span, at: UInt16(offset), text: reference)
            else { return }
            house.stations[0].exchange.receive(.rosterPart(part), from: number, at: now)
        }
    }

    /// How long a station waits for the roster that takes so many members out, which they hinder.
    private func delay(_ count: Int, _ manners: [Manner]) throws -> Duration {
        // Their numbers are lower than that of the honest one, which is a disadvantage for it.
        let house = try House(count + 2)
        let honest = count + 1
        house.links = [[0, honest]]
        house.joinAll(run: .seconds(1))
        var attackers = (1...count).map {
            Attacker(number: $0, manner: manners[$0 % manners.count])
        }
        var tenth = 0
        func run(until isOver: () -> Bool) {
            while !isOver() {
                for place in attackers.indices { attackers[place].act(tenth, on: house) }
                house.run(.milliseconds(100))
                tenth += 1
            }
        }
        run { tenth == 20 }
        for number in 1...count { try house.roster.remove("s\(number)") }
        house.hold(at: honest)
        let begun = house.now
        run {
            house.counters[0] == house.roster.counter || house.now - begun > .seconds(60)
        }
        return house.now - begun
    }

    @Test(arguments: Manner.allCases)
    func theNewestComesAtOnceWhoeverHinders(_ manner: Manner) throws {
        for count in [1, 2, 8] {
            let delay = try delay(count, [manner])
            #expect(delay < .seconds(10), "\(count): \(delay)")
        }
    }

    @Test(arguments: 3...7) func theNewestComesAtOnceWhereEachHindersInItsWay(count: Int) throws {
        let delay = try delay(count, Manner.allCases)
        #expect(delay < .seconds(10), "\(count): \(delay)")
    }

    /// As many as a site may have.
    @Test func theNewestComesWhereAllOthersHinder() throws {
        let delay = try delay(30, [.cut, .silent])
        #expect(delay < .seconds(20), "\(delay)")
    }

    /// Old rosters are genuine, and may be shown one after the other: the newest does not wait.
    @Test func oldRostersDoNotKeepTheNewestAway() throws {
        let house = try House.joined(3)
        var old: [(text: [UInt8], counter: UInt64)] = []
        for _ in 0..<25 {
            try house.roster.add(house.newcomer())
            old.append((house.text, house.roster.counter))
        }
        try house.roster.remove("s0")
        let begun = house.now
        for roster in old {
            offer(roster.text, counter: roster.counter, in: house)
            house.now = house.now + .milliseconds(200)
        }
        offer(house, in: house, from: 2)
        while house.counters[1] != house.roster.counter, house.now - begun < .seconds(60) {
            house.run(.milliseconds(100))
        }
        #expect(house.now - begun < .seconds(30))
    }

    /// A thief of the site's key signs one number after the other.
    @Test func fewRostersAreTakenWhateverIsSigned() throws {
        let house = try House.joined(3)
        for place in 0..<100 {
            try house.roster.rename(place == 0 ? "s2" : "n\(place)", to: "n\(place + 1)")
            offer(house, in: house)
            house.now = house.now + .milliseconds(200)
        }
        #expect((8...11).contains(house.stations[1].taken))
        // The last one is in force soon after.
        house.run(.seconds(12))
        #expect(house.counters[1] == house.roster.counter)
    }
}
