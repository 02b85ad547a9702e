import Crypto
import Testing
import Time
import Vectors
import VirtualTime
import Wire

@testable import Peering

/// Two stations, `a` and `b`, and a third one that passes on what they send each other (protocol.md
/// §1.11).
///
/// For both, the other one is peer 0, and the third one peer 1.
@Suite struct WaySessionTests {
    private final class Lab {
        let pair: Pair
        let third: SimulatedStation
        var network: SimulatedNetwork { pair.network }
        var isPassing = true
        private var mid: UInt32 = 0

        /// From `a` to `b`, and back.
        static let ways = (
            Endpoint(Endpoint.Way(forwarder: 1, place: 1)),
            Endpoint(Endpoint.Way(forwarder: 1, place: 0))
        )
        /// The same when the third one has other settings.
        static let otherWays = (
            Endpoint(Endpoint.Way(forwarder: 1, place: 5)),
            Endpoint(Endpoint.Way(forwarder: 1, place: 4))
        )

        init(seed: UInt64, isCut: Bool) {
            pair = Pair(seed: seed)
            third = SimulatedStation(
                pair.network, at: host(3), secret: [UInt8](repeating: 0x33, count: 32))
            for station in [pair.a, pair.b] {
                station.peers.append(
                    .init(publicKey: third.publicKey, psk: Pair.psk, endpoints: [host(3)]))
                third.peers.append(.init(publicKey: station.publicKey, psk: Pair.psk))
            }
            cut(isCut)
            network.passes = { [unowned self] from, to in
                guard isPassing, third.isRunning else { return nil }
                if from == host(1), to == Self.ways.0 { return (host(2), Self.ways.1) }
                if from == host(2), to == Self.ways.1 { return (host(1), Self.ways.0) }
                return nil
            }
            third.start()
            pair.start()
            network.run(for: .seconds(5)) { pair.a.isUp(1) && pair.b.isUp(1) }
        }

        /// Whether the two can reach each other without the third one.
        func cut(_ isCut: Bool) {
            network.isCut = { from, to in
                isCut && Set([from, to]) == [host(1), host(2)]
            }
        }

        /// The third one tells both whom it reaches.
        func tell(isUp: Bool = true) {
            mid += 1
            tell(pair.a, of: pair.b, place: 1, mid, isUp: isUp)
            tell(pair.b, of: pair.a, place: 0, mid, isUp: isUp)
        }

        func tell(
            _ station: SimulatedStation, of other: SimulatedStation, place: UInt8, _ mid: UInt32,
            isUp: Bool
        ) {
            guard let name = station.state(0)?.memberName else { return }
            #expect(station.peers[0].publicKey == other.publicKey)
            let notice = ForwardNotice(mid: mid, place: place, isUp: isUp, name: name)
            station.control { $0.told(notice, by: 1, at: network.now) }
        }

        var areUp: Bool { pair.isConverged }
        /// Whether packets go through the third one, both ways.
        var goesByThird: Bool {
            pair.a.media[0].endpoint == Self.ways.0 && pair.b.media[0].endpoint == Self.ways.1
        }
        var isDirect: Bool {
            pair.a.media[0].endpoint == host(2) && pair.b.media[0].endpoint == host(1)
        }

        func run(_ seconds: Int, until done: () -> Bool = { false }) -> Bool {
            network.run(for: .seconds(seconds), until: done)
        }
    }

    @Test(arguments: UInt64(1)...10)
    func withoutADirectPathTheyMeetThroughTheThird(seed: UInt64) {
        let lab = Lab(seed: seed, isCut: true)
        lab.network.weather.lost = 100
        lab.network.weather.delayMs = 10...40
        #expect(!lab.run(60) { lab.areUp }, "there is no other path")
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
        lab.network.weather.lost = 0
        lab.pair.a.speak(7)
        lab.pair.b.speak(8)
        _ = lab.run(1)
        #expect(lab.pair.b.media[0].heard == [7] && lab.pair.a.media[0].heard == [8])
        #expect(lab.pair.a.state()?.forwarder == 1 && lab.pair.a.state()?.endpoint == nil)
        #expect(!lab.pair.a.state()!.endpoints.isEmpty)
        // It is renewed that way, too.
        _ = lab.run(300)
        #expect(lab.run(10) { lab.areUp && lab.goesByThird })
    }

