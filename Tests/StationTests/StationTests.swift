import Testing
import Time
import Wire

@testable import Station

@Suite struct StationTests {
    private static let house: UInt64 = 0xA1A2_A3A4_A5A6_A7A8
    private let start = Instant(nanoseconds: 1_000_000_000)
    private let house = StationTests.house

    /// One channel with peers 0 and 1, listened to; and both peers spoken to alone.
    private var station = Switchboard(
        targets: [
            TalkTarget(stream: 1, reference: StationTests.house, listeners: [0, 1]),
            TalkTarget(stream: 0, reference: 0, listeners: [0]),
            TalkTarget(stream: 0, reference: 0, listeners: [1]),
        ],
        channels: [
            Channel(number: 1, reference: StationTests.house, members: [0, 1], isListenedTo: true)
        ],
        firstMids: [100, 200, 300])

    /// Peer 0 is up, with all said that is said then.
    init() {
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = station.drained()
    }

    private func binding(stream: UInt8, reference: UInt64, mid: UInt32 = 7) -> ControlRecord {
        .stream(
            StreamBinding(
                mid: mid, stream: stream, purpose: .talk, priority: .normal, reference: reference))
    }

    /// Peer 0 acknowledges the first two bindings.
    private mutating func acknowledge() {
        var list = Acknowledgement(100)
        list.append(101)
        station.receive(.ack(list), from: 0, at: start + .milliseconds(50))
    }

    // MARK: Bindings

