import Audio
import CLoopback
import HAL
import Realtime
import Station
import Testing
import Time
import Wire

@testable import Crypto
@testable import Media

/// Three stations in one process, in which one passes on what the two others send each other.
///
/// The relay knows kitchen as 0, barn as 1 and stranger as 2. Kitchen and barn know the relay as 0,
/// and each other as 1.
@Suite struct ForwarderTests {
    private let now = Clock.now()

    private struct Lab: ~Copyable {
        var relay: End
        var kitchen: End
        var barn: End
        var stranger: End
        var forwarder: Forwarder
        var named = [0, 1]
        let now: Instant

        /// Passes on what has arrived at the relay.
        mutating func pass(at moment: Instant? = nil) {
            guard let packet = relay.open(at: moment ?? now) else { return }
            forwarder.pass(
                packet, in: relay.receiver, among: named, by: &relay.socket, at: moment ?? now)
            relay.socket.flushPassedOn()
        }

        /// Whether a heartbeat of the kitchen for the barn reaches the barn.
        mutating func passThrough() -> Bool {
            kitchen.socket.sendCover(to: 1, at: now)
            pass()
            return barn.openInside(at: now)?.peer == 1
        }

        var refused: UInt64 { relay.count(.forwardRefused) }

        /// Has the relay send these bytes, as if from the kitchen.
        ///
        /// - Returns: Whether the station to which they go opens a datagram in them.
        mutating func opens(_ bytes: [UInt8], at peer: Int) -> Bool {
            let isSent = relay.socket.passOn(bytes.span, from: 0, to: peer, at: now)
            relay.socket.flushPassedOn()
            #expect(isSent)
            let opened = peer == 0 ? kitchen.openInside(at: now) : barn.openInside(at: now)
            return opened != nil
        }
    }

    /// Gives two ends the keys of one session, in use on both sides.
    private func meet(
        _ one: inout End, as peer: Int, _ other: inout End, as own: Int, _ index: UInt32,
        _ ways: (SocketAddress, SocketAddress)? = nil
    ) {
        // The first packet each way goes directly.
        one.introduce(peer, &other, as: own, here: index, there: index + 1, at: now)
        one.socket.send(ControlPayload(), to: peer, onSession: index, made: now)
        _ = other.open(at: now)
        other.socket.sendCover(to: own, at: now)
        _ = one.open(at: now)
        guard let ways else { return }
        one.socket.peers[peer].endpoint = ways.0
        other.socket.peers[own].endpoint = ways.1
    }

    private func way(to place: UInt8) -> SocketAddress {
        SocketAddress(Endpoint.Way(forwarder: 0, place: place))
    }

    private func lab() throws -> Lab {
        let relay = try End(at: now)
        let forwarder = Forwarder(relay.rings)
        var lab = Lab(
            relay: relay, kitchen: try End(at: now), barn: try End(at: now),
            stranger: try End(at: now), forwarder: forwarder, now: now)
        meet(&lab.relay, as: 0, &lab.kitchen, as: 0, 0x2000_0000)
        meet(&lab.relay, as: 1, &lab.barn, as: 0, 0x3000_0000)
        meet(&lab.relay, as: 2, &lab.stranger, as: 0, 0x4000_0000)
        meet(&lab.kitchen, as: 1, &lab.barn, as: 1, 0x5000_0000, (way(to: 1), way(to: 0)))
        return lab
    }

    @Test func aDatagramIsPassedOnAndOpensAtTheOtherEnd() throws {
        var lab = try lab()
        lab.kitchen.socket.send(ControlPayload(.ping(7)), to: 1, made: now)
        lab.pass()
        let opened = lab.barn.openInside(at: now)
        let packet = try #require(opened)
        #expect(packet.peer == 1 && packet.flags.kind == .control)
        #expect(packet.source == way(to: 0))
        let content = lab.barn.content(of: packet)
        #expect(content[0] == 6 && content[5] == 7)
        // And back.
        lab.barn.socket.sendCover(to: 1, at: now)
        lab.pass()
        let answer = lab.kitchen.openInside(at: now)
        #expect(answer?.peer == 1 && answer?.source == way(to: 1))
        #expect(lab.relay.count(.forwarded) == 2)
        #expect(lab.relay.rings.traffic[0][.forwardedBytes] > 114)
        // The relay has no keys of what is inside.
        #expect(lab.relay.count(.droppedIndex) == 0 && lab.refused == 0)
    }

    @Test func theLongestPacketOfSoundFits() throws {
        var lab = try lab()
        lab.kitchen.socket.peers[1].protection.room = AudioPacket.roomMax
        lab.kitchen.socket.peers[1].protection.depth = Redundancy.depthMax
        lab.kitchen.socket.frameSize = AudioPacket.roomMax / (1 + Redundancy.depthMax)
        let comesThrough = lab.passThrough()
        #expect(comesThrough && lab.kitchen.count(.unsentUnreachable) == 0)
    }