    @Test(arguments: UInt64(1)...5) func aDirectPathIsLeftAlone(seed: UInt64) {
        let lab = Lab(seed: seed, isCut: false)
        #expect(lab.run(5) { lab.areUp } && lab.isDirect)
        lab.tell()
        // Rekeys lose messages.
        lab.network.isLost = { [unowned network = lab.network] in
            isHandshake($0) && network.random(10) == 0
        }
        var isThird = false
        _ = lab.run(600) {
            isThird = isThird || !lab.isDirect
            return false
        }
        #expect(!isThird && lab.run(10) { lab.areUp && lab.isDirect })
        #expect(lab.pair.a.state()?.forwarder == nil)
    }

    /// While packets go through the third one, the addresses are tried.
    @Test(arguments: [UInt64(1), 2, 3])
    func aDirectPathThatOpensTakesOverWithoutAHandshake(seed: UInt64) {
        let lab = Lab(seed: seed, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
        _ = lab.run(30)
        let sessions = (lab.pair.a.state()?.handshakes, lab.pair.b.state()?.handshakes)
        lab.cut(false)
        #expect(lab.run(27) { lab.isDirect })
        #expect(lab.pair.a.state()?.handshakes == sessions.0)
        #expect(lab.pair.b.state()?.handshakes == sessions.1)
        #expect(lab.pair.a.state()?.forwarder == nil)
        // And it stays there, although the third one goes on.
        _ = lab.run(60)
        #expect(lab.isDirect && lab.run(10) { lab.areUp && lab.isDirect })
    }

    @Test func aDirectPathThatBreaksIsReplaced() {
        for isTold in [false, true] {
            let lab = Lab(seed: 4, isCut: false)
            if isTold { lab.tell() }
            #expect(lab.run(5) { lab.areUp } && lab.isDirect)
            lab.cut(true)
            #expect(lab.run(120) { lab.goesByThird && lab.areUp } == isTold)
        }
    }

    @Test func itIsCalledOnlyAfterTheAddresses() {
        let lab = Lab(seed: 5, isCut: true)
        _ = lab.run(40)
        let calls = Calls(of: lab.pair.a, lab.network)
        lab.isPassing = false
        lab.tell()
        _ = lab.run(20)
        let all = calls.all.filter { $0.to != host(3) }
        #expect(all.first?.to == host(2))
        #expect(all.dropFirst().contains { $0.to == Lab.ways.0 })
    }

    @Test func theThirdOneIsBelievedOnlyWhileItIsAPeerThatIsUp() {
        let lab = Lab(seed: 6, isCut: true)
        // An older notice comes late.
        lab.tell(lab.pair.a, of: lab.pair.b, place: 1, 20, isUp: false)
        lab.tell(lab.pair.a, of: lab.pair.b, place: 1, 19, isUp: true)
        lab.tell(lab.pair.b, of: lab.pair.a, place: 0, 20, isUp: false)
        #expect(!lab.run(40) { lab.areUp })
        lab.tell(lab.pair.a, of: lab.pair.b, place: 1, 21, isUp: true)
        lab.tell(lab.pair.b, of: lab.pair.a, place: 0, 21, isUp: true)
        #expect(lab.run(15) { lab.areUp })
        // The way to the peer ends there: other paths are looked for at once.
        let calls = Calls(of: lab.pair.a, lab.network)
        lab.tell(lab.pair.a, of: lab.pair.b, place: 1, 22, isUp: false)
        _ = lab.run(3)
        #expect(calls.count(to: host(2)) > 0 && calls.count(to: Lab.ways.0) == 0)
    }

    @Test func whenTheThirdOneIsGoneThePeerIsDownForThatReason() {
        let lab = Lab(seed: 7, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp })
        // It says goodbye: the peer behind it stays for a while, without a path.
        lab.pair.a.control { $0.closed(peer: 1, at: lab.network.now) }
        #expect(lab.pair.a.isUp() && lab.pair.a.state()?.forwarder == 1)
        #expect(lab.pair.a.state()?.hasPath == false)
        lab.third.stop()
        _ = lab.run(120)
        #expect(!lab.pair.a.isUp() && lab.pair.a.reason() == .forwarderDown(1))
        #expect(!lab.pair.b.isUp() && lab.pair.b.reason() == .forwarderDown(1))
        lab.third.start()
        #expect(lab.run(60) { lab.pair.a.isUp(1) && lab.pair.b.isUp(1) })
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
    }

