import Station
import Testing
import Time
import Wire

/// Settings that change while stations talk.
@Suite struct ReconfigurationTests {
    let start = Instant(nanoseconds: 1_000_000_000)
    let house: UInt64 = 0xA1
    let yard: UInt64 = 0xB2

    private func target(_ stream: UInt8, _ reference: UInt64, _ listeners: [Int]) -> TalkTarget {
        TalkTarget(stream: stream, reference: reference, listeners: PeerSet(listeners))
    }

    private func channel(_ number: Int, _ reference: UInt64, _ members: [Int]) -> Channel {
        Channel(number: number, reference: reference, members: members, isListenedTo: true)
    }

    private var station: Switchboard

    /// A station with the channel of the house, and peer 0 up.
    init() {
        let listeners: PeerSet = [0, 1]
        station = Switchboard(
            targets: [TalkTarget(stream: 1, reference: house, listeners: listeners)],
            channels: [
                Channel(number: 1, reference: house, members: [0, 1], isListenedTo: true)
            ], firstMids: [100, 200])
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = station.drained()
        var list = Acknowledgement(100)
        list.append(101)
        station.receive(.ack(list), from: 0, at: start)
    }

    private func binds(_ stream: UInt8, _ reference: UInt64, mid: UInt32) -> ControlRecord {
        .stream(
            StreamBinding(
                mid: mid, stream: stream, purpose: .talk, priority: .normal, reference: reference))
    }

    @Test mutating func onlyWhatIsNewOrMeansAnotherChannelIsBound() {
        station.configure(
            targets: [target(1, house, [0, 1])], channels: [channel(1, house, [0, 1])], at: start)
        #expect(station.drained().isEmpty)
        station.configure(
            targets: [target(1, house, [0, 1]), target(2, yard, [0])],
            channels: [channel(1, house, [0, 1]), channel(2, yard, [0])], at: start)
        #expect(station.drained().records().bindings.map(\.reference) == [yard])
        station.configure(
            targets: [target(1, yard, [0])], channels: [channel(1, yard, [0])], at: start)
        // Stream 2 means nothing any more.
        #expect(station.drained().records().bindings.map(\.reference) == [0, yard])
    }

    @Test mutating func aChannelThatWentAndCameBackIsBoundAgainAtOnce() {
        station.configure(
            targets: [target(2, yard, [0])], channels: [channel(2, yard, [0])], at: start)
        #expect(station.drained().records().bindings.map(\.reference) == [0, yard])
        station.configure(
            targets: [target(1, house, [0])], channels: [channel(1, house, [0])], at: start)
        #expect(station.drained().records().bindings.map(\.reference) == [0, house])
    }

    @Test mutating func whatAPeerHasBoundIsLookedAtAgain() {
        station.receive(binds(4, yard, mid: 1), from: 0, at: start)
        #expect(station.drained().hearings == [.ignored(.notMember)])
        #expect(station.view(of: 0).hasUnknownChannel)
        station.configure(targets: [], channels: [channel(7, yard, [0])], at: start)
        #expect(station.drained().hearings == [.channel(7)])
        #expect(!station.view(of: 0).hasUnknownChannel)
        station.configure(targets: [], channels: [channel(7, yard, [1])], at: start)
        #expect(station.drained().hearings == [.ignored(.notMember)])
    }

    @Test mutating func aNumberGivenToAnotherPeerForgetsTheOneBefore() {
        station.receive(binds(4, house, mid: 1), from: 0, at: start)
        _ = station.drained()
        station.replace(peer: 0, firstMid: 500, at: start)
        #expect(station.drained().hearings == Array(repeating: .unbound, count: 32))
        station.configure(targets: [], channels: [channel(1, house, [0])], at: start)
        #expect(station.drained().hearings.isEmpty)
        // Its own numbers begin elsewhere, and the same record is new to it.
        station.receive(binds(4, house, mid: 1), from: 0, at: start)
        #expect(station.drained().hearings == [.channel(1)])
    }

    @Test func noTwoTargetsAreOfOneNumber() {
        let targets =
            (1..<32).map { target(UInt8($0), UInt64($0), [0]) }
            + (0..<62).map { target(0, 0, [$0]) }
        #expect(Set(targets.map { $0.id }) == Set(1..<94))
    }
}