    /// Each refusal, and after it what is right passes.
    @Test func nothingOfStrangersIsPassedOnNorForThem() throws {
        var lab = try lab()
        // A peer that is not named, to a named one.
        lab.stranger.socket.peers[1].endpoint = way(to: 1)
        let keys = SessionPair(here: 0x6000_0000, there: 0x6000_0001, at: now)
        _ = lab.stranger.socket.peers[1].keySlots.install(keys.here)
        lab.stranger.socket.peers[1].nextEndpoint = way(to: 1)
        lab.stranger.socket.send(ControlPayload(), to: 1, onSession: 0x6000_0000, made: now)
        lab.pass()
        let early = lab.barn.open(at: now)
        #expect(early == nil && lab.refused == 1)
        // A named one to a place that nobody has, and to itself.
        for (count, place) in [(2, 2), (3, 31), (4, 0)] as [(UInt64, UInt8)] {
            lab.kitchen.socket.peers[1].endpoint = way(to: place)
            lab.kitchen.socket.sendCover(to: 1, at: now)
            lab.pass()
            let (one, other) = (lab.stranger.open(at: now), lab.barn.open(at: now))
            let own = lab.kitchen.open(at: now)
            #expect(one == nil && other == nil && own == nil && lab.refused == count)
        }
        lab.kitchen.socket.peers[1].endpoint = way(to: 1)
        // A station that names nobody.
        lab.named = []
        let isWrong = lab.passThrough()
        lab.named = [0, 1]
        let isRight = lab.passThrough()
        #expect(!isWrong && isRight && lab.refused == 5)
    }

    @Test func aPeerWithoutASessionIsCounted() throws {
        var lab = try lab()
        while let keys = lab.relay.socket.peers[1].keySlots.dropAny() { _ = consume keys }
        lab.kitchen.socket.sendCover(to: 1, at: now)
        lab.pass()
        #expect(lab.refused == 1 && lab.relay.count(.forwarded) == 0)
    }

    /// A packet to be passed on, in a packet that was passed on.
    @Test func aPacketToBePassedOnMustNotHaveBeenPassedOn() throws {
        var lab = try lab()
        func inner(_ flags: PacketFlags) -> [UInt8] {
            var room = [UInt8](repeating: 0, count: 1300)
            var span = room.mutableSpan
            let plain = [UInt8](repeating: 0, count: 64)
            let size = lab.kitchen.socket.peers[1].keySlots.seal(
                flags: flags.rawValue, plaintext: plain.span, at: now, into: &span)
            return [0, 0] + room.prefix(size ?? 0)
        }
        for isToBePassedOn in [true, false] {
            let flags = PacketFlags(forwardPlace: 1, isToBePassedOn: isToBePassedOn)
            let isOpened = lab.opens(inner(flags), at: 1)
            #expect(!isOpened)
        }
        #expect(lab.barn.count(.droppedKind) == 2)
        let isOpened = lab.opens(inner(PacketFlags(kind: .cover)), at: 1)
        #expect(isOpened && lab.barn.count(.droppedKind) == 2)
    }

    @Test func aWayNeverLeadsThroughAnotherOne() throws {
        var lab = try lab()
        // The way to the relay leads through the relay: nothing is sent at all.
        lab.kitchen.socket.peers[0].endpoint = way(to: 1)
        lab.kitchen.socket.sendCover(to: 1, at: now)
        #expect(lab.kitchen.count(.unsentNoSession) == 1)
        lab.kitchen.socket.peers[0].endpoint = lab.relay.address
        // The relay's own way to the barn leads through another station.
        let address = lab.relay.socket.peers[1].endpoint
        lab.relay.socket.peers[1].endpoint = way(to: 5)
        lab.kitchen.socket.sendCover(to: 1, at: now)
        lab.pass()
        #expect(lab.refused == 1)
        // Such packets take nothing of the kitchen's share.
        for _ in 0..<400 {
            lab.kitchen.socket.sendCover(to: 1, at: now)
            lab.pass()
        }
        #expect(lab.refused == 401 && lab.relay.count(.forwardLimited) == 0)
        lab.relay.socket.peers[1].endpoint = address
        let comesThrough = lab.passThrough()
        #expect(comesThrough)
    }

    /// A packet for the session with the relay itself, passed on by the relay.
    @Test func theRelayCannotSendItsOwnPacketsAsAnothers() throws {
        var lab = try lab()
        var inner = [UInt8](repeating: 0, count: 2)
        var room = [UInt8](repeating: 0, count: 1300)
        var span = room.mutableSpan
        let plain = [UInt8](repeating: 0, count: 64)
        let size = lab.relay.socket.peers[1].keySlots.seal(
            flags: PacketFlags(kind: .cover).rawValue, plaintext: plain.span, at: now, into: &span)
        inner += room.prefix(size ?? 0)
        let isOpened = lab.opens(inner, at: 1)
        #expect(size == 89 && !isOpened && lab.barn.count(.droppedIndex) == 1)
    }