    @Test func theThirdOneIsBlamedOnlyWhileItIsDown() {
        for isRemoved in [false, true] {
            let lab = Lab(seed: 11, isCut: true)
            lab.tell()
            #expect(lab.run(15) { lab.areUp })
            lab.third.stop()
            lab.pair.b.stop()
            #expect(lab.run(120) { lab.pair.a.reason() == .forwarderDown(1) })
            if isRemoved {
                lab.pair.a.control { $0.remove(peer: 1, at: lab.network.now) }
            } else {
                lab.third.start()
            }
            _ = lab.run(60) { lab.pair.a.isUp(1) }
            #expect(lab.pair.a.reason() != .forwarderDown(1))
            #expect(lab.pair.a.state()?.forwarder == nil)
        }
    }

    @Test func anotherPlaceAtTheThirdOneIsTakenAtOnce() {
        let lab = Lab(seed: 13, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
        let index = lab.pair.b.media[0].currentIndex
        lab.network.passes = { from, to in
            if from == host(1), to == Lab.otherWays.0 { return (host(2), Lab.otherWays.1) }
            if from == host(2), to == Lab.otherWays.1 { return (host(1), Lab.otherWays.0) }
            return nil
        }
        lab.tell(lab.pair.a, of: lab.pair.b, place: 5, 10, isUp: true)
        lab.tell(lab.pair.b, of: lab.pair.a, place: 4, 10, isUp: true)
        lab.pair.a.speak(7)
        lab.pair.b.speak(8)
        _ = lab.run(1)
        #expect(lab.pair.b.media[0].heard == [7] && lab.pair.a.media[0].heard == [8])
        #expect(lab.pair.b.media[0].currentIndex == index)
    }

    @Test func aLiarDoesNotTakeTheTurnsOfTheAddresses() {
        let lab = Lab(seed: 14, isCut: true)
        lab.isPassing = false
        let places = [host(2), host(20), host(21), host(22)]
        lab.pair.a.control { $0.setEndpoints(places, of: 0, at: lab.network.now) }
        let calls = Calls(of: lab.pair.a, lab.network)
        for _ in 0..<45 {
            lab.tell(isUp: false)
            lab.tell()
            _ = lab.run(2)
        }
        let counts = places.map { calls.count(to: $0) }
        #expect(counts.allSatisfy { $0 > 0 && $0 < 10 }, "\(counts)")
        // Nor does it silence what the peer publishes.
        lab.tell(isUp: false)
        lab.tell()
        lab.pair.a.control { $0.told([host(23)], by: 0, at: lab.network.now) }
        _ = lab.run(2)
        #expect(calls.count(to: host(23)) > 0)
    }

    /// A peer that leaves says so to both; the notice of it may come later.
    @Test func aPeerThatHasSaidGoodbyeIsNotCalled() {
        let lab = Lab(seed: 15, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
        let calls = Calls(of: lab.pair.a, lab.network)
        lab.pair.b.stop()
        lab.pair.a.control { $0.closed(peer: 0, at: lab.network.now) }
        lab.tell(lab.pair.a, of: lab.pair.b, place: 1, 50, isUp: false)
        _ = lab.network.run(for: .milliseconds(700))
        #expect(calls.all.allSatisfy { $0.to == host(3) })
        _ = lab.run(10)
        #expect(calls.count(to: host(2)) > 0 && calls.count(to: Lab.ways.0) == 0)
    }

    @Test func aWayThatLeadsNowhereMakesRoomForAnother() {
        var ways = PeerWays()
        let now = Instant(nanoseconds: 1_000_000_000)
        func notice(_ isUp: Bool) -> ForwardNotice {
            ForwardNotice(mid: 1, place: 0, isUp: isUp, name: MemberName(high: 0, low: 0))
        }
        for forwarder in 1...4 { _ = ways.take(notice(forwarder != 3), by: forwarder, at: now) }
        #expect(ways.take(notice(true), by: 5, at: now) == .opened)
        #expect(ways.open.compactMap { $0.way?.forwarder } == [1, 2, 4, 5])
        #expect(ways.take(notice(true), by: 6, at: now) == .none)
    }

    /// The third one carries a challenge and its answer by an address of its own.
    @Test func anAddressOfTheThirdOneDoesNotEndTheSearch() {
        let lab = Lab(seed: 16, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
        let other = host(30)
        var isCarried = false
        lab.network.tap = { [unowned network = lab.network] bytes, from, to in
            if from == host(1), to == Lab.ways.0 {
                network.inject(bytes, from: isCarried ? Lab.ways.1 : other, to: host(2))
            } else if from == host(2), to == other {
                isCarried = true
                network.inject(bytes, from: Lab.ways.0, to: host(1))
            }
        }
        lab.isPassing = false
        lab.pair.a.speak(1)
        #expect(lab.run(5) { lab.pair.b.media[0].endpoint == other })
        _ = lab.run(20)
        lab.cut(false)
        #expect(lab.run(27) { lab.isDirect })
    }

    /// Somebody on the direct path lets challenges pass, and then nothing.
    @Test func aPathThatOnlyProvesItselfIsLeftForTheWay() {
        let lab = Lab(seed: 17, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
        _ = lab.run(30)
        lab.cut(false)
        #expect(lab.run(27) { !lab.goesByThird })
        _ = lab.network.run(for: .milliseconds(5))
        lab.cut(true)
        #expect(lab.run(2) { lab.goesByThird })
        _ = lab.run(3)
        #expect(lab.goesByThird && lab.areUp)
    }

    @Test func aThirdOneThatIsReachedByAnotherPassesNothingOn() {
        let lab = Lab(seed: 18, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp && lab.goesByThird })
        lab.pair.a.control { table in
            table.associations[1]?.endpoint = Endpoint(Endpoint.Way(forwarder: 5, place: 0))
            table.tick(at: lab.network.now)
        }
        #expect(lab.pair.a.state()?.hasPath == false && lab.pair.a.state()?.forwarder == nil)
        lab.tell()
        let calls = Calls(of: lab.pair.a, lab.network)
        _ = lab.run(10)
        #expect(calls.count(to: host(2)) > 0 && calls.count(to: Lab.ways.0) == 0)
    }

    /// A station that has come to the same network is heard directly at once.
    @Test func newsOfAnAddressHastensTheSearch() {
        for isSighted in [false, true] {
            let lab = Lab(seed: 19, isCut: true)
            lab.tell()
            #expect(lab.run(15) { lab.areUp && lab.goesByThird })
            _ = lab.run(12)
            lab.cut(false)
            lab.pair.a.control {
                if isSighted {
                    $0.sighted(0, at: host(2), mark: 1, at: lab.network.now)
                } else {
                    $0.hostMoved(at: lab.network.now)
                }
            }
            #expect(lab.run(1) { lab.pair.a.media[0].endpoint == host(2) })
        }
    }

    /// As behind a router, whose address no settings have.
    @Test func anAddressThatNobodyHasToldIsTriedAgain() {
        let lab = Lab(seed: 12, isCut: false)
        #expect(lab.run(5) { lab.areUp } && lab.isDirect)
        for station in [lab.pair.a, lab.pair.b] {
            station.control { $0.setEndpoints([], of: 0, at: lab.network.now) }
        }
        lab.tell()
        lab.cut(true)
        #expect(lab.run(120) { lab.goesByThird && lab.areUp })
        lab.cut(false)
        #expect(lab.run(27) { lab.isDirect })
    }

    /// A third one that injects, repeats, and names ways of which it has not told.
    @Test func aHostileThirdBreaksNoSession() {
        let lab = Lab(seed: 8, isCut: true)
        lab.tell()
        #expect(lab.run(15) { lab.areUp })
        var kept: [[UInt8]] = []
        lab.network.tap = { bytes, from, to in
            if from == host(1), to == Lab.ways.0 { kept.append(bytes) }
        }
        for number in 0..<20 { lab.pair.a.speak(UInt64(number)) }
        _ = lab.run(30)
        let (heard, index) = (lab.pair.b.media[0].heard, lab.pair.b.media[0].currentIndex)
        #expect(heard.count == 20 && kept.count >= 20)
        var answers = 0
        let other = Endpoint(Endpoint.Way(forwarder: 1, place: 9))
        for bytes in kept {
            var changed = bytes
            changed[20] ^= 4
            for injected in [bytes, changed, [1] + bytes, [UInt8](repeating: 0x55, count: 400)] {
                lab.network.inject(injected, from: Lab.ways.1, to: host(2))
                lab.network.inject(injected, from: Lab.ways.0, to: host(1))
            }
        }
        // A packet that nobody has seen, from a place of which nobody has told.
        lab.isPassing = false
        lab.network.tap = { [network = lab.network] bytes, from, to in
            if from == host(2), to == other { answers += 1 }
            if from == host(1), to == Lab.ways.0 {
                network.inject(bytes, from: other, to: host(2))
            }
        }
        lab.pair.a.speak(20)
        _ = lab.run(5)
        #expect(answers == 0 && lab.pair.b.media[0].endpoint == Lab.ways.1)
        lab.isPassing = true
        #expect(lab.pair.b.media[0].heard == heard + [20])
        #expect(lab.pair.b.media[0].currentIndex == index && lab.areUp)
    }

    /// M1 in two packets, as they come from the third one.
    @Test func aMessageInTwoPacketsIsJoined() throws {
        let lab = Lab(seed: 9, isCut: true)
        _ = lab.run(40)
        var first: [UInt8]?
        lab.network.tap = { bytes, from, to in
            if bytes.first == 1, from == host(1), to == Lab.ways.0, first == nil { first = bytes }
        }
        lab.isPassing = false
        lab.tell()
        #expect(lab.run(20) { first != nil })
        let message = try #require(first)
        let way = try #require(Lab.ways.0.way)
        func packet(_ part: ForwardedPacket.Part) throws -> [UInt8] {
            let made = ForwardedPart(part, of: message.span, along: way)
            return [UInt8](try #require(made).bytes)
        }
        let (begin, end) = (try packet(.first), try packet(.rest))
        func give(_ packet: [UInt8], _ place: UInt8 = 0) -> Drop? {
            var drop: Drop?
            let way = Endpoint.Way(forwarder: 1, place: place)
            lab.pair.b.control {
                drop = $0.receive(passedOn: packet.span, along: way, at: lab.network.now)
            }
            return drop
        }
        func answers() -> Int { lab.pair.b.transmitted[2] ?? 0 }
        let before = answers()
        #expect(give(end) == .length, "there is no beginning")
        #expect(give(begin, 3) == .way, "of which nobody has told")
        var other = end
        other[1] ^= 1
        #expect(give(begin) == nil && give(other) == .length && answers() == before)
        #expect(give([0, 0, 0x20] + message) == .length && give([]) == .way)
        #expect(give(begin) == nil && give(end) == nil && answers() == before + 1)
        #expect(give(end) == .length, "once only")
        // What two third ones have passed on is not joined.
        var ways = PeerWays()
        let another = Endpoint.Way(forwarder: 2, place: 0)
        ways.begin(begin.span, along: way)
        #expect(ways.end(end.span, along: another) == nil && ways.end(end.span, along: way) != nil)
    }
}
