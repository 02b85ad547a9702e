import Station
import Testing
import Time
import Wire

@Suite struct StationTests {
    let start = Instant(nanoseconds: 1_000_000_000)
    let house: UInt64 = 0xA1A2_A3A4_A5A6_A7A8

    /// One channel with peers 0 and 1, listened to; and both peers spoken to alone.
    func station() -> Station {
        Station(
            targets: [
                TalkTarget(stream: 1, reference: house, listeners: [0, 1]),
                TalkTarget(stream: 0, reference: 0, listeners: [0]),
                TalkTarget(stream: 0, reference: 0, listeners: [1]),
            ],
            channels: [Channel(number: 1, reference: house, members: [0, 1], isListenedTo: true)],
            firstMids: [100, 200, 300])
    }

    func drain(_ station: inout Station) -> [Station.Action] {
        var actions: [Station.Action] = []
        while let action = station.nextAction() { actions.append(action) }
        return actions
    }

    /// The records sent to `peer` among `actions`.
    func records(to peer: Int, in actions: [Station.Action]) -> [ControlRecord] {
        var found: [ControlRecord] = []
        for case .send(peer, let payload) in actions {
            #expect(ControlReader.read(payload.bytes.span) { found.append($0) })
        }
        return found
    }

    func hearings(in actions: [Station.Action]) -> [Hearing] {
        actions.compactMap { if case .hear(_, _, let hearing, _) = $0 { hearing } else { nil } }
    }

    func binding(stream: UInt8, reference: UInt64, mid: UInt32 = 7) -> ControlRecord {
        .stream(
            StreamBinding(
                mid: mid, stream: stream, purpose: .talk, priority: .normal, reference: reference))
    }