    @Test mutating func aNewSessionBindsEveryStreamThePeerMayHear() {
        station.up(peer: 1, isNewBoot: true, at: start)
        let actions = station.drained()
        #expect(actions.hearings == Array(repeating: .unbound, count: 32))
        #expect(
            actions.records(to: 1) == [
                binding(stream: 1, reference: house, mid: 200),
                binding(stream: 0, reference: 0, mid: 201),
            ])
        #expect(actions.records(to: 0) == [])
    }

    @Test mutating func bindingsRepeatUntilAcknowledgedAndNotAfter() {
        station.tick(at: start + .milliseconds(99))
        #expect(station.drained().records().numbered.isEmpty)
        station.tick(at: start + .milliseconds(100))
        #expect(station.drained().records().numbered.count == 2)
        acknowledge()
        for second in 1...30 {
            station.tick(at: start + .seconds(second))
            #expect(station.drained().records().numbered.isEmpty)
        }
    }

    @Test mutating func aBindingGivenUpInABadMomentIsTriedAgain() {
        var mids: Set<UInt32> = []
        for second in 1...20 {
            station.tick(at: start + .seconds(second))
            mids.formUnion(station.drained().records().compactMap { $0.mid })
        }
        #expect(mids.count == 4, "two bindings, numbered anew after they were given up")
    }

    @Test mutating func withANewSessionEveryStreamIsBoundAgain() {
        acknowledge()
        #expect(station.drained().isEmpty)
        station.renewed(peer: 0, at: start + .seconds(1))
        let actions = station.drained()
        #expect(actions.hearings.isEmpty)
        #expect(
            actions.records(to: 0).numbered == [
                binding(stream: 1, reference: house, mid: 102),
                binding(stream: 0, reference: 0, mid: 103),
            ])
        // A binding under way is not sent twice.
        station.renewed(peer: 0, at: start + .seconds(1))
        #expect(station.drained().records().numbered.isEmpty)
    }

    @Test func aStreamIsBoundWithThePriorityOfItsTarget() {
        var station = Switchboard(
            targets: [
                TalkTarget(stream: 1, reference: house, listeners: [0], priority: .emergency)
            ], channels: [], firstMids: [100])
        station.up(peer: 0, isNewBoot: true, at: start)
        #expect(station.drained().records().bindings.map(\.priority) == [.emergency])
    }

    @Test mutating func anAimedStreamIsBoundAnewEachTimeItIsAimed() {
        station.up(peer: 1, isNewBoot: true, at: start)
        _ = station.drained()
        for time in 0..<2 {
            station.bind(
                TalkTarget(
                    stream: TalkTarget.announcement, reference: house, listeners: [1],
                    priority: .high, purpose: .page), at: start + .milliseconds(time))
            let found = station.drained().records(to: 1).bindings
            #expect(found.map(\.stream) == [29] && found.map(\.purpose) == [.page])
            #expect(found.map(\.reference) == [house] && found.map(\.priority) == [.high])
        }
        // With a new session it is bound again, until it is over.
        station.renewed(peer: 1, at: start + .seconds(1))
        #expect(station.drained().records(to: 1).bindings.contains { $0.stream == 29 })
        station.release(TalkTarget.announcement)
        station.up(peer: 1, isNewBoot: true, at: start + .seconds(2))
        #expect(!station.drained().records(to: 1).bindings.contains { $0.stream == 29 })
    }

    // MARK: What peers bind

    @Test mutating func streamsAreHeardByWhatTheyAreBoundTo() {
        station.up(peer: 2, isNewBoot: true, at: start)
        _ = station.drained()
        station.receive(binding(stream: 4, reference: house, mid: 1), from: 0, at: start)
        station.receive(binding(stream: 5, reference: 0, mid: 2), from: 0, at: start)
        station.receive(binding(stream: 6, reference: 0xBAD, mid: 3), from: 0, at: start)
        #expect(station.drained().hearings == [.channel(1), .direct, .ignored(.notMember)])
        // Peer 2 is no member of the channel.
        station.receive(binding(stream: 1, reference: house), from: 2, at: start)
        #expect(station.drained().hearings == [.ignored(.notMember)])
    }

    @Test mutating func aChannelThatIsNotHereIsRememberedUntilThePeerRestarts() {
        station.receive(binding(stream: 4, reference: house, mid: 1), from: 0, at: start)
        #expect(!station.view(of: 0).hasUnknownChannel)
        station.receive(binding(stream: 6, reference: 0xBAD, mid: 3), from: 0, at: start)
        #expect(station.view(of: 0).hasUnknownChannel)
        station.up(peer: 0, isNewBoot: true, at: start)
        #expect(!station.view(of: 0).hasUnknownChannel)
    }

    // MARK: Records

    @Test mutating func aRepeatedRecordIsAcknowledgedAgainAndActedOnOnceForEachStart() {
        var hearings: [Hearing] = []
        for _ in 0..<3 {
            station.receive(binding(stream: 4, reference: 0), from: 0, at: start)
            let actions = station.drained()
            hearings += actions.hearings
            #expect(actions.records(to: 0).contains(.ack(Acknowledgement(7))))
        }
        #expect(hearings == [.direct])
        // A restarted peer may use its numbers again.
        station.up(peer: 0, isNewBoot: true, at: start + .seconds(5))
        _ = station.drained()
        station.receive(binding(stream: 4, reference: 0), from: 0, at: start + .seconds(6))
        #expect(station.drained().hearings == [.direct])
    }

    @Test mutating func unknownAndForeignRecordsAreAcknowledgedAndIgnored() {
        station.receive(.unknown(mid: 55, type: 77), from: 0, at: start)
        station.receive(.close(.stopping), from: 0, at: start)
        station.receive(binding(stream: 32, reference: 0, mid: 56), from: 0, at: start)
        let actions = station.drained()
        #expect(actions.hearings.isEmpty)
        var owed = Acknowledgement(55)
        owed.append(56)
        #expect(actions.records(to: 0) == [.ack(owed)])
    }

    @Test mutating func nothingIsSentToAPeerThatIsDown() {
        station.down(peer: 0, at: start)
        station.receive(binding(stream: 4, reference: 0), from: 0, at: start)
        station.tick(at: start + .seconds(60))
        #expect(station.drained().records(to: 0).isEmpty)
        #expect(station.deadline == nil)
    }

    /// However many records and PINGs a peer sends, memory for it stays bounded.
    @Test mutating func aFloodOfRecordsIsBounded() {
        for mid in 0..<5000 as Range<UInt32> {
            station.receive(.ping(mid), from: 0, at: start)
        }
        let pongs = station.drained().records(to: 0).filter { record in
            if case .pong = record { true } else { false }
        }
        #expect(pongs.count == 4)
    }

    // MARK: The round trip

    @Test mutating func pingsAreAnsweredAndMeasureTheRoundTrip() {
        station.receive(.ping(0xDEAD_BEEF), from: 0, at: start)
        #expect(station.drained().records(to: 0).contains(.pong(0xDEAD_BEEF)))

        station.tick(at: start)
        let pings = station.drained().records(to: 0).pings
        #expect(pings.count == 1)
        station.receive(.pong(pings[0] &+ 1), from: 0, at: start + .milliseconds(3))
        #expect(station.view(of: 0).roundTrip == nil)
        station.receive(.pong(pings[0]), from: 0, at: start + .milliseconds(4))
        #expect(station.view(of: 0).roundTrip == .milliseconds(4))
    }

    /// However soon after another PING: the answer says how old the peer's packets are.
    @Test mutating func theRoundTripIsAskedForAtOnceWhenAnotherSessionBegan() {
        station.tick(at: start)
        #expect(station.drained().records().pings.count == 1)
        station.renewed(peer: 0, at: start + .milliseconds(10))
        #expect(station.drained().records().pings.count == 1)
        station.down(peer: 0, at: start + .seconds(5))
        station.renewed(peer: 0, at: start + .seconds(6))
        #expect(station.drained().records().pings.isEmpty)
    }

    private let report = Report(
        stream: 1, highest: 9, loss: 20, burst: 8, jitter: 3, delay: 20, concealed: 0,
        received: 100)

    @Test mutating func aReportAsksForARoundTripUnlessThatWasDoneJustNow() {
        station.tick(at: start)
        _ = station.drained()
        var pings: [[UInt32]] = []
        for ms in [800, 1_000, 1_500, 2_000] as [Int64] {
            station.receive(.report(report), from: 0, at: start + .milliseconds(ms))
            pings.append(station.drained().records(to: 0).pings)
        }
        // The first PING may be lost: there is no wait for it.
        #expect(pings.map(\.count) == [0, 1, 0, 1])
        // An answer counts from its own PING, and earlier PINGs are of no use any more.
        for (ms, place) in [(2_300, 3), (2_400, 1)] as [(Int64, Int)] {
            station.receive(.pong(pings[place][0]), from: 0, at: start + .milliseconds(ms))
            #expect(station.view(of: 0).roundTrip == .milliseconds(300))
        }
    }

    /// A round trip of so many milliseconds is measured at this second.
    private mutating func measure(_ ms: Int64, at second: Int64) throws {
        let now = start + .seconds(second)
        station.measure(0, at: now)
        let token = try #require(station.drained().records(to: 0).pings.first)
        station.receive(.pong(token), from: 0, at: now + .milliseconds(ms))
    }

    @Test mutating func oneSlowAnswerIsNotTheUsual() throws {
        #expect(station.view(of: 0).usualRoundTrip == nil)
        for (place, ms) in [4, 5, 90, 6, 5].enumerated() {
            try measure(Int64(ms), at: 2 * Int64(place) + 2)
        }
        #expect(station.view(of: 0).usualRoundTrip == .milliseconds(5))
        // A second later there is no further PING: the next report will ask.
        station.measure(0, at: start + .milliseconds(11_000))
        #expect(station.drained().records(to: 0).isEmpty)
        station.receive(.report(report), from: 0, at: start + .milliseconds(11_100))
        #expect(station.drained().records(to: 0).count == 1)
        // Three answers establish another path; round trips from before a silence do not count.
        for second in [14, 16, 18] { try measure(60, at: Int64(second)) }
        #expect(station.view(of: 0).usualRoundTrip == .milliseconds(60))
        try measure(3, at: 40)
        #expect(station.view(of: 0).usualRoundTrip == .milliseconds(3))
    }

    /// The PINGs that go out until then.
    private mutating func asked(until end: Int64) -> [(token: UInt32, ms: Int64)] {
        var asked: [(token: UInt32, ms: Int64)] = []
        while let due = station.deadline, due <= start + .milliseconds(end) {
            station.tick(at: due)
            asked += station.drained().records(to: 0).pings.map {
                ($0, (due - start).milliseconds)
            }
        }
        return asked
    }

    /// At times that differ between packets of any length, until there is an answer.
    @Test mutating func whatHasNoAnswerIsAskedThreeTimesMore() {
        #expect(asked(until: 14_000).map(\.ms) == [0, 237, 474, 711])
        let again = asked(until: 15_300)
        #expect(again.map(\.ms) == [15_000, 15_237])
        // It does not matter which PING is answered.
        station.receive(.pong(again[0].token), from: 0, at: start + .milliseconds(15_310))
        #expect(station.view(of: 0).roundTrip == .milliseconds(310))
        #expect(asked(until: 29_000).isEmpty)
        for frame in [2.5, 5, 10, 20] {
            let phases = (0...3).map { (Double($0) * 237).truncatingRemainder(dividingBy: frame) }
            #expect(Set(phases).count >= 3, "\(frame) ms: \(phases)")
        }
        // A peer that is gone gets no PING.
        _ = asked(until: 30_000)
        station.down(peer: 0, at: start + .seconds(30))
        station.tick(at: start + .seconds(40))
        #expect(station.deadline == nil)
    }
}