    @Test func aFloodOfOneLeavesAnotherItsShare() throws {
        var lab = try lab()
        lab.kitchen.socket.frameSize = AudioPacket.roomMin
        var passed = 0
        for _ in 0..<400 {
            lab.kitchen.socket.sendCover(to: 1, at: now)
            lab.pass()
            if lab.barn.open(at: now) != nil { passed += 1 }
        }
        // An inner and an outer packet around 64 bytes.
        let each = 64 + 25 + 2 + 25
        let most = (Forwarder.assured + Forwarder.more) / 4 / each
        #expect((most - 2...most).contains(passed), "\(passed)")
        #expect(lab.relay.count(.forwardLimited) == UInt64(400 - passed))
        lab.barn.socket.sendCover(to: 1, at: now)
        lab.pass()
        let isHeard = lab.kitchen.openInside(at: now) != nil
        #expect(isHeard, "the other peer has a share of its own")
        // A tenth of a second later the first one has some again.
        let later = now + .milliseconds(100)
        lab.kitchen.socket.sendCover(to: 1, at: later)
        lab.pass(at: later)
        let isHeardLater = lab.barn.open(at: later) != nil
        #expect(isHeardLater)
    }

    @Test func whatIsAssuredIsLeftWhenAllIsUsed() {
        let start = Instant(nanoseconds: 1_000_000_000)
        var all = Allowance()
        var own = Allowance()
        var count = 0
        while all.take(1000, rate: Forwarder.moreOfAll, at: start) { count += 1 }
        #expect(count == Forwarder.moreOfAll / 4 / 1000)
        let (isOwn, isAgain) = (
            own.take(1000, rate: Forwarder.assured, at: start),
            all.take(1000, rate: Forwarder.moreOfAll, at: start + .milliseconds(1))
        )
        #expect(isOwn && isAgain)
    }

    /// A peer that is refused because of all others keeps what it may take itself.
    @Test func aRefusalTakesNothingOfTheShare() throws {
        let rings = try Rings()
        var forwarder = Forwarder(rings)
        var count = 0
        for peer in 0..<11 {
            for _ in 0..<100 where forwarder.takeShare(1000, of: peer, at: now) { count += 1 }
        }
        #expect(count == (11 * Forwarder.assured + Forwarder.moreOfAll) / 4 / 1000)
        let later = now + .milliseconds(5)
        for _ in 0..<5 {
            let isTaken = forwarder.takeShare(1000, of: 10, at: later)
            #expect(isTaken)
        }
        let isTaken = forwarder.takeShare(1000, of: 10, at: later)
        #expect(!isTaken)
    }

    @Test func aMessageInTwoPacketsIsSentWholeOrNotAtAll() throws {
        let rings = try Rings()
        let way = Endpoint.Way(forwarder: 0, place: 1)
        func send(_ size: Int) -> Bool {
            let message = [UInt8](repeating: 1, count: size)
            return rings.send(message.span, along: way)
        }
        #expect(send(200) && send(1232) && send(1232) && send(1232) && !send(1232))
        var sizes: [Int] = []
        while let part = rings.handshakes.pop() { sizes.append(part.count) }
        #expect(sizes == [202, 1207, 64, 1207, 64, 1207, 64])
    }

    /// A hostile relay: replays, changes, and gives datagrams to the wrong station.
    @Test func aHostileRelayIsHeardByNobodyAndBreaksNothing() throws {
        var lab = try lab()
        lab.kitchen.socket.sendCover(to: 1, at: now)
        let opened = lab.relay.open(at: now)
        let packet = try #require(opened)
        let inner = lab.relay.content(of: packet)
        var changed = inner
        changed[60] ^= 1
        let asChanged = lab.opens(changed, at: 1)
        #expect(!asChanged)
        #expect(lab.barn.count(.droppedAuthentication) + lab.barn.count(.droppedCounter) == 1)
        // Back to its sender, and cut short.
        let atSender = lab.opens(inner, at: 0)
        let asCut = lab.opens(Array(inner.prefix(80)), at: 1)
        #expect(!atSender && lab.kitchen.count(.droppedIndex) == 1)
        #expect(!asCut && lab.barn.count(.droppedLength) == 1)
        // The true one opens, once.
        let asItIs = lab.opens(inner, at: 1)
        let again = lab.opens(inner, at: 1)
        #expect(asItIs && !again && lab.barn.count(.droppedReplay) == 1)
        let comesThrough = lab.passThrough()
        #expect(comesThrough)
    }
}

extension End {
    /// Opens the datagram inside the one packet that has arrived.
    mutating func openInside(at now: Instant) -> OpenedPacket? {
        guard let outer = open(at: now) else { return nil }
        #expect(outer.flags.kind == .forward && !outer.flags.isToBePassedOn)
        return receiver.openInside(outer, for: &socket.peers, at: now)
    }

    func content(of packet: OpenedPacket) -> [UInt8] {
        let content = receiver.content(of: packet)
        return (0..<packet.count).map { content[$0] }
    }

    func count(_ count: MediaCount) -> UInt64 { rings.counters[count] }
}