    @Test func aNewSessionBindsEveryStreamTheePeerMayHear() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        let actions = drain(&station)
        #expect(hearings(in: actions) == Array(repeating: .unbound, count: 32))
        #expect(
            records(to: 0, in: actions) == [
                binding(stream: 1, reference: house, mid: 100),
                binding(stream: 0, reference: 0, mid: 101),
            ])
        #expect(records(to: 1, in: actions) == [])
    }

    @Test func bindingsRepeatUntilAcknowledgedAndNotAfter() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        // Both records again at 0.1 s, none before.
        station.tick(at: start + .milliseconds(99))
        let early = records(to: 0, in: drain(&station)).filter { $0.mid != nil }
        #expect(early.isEmpty)
        station.tick(at: start + .milliseconds(100))
        #expect(records(to: 0, in: drain(&station)).count { $0.mid != nil } == 2)

        var list = Acknowledgement(100)
        list.append(101)
        station.receive(.ack(list), from: 0, at: start + .milliseconds(150))
        for second in 1...30 {
            station.tick(at: start + .seconds(second))
            #expect(records(to: 0, in: drain(&station)).allSatisfy { $0.mid == nil })
        }
    }

    @Test func aBindingGivenUpInABadMomentIsTriedAgain() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        var mids: Set<UInt32> = []
        for second in 1...20 {
            station.tick(at: start + .seconds(second))
            for record in records(to: 0, in: drain(&station)) {
                if let mid = record.mid { mids.insert(mid) }
            }
        }
        #expect(mids.count == 4, "two bindings, numbered anew after they were given up")
    }

    @Test func withANewSessionEveryStreamIsBoundAgain() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        var list = Acknowledgement(100)
        list.append(101)
        station.receive(.ack(list), from: 0, at: start + .milliseconds(50))
        #expect(drain(&station).isEmpty)
        station.renewed(peer: 0, at: start + .seconds(1))
        let actions = drain(&station)
        #expect(hearings(in: actions).isEmpty)
        #expect(
            records(to: 0, in: actions).filter { $0.mid != nil } == [
                binding(stream: 1, reference: house, mid: 102),
                binding(stream: 0, reference: 0, mid: 103),
            ])
        // A binding under way is not sent twice.
        station.renewed(peer: 0, at: start + .seconds(1))
        #expect(records(to: 0, in: drain(&station)).allSatisfy { $0.mid == nil })
    }

    @Test func streamsAreHeardByWhatTheyAreBoundTo() {
        var station = station()
        station.up(peer: 1, isNewBoot: true, at: start)
        _ = drain(&station)
        station.receive(binding(stream: 4, reference: house, mid: 1), from: 1, at: start)
        station.receive(binding(stream: 5, reference: 0, mid: 2), from: 1, at: start)
        station.receive(binding(stream: 6, reference: 0xBAD, mid: 3), from: 1, at: start)
        #expect(hearings(in: drain(&station)) == [.channel(1), .direct, .ignored(.notMember)])
    }

    @Test func aChannelThatIsNotHereIsRemembered() {
        var station = station()
        station.up(peer: 1, isNewBoot: true, at: start)
        station.receive(binding(stream: 4, reference: house, mid: 1), from: 1, at: start)
        #expect(!station.view(of: 1).hasUnknownChannel)
        station.receive(binding(stream: 6, reference: 0xBAD, mid: 3), from: 1, at: start)
        #expect(station.view(of: 1).hasUnknownChannel)
        station.up(peer: 1, isNewBoot: true, at: start)
        #expect(!station.view(of: 1).hasUnknownChannel)
    }

    @Test func aChannelThatIsNotHereIsForgottenWhenThePeerBindsAKnownOneAfterIt() {
        var station = station()
        station.up(peer: 1, isNewBoot: true, at: start)
        // One misspelt channel, and one that exists.
        station.receive(binding(stream: 6, reference: 0xBAD, mid: 1), from: 1, at: start)
        station.receive(
            binding(stream: 4, reference: house, mid: 2), from: 1, at: start + .seconds(1))
        #expect(station.view(of: 1).hasUnknownChannel, "it has told both at once: it has both")
        let later = start + .seconds(9)
        station.receive(binding(stream: 4, reference: house, mid: 3), from: 1, at: later)
        #expect(!station.view(of: 1).hasUnknownChannel)
        // Changing the settings here does not bring it back; a new binding does.
        station.configure(
            targets: [],
            channels: [Channel(number: 1, reference: house, members: [0, 1], isListenedTo: true)],
            at: later)
        #expect(!station.view(of: 1).hasUnknownChannel)
        station.receive(binding(stream: 6, reference: 0xBAD, mid: 4), from: 1, at: later)
        #expect(station.view(of: 1).hasUnknownChannel)
    }

    @Test func aChannelThatAPeerDoesNotTellAgainWithANewSessionIsForgotten() {
        for isToldAgain in [false, true] {
            var station = station()
            station.up(peer: 1, isNewBoot: true, at: start)
            station.receive(binding(stream: 6, reference: 0xBAD, mid: 1), from: 1, at: start)
            let later = start + .seconds(120)
            station.renewed(peer: 1, at: later)
            if isToldAgain {
                station.receive(binding(stream: 6, reference: 0xBAD, mid: 2), from: 1, at: later)
            }
            station.tick(at: later + .seconds(20))
            #expect(station.view(of: 1).hasUnknownChannel == isToldAgain)
        }
    }

    @Test func aChannelIsNotHeardFromOneWhoIsNoMember() {
        var station = station()
        station.up(peer: 2, isNewBoot: true, at: start)
        _ = drain(&station)
        station.receive(binding(stream: 1, reference: house), from: 2, at: start)
        #expect(hearings(in: drain(&station)) == [.ignored(.notMember)])
    }

    @Test func aRepeatedRecordIsAcknowledgedAgainAndActedOnOnce() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        for _ in 0..<3 {
            station.receive(binding(stream: 4, reference: 0), from: 0, at: start)
            let actions = drain(&station)
            #expect(records(to: 0, in: actions).contains(.ack(Acknowledgement(7))))
        }
        station.receive(binding(stream: 4, reference: 0), from: 0, at: start)
        #expect(hearings(in: drain(&station)).isEmpty)
    }

    @Test func aRestartedPeerMayUseItsNumbersAgain() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        station.receive(binding(stream: 4, reference: 0), from: 0, at: start)
        _ = drain(&station)
        station.up(peer: 0, isNewBoot: true, at: start + .seconds(5))
        _ = drain(&station)
        station.receive(binding(stream: 4, reference: 0), from: 0, at: start + .seconds(6))
        #expect(hearings(in: drain(&station)) == [.direct])
    }

    @Test func unknownAndForeignRecordsAreAcknowledgedAndIgnored() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        station.receive(.unknown(mid: 55, type: 77), from: 0, at: start)
        station.receive(.close(.stopping), from: 0, at: start)
        station.receive(binding(stream: 32, reference: 0, mid: 56), from: 0, at: start)
        let actions = drain(&station)
        #expect(hearings(in: actions).isEmpty)
        var owed = Acknowledgement(55)
        owed.append(56)
        #expect(records(to: 0, in: actions) == [.ack(owed)])
    }

    @Test func pingsAreAnsweredAndMeasureTheRoundTrip() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        station.receive(.ping(0xDEAD_BEEF), from: 0, at: start)
        #expect(records(to: 0, in: drain(&station)).contains(.pong(0xDEAD_BEEF)))

        station.tick(at: start)
        let pings = records(to: 0, in: drain(&station)).compactMap { record -> UInt32? in
            if case .ping(let token) = record { token } else { nil }
        }
        #expect(pings.count == 1)
        station.receive(.pong(pings[0] &+ 1), from: 0, at: start + .milliseconds(3))
        #expect(station.view(of: 0).roundTrip == nil)
        station.receive(.pong(pings[0]), from: 0, at: start + .milliseconds(4))
        #expect(station.view(of: 0).roundTrip == .milliseconds(4))
    }

    private let report = Report(
        stream: 1, highest: 9, loss: 20, burst: 8, jitter: 3, delay: 20, concealed: 0,
        received: 100)

    @Test func aReportAsksForARoundTripUnlessThatWasDoneJustNow() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        station.tick(at: start)
        _ = drain(&station)
        let pings = { (station: inout Station, ms: Int64) -> [UInt32] in
            station.receive(.report(report), from: 0, at: start + .milliseconds(ms))
            return records(to: 0, in: drain(&station)).compactMap { record in
                if case .ping(let token) = record { token } else { nil }
            }
        }
        #expect(pings(&station, 800).isEmpty)
        // The first PING may be lost: there is no wait for it.
        let second = pings(&station, 1_000)
        #expect(second.count == 1)
        #expect(pings(&station, 1_500).isEmpty)
        let third = pings(&station, 2_000)
        #expect(third.count == 1)
        // An answer counts from its own PING, and earlier PINGs are of no use any more.
        station.receive(.pong(third[0]), from: 0, at: start + .milliseconds(2_300))
        #expect(station.view(of: 0).roundTrip == .milliseconds(300))
        station.receive(.pong(second[0]), from: 0, at: start + .milliseconds(2_400))
        #expect(station.view(of: 0).roundTrip == .milliseconds(300))
    }

    @Test func whoIsHeardIsMeasuredAndOneSlowAnswerIsNotTheUsual() throws {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        func roundTrip(_ station: inout Station, of ms: Int64, at second: Int64) throws {
            let now = start + .seconds(second)
            station.measure(0, at: now)
            let token = try #require(
                records(to: 0, in: drain(&station)).compactMap { record -> UInt32? in
                    if case .ping(let token) = record { token } else { nil }
                }.first)
            station.receive(.pong(token), from: 0, at: now + .milliseconds(ms))
        }
        #expect(station.view(of: 0).usualRoundTrip == nil)
        for (second, ms) in [4, 5, 90, 6, 5].enumerated() {
            try roundTrip(&station, of: Int64(ms), at: 2 * Int64(second) + 2)
        }
        #expect(station.view(of: 0).usualRoundTrip == .milliseconds(5))
        // A second later there is no further PING: the next report will ask.
        station.measure(0, at: start + .milliseconds(11_000))
        #expect(records(to: 0, in: drain(&station)).isEmpty)
        station.receive(.report(report), from: 0, at: start + .milliseconds(11_100))
        #expect(records(to: 0, in: drain(&station)).count == 1)
        // Three answers establish another path; round trips from before a silence do not count.
        for second in [14, 16, 18] { try roundTrip(&station, of: 60, at: Int64(second)) }
        #expect(station.view(of: 0).usualRoundTrip == .milliseconds(60))
        try roundTrip(&station, of: 3, at: 40)
        #expect(station.view(of: 0).usualRoundTrip == .milliseconds(3))
    }

    /// At times that differ between packets of any length, until there is an answer.
    @Test func whatHasNoAnswerIsAskedThreeTimesMore() throws {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        var asked: [(token: UInt32, ms: Int64)] = []
        func follow(_ station: inout Station, until end: Int64) {
            while let due = station.deadline, due <= start + .milliseconds(end) {
                station.tick(at: due)
                for case .ping(let token) in records(to: 0, in: drain(&station)) {
                    asked.append((token, (due - start).milliseconds))
                }
            }
        }
        follow(&station, until: 14_000)
        #expect(asked.map(\.ms) == [0, 237, 474, 711])
        follow(&station, until: 15_300)
        #expect(asked.map(\.ms).suffix(2) == [15_000, 15_237])
        // It does not matter which PING is answered.
        station.receive(.pong(asked[4].token), from: 0, at: start + .milliseconds(15_310))
        #expect(station.view(of: 0).roundTrip == .milliseconds(310))
        follow(&station, until: 29_000)
        #expect(asked.count == 6)
        for frame in [2.5, 5, 10, 20] {
            let phases = (0...3).map { (Double($0) * 237).truncatingRemainder(dividingBy: frame) }
            #expect(Set(phases).count >= 3, "\(frame) ms: \(phases)")
        }
        // A peer that is gone gets no PING.
        follow(&station, until: 30_000)
        station.down(peer: 0, at: start + .seconds(30))
        station.tick(at: start + .seconds(40))
        #expect(station.deadline == nil)
    }

    @Test func aStreamIsBoundWithThePriorityOfItsTarget() {
        var station = Station(
            targets: [
                TalkTarget(stream: 1, reference: house, listeners: [0], priority: .emergency)
            ], channels: [], firstMids: [100])
        station.up(peer: 0, isNewBoot: true, at: start)
        let priorities = records(to: 0, in: drain(&station)).compactMap { record -> Priority? in
            if case .stream(let binding) = record { binding.priority } else { nil }
        }
        #expect(priorities == [.emergency])
    }

    @Test func anAimedStreamIsBoundAnewEachTimeItIsAimed() {
        var station = station()
        for peer in 0..<2 { station.up(peer: peer, isNewBoot: true, at: start) }
        _ = drain(&station)
        let bindings = { (station: inout Station, peer: Int) -> [StreamBinding] in
            let actions = drain(&station)
            return records(to: peer, in: actions).compactMap { record in
                if case .stream(let binding) = record { binding } else { nil }
            }
        }
        for time in 0..<2 {
            station.aim(
                TalkTarget(
                    stream: TalkTarget.announcement, reference: house, listeners: [1],
                    priority: .high, purpose: .page), at: start + .milliseconds(time))
            let found = bindings(&station, 1)
            #expect(found.map(\.stream) == [29] && found.map(\.purpose) == [.page])
            #expect(found.map(\.reference) == [house] && found.map(\.priority) == [.high])
        }
        // With a new session it is bound again, until it is over; for others never.
        station.renewed(peer: 1, at: start + .seconds(1))
        station.renewed(peer: 0, at: start + .seconds(1))
        let again = records(to: 1, in: drain(&station))
        #expect(
            again.contains { record in
                if case .stream(let one) = record { one.stream == 29 } else { false }
            })
        station.release(TalkTarget.announcement)
        station.up(peer: 1, isNewBoot: true, at: start + .seconds(2))
        #expect(!bindings(&station, 1).contains { $0.stream == 29 })
    }

    @Test func nothingIsSentToAPeerThatIsDown() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        station.down(peer: 0, at: start)
        station.receive(binding(stream: 4, reference: 0), from: 0, at: start)
        station.tick(at: start + .seconds(60))
        #expect(records(to: 0, in: drain(&station)).isEmpty)
        #expect(station.deadline == nil)
    }

    /// However many records and PINGs a peer sends, memory for it stays bounded.
    @Test func aFloodOfRecordsIsBounded() {
        var station = station()
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = drain(&station)
        for mid in 0..<5000 as Range<UInt32> {
            station.receive(.ping(mid), from: 0, at: start)
        }
        let pongs = records(to: 0, in: drain(&station)).filter { record in
            if case .pong = record { true } else { false }
        }
        #expect(pongs.count == 4)
    }
}
