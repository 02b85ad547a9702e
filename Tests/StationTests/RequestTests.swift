import Testing
import Time
import Wire

@testable import Station

/// Pages, call lights and relays: the things peers may do here without an answer.
@Suite struct RequestTests {
    private var world = CallWorld(2)

    private mutating func page(_ priority: Priority = .normal, reference: UInt64? = nil) {
        let reference = reference ?? world.channel
        world.act(0) {
            $0.bind(
                TalkTarget(
                    stream: TalkTarget.page, reference: reference, listeners: [1],
                    priority: priority, purpose: .page), at: $1)
        }
        world.run()
    }

    @Test mutating func aPageIsHeardUntilItsSenderHasSaidAll() {
        // Said again, it is the same page.
        for _ in 0..<2 { page() }
        #expect(world.pages(1) == ["began 0"])
        #expect(world.hearing(1, 0, 30) == .page(channel: 1, overrides: false))
        world.inject(.spurtEnd(SpurtEnd(stream: 30, last: 9)), from: 0, to: 1)
        world.run(for: .milliseconds(900))
        // Its last sound is still under way.
        #expect(world.hearing(1, 0, 30) == .page(channel: 1, overrides: false))
        world.run(for: .milliseconds(200))
        #expect(world.pages(1) == ["began 0", "ended 0"])
        #expect(world.hearing(1, 0, 30) == .ignored(.over))
    }

    @Test mutating func aPageLastsAMinuteAtMostOnBothSides() {
        page()
        world.run(for: .seconds(64))
        #expect(world.pages(0) == ["own time up 30"])
        #expect(world.pages(1) == ["began 0", "time up 0"])
        #expect(world.hearing(1, 0, 30) == .ignored(.over))
    }

    @Test mutating func aPageWithoutConsentIsRefusedAndCounted() {
        world.policy = Policy(announce: false)
        page()
        #expect(world.pages(1) == ["refused announce 1"])
        #expect(world.hearing(1, 0, 30) == .ignored(.denied))
    }

    @Test mutating func anEmergencyWithoutRightIsRefusedAndSaidOnceAMinute() {
        for _ in 0..<5 {
            page(.emergency)
            world.run(for: .seconds(10))
        }
        #expect(world.pages(1) == ["refused emergency 1"])
        world.run(for: .seconds(20))
        page(.emergency)
        #expect(world.pages(1) == ["refused emergency 1", "refused emergency 6"])
        #expect(world.stations[1].refusals(of: 0)[.emergency] == 6)
    }

    @Test mutating func aChannelThatIsNotHereIsRefused() {
        page(reference: 0xBAD)
        #expect(world.pages(1) == ["refused channel 1"])
    }

    @Test mutating func doNotDisturbIsOverriddenByAnEmergencyOfOneWhoMay() {
        world.policy = Policy(emergency: true)
        world.resting = [1]
        page(.high)
        #expect(world.pages(1) == [])
        #expect(world.hearing(1, 0, 30) == .ignored(.doNotDisturb))
        page(.emergency)
        #expect(world.pages(1) == ["began 0"])
    }

    @Test mutating func aPageUnderWayEndsWherePeopleRestAndAnEmergencyGoesOn() {
        world.policy = Policy(emergency: true)
        page(.high)
        world.resting = [1]
        #expect(world.pages(1) == ["began 0", "ended 0"])
        #expect(world.hearing(1, 0, 30) == .ignored(.doNotDisturb))
        // A repeated binding means the same page.
        page(.high)
        #expect(world.hearing(1, 0, 30) == .ignored(.doNotDisturb))
        page(.emergency)
        world.resting = []
        world.resting = [1]
        #expect(world.pages(1) == ["began 0", "ended 0", "began 0"])
    }

    @Test(arguments: [Priority.high, .emergency, Priority(rawValue: 200)])
    mutating func aPriorityWithoutRightIsNormalAndItsSenderKnows(_ claimed: Priority) {
        let target = TalkTarget(
            stream: 1, reference: world.channel, listeners: [1], priority: claimed)
        world.act(0) { station, now in
            station.configure(targets: [target], channels: [], at: now)
        }
        world.run(for: .seconds(1))
        #expect(world.priority(1, 0, 1) == .normal)
        #expect(world.stations[0].view(of: 1).isLowered)
        let refused = world.stations[1].refusals(of: 0)
        #expect(refused[claimed == .high ? .high : .emergency] == 1)
        world.policy = Policy(high: true)
        world.run(for: .seconds(1))
        #expect(world.priority(1, 0, 1) == .high)
        #expect(world.stations[0].view(of: 1).isLowered == (claimed != .high))
        world.policy = Policy(emergency: true)
        world.run(for: .seconds(1))
        #expect(world.priority(1, 0, 1) == min(claimed, .emergency))
        #expect(!world.stations[0].view(of: 1).isLowered)
    }

    @Test mutating func aRightThatIsTakenAwayCountsNoMoreWhereItIsInUse() {
        world.policy = Policy(emergency: true)
        let binding = StreamBinding(
            mid: 5, stream: 1, purpose: .talk, priority: .emergency, reference: world.channel)
        world.inject(.stream(binding), from: 0, to: 1)
        #expect(world.priority(1, 0, 1) == .emergency)
        world.policy = Policy()
        #expect(world.priority(1, 0, 1) == .normal)
        world.policy = Policy(emergency: true)
        #expect(world.priority(1, 0, 1) == .emergency)
    }

    @Test(arguments: [Priority.normal, .emergency])
    mutating func aPageEndsWithTheRightToIt(_ priority: Priority) {
        world.policy = Policy(emergency: true)
        page(priority)
        #expect(world.pages(1) == ["began 0"])
        world.policy = priority == .emergency ? Policy() : Policy(announce: false)
        #expect(world.pages(1) == ["began 0", "ended 0"])
        #expect(world.hearing(1, 0, 30) == .ignored(.denied))
    }

    /// The end of a page is sent three times, the last perhaps after the next page has begun.
    @Test mutating func theEndOfTheFormerPageIsNotTheNextOnes() {
        page()
        let end = SpurtEnd(stream: 30, last: 9)
        world.inject(.spurtEnd(end), from: 0, to: 1)
        world.act(0) { station, _ in station.release(TalkTarget.page) }
        page(.high)
        world.inject(.spurtEnd(end), from: 0, to: 1)
        world.run(for: .seconds(5))
        #expect(world.hearing(1, 0, 30) == .page(channel: 1, overrides: false))
        world.inject(.spurtEnd(SpurtEnd(stream: 30, last: 40)), from: 0, to: 1)
        world.run(for: .seconds(2))
        #expect(world.hearing(1, 0, 30) == .ignored(.over))
    }

    @Test mutating func anAnnouncementOfAMinuteIsHeardToItsEnd() {
        let binding = StreamBinding(
            mid: 5, stream: TalkTarget.announcement, purpose: .page, priority: .normal,
            reference: world.channel)
        world.inject(.stream(binding), from: 0, to: 1)
        world.run(for: .milliseconds(62_500))
        #expect(world.pages(1) == ["began 0"])
        world.run(for: .seconds(1))
        #expect(world.pages(1) == ["began 0", "time up 0"])
    }

    @Test mutating func aCallLightIsAskedForAndAnswered() {
        let request = world.ask(.callLight, time: .seconds(5))
        world.run()
        #expect(world.pages(1) == ["lit for 5 s"])
        #expect(world.pages(0) == ["result \(request) 0"])
    }

    /// A right to the door is none to the garage, nor to a relay that is not there.
    @Test mutating func aRelayThatThePolicyDoesNotNameIsDenied() {
        world.policy = Policy(relays: [3])
        for reference: UInt64 in [0, 2, 3 | 1 << 32, 3 << 8] {
            let request = world.ask(.relay, reference)
            world.run()
            #expect(world.pages(0).last == "result \(request) 1")
        }
        #expect(world.stations[1].refusals(of: 0)[.relay] == 4)
        #expect(world.pages(1) == ["refused relay 1"])
        let allowed = world.ask(.relay, 3)
        world.run()
        #expect(world.pages(0).last == "result \(allowed) 0")
    }

    @Test mutating func whatIsAskedInVainIsSaid() {
        world.cut = [[0, 1]]
        let request = world.ask(.relay, 3)
        world.run(for: .milliseconds(8100))
        #expect(world.pages(0) == ["result \(request) none"])
    }

    /// The results that a station tells of its requests when these answers come.
    private func told(
        _ station: inout Switchboard, _ answers: [(peer: Int, RequestResult)]
    ) -> [String] {
        answers.flatMap { peer, answer in
            station.receive(.result(answer), from: peer, at: now)
            return station.drained().compactMap { order -> String? in
                guard case .notice(.result(let peer, let mid, let what, let status)) = order else {
                    return nil
                }
                return "\(peer) \(mid) \(what) \(status?.rawValue ?? 255)"
            }
        }
    }

    private func answer(
        _ mid: UInt32, to request: UInt32, _ status: RequestResult.Status = .done
    ) -> RequestResult {
        RequestResult(mid: mid, request: request, status: status)
    }

    private let now = Instant(nanoseconds: 5_000_000_000)

    @Test func whatCameOfARequestIsToldOnceAndOfTheRequestThatItAnswers() {
        var station = Switchboard(targets: [], channels: [], firstMids: [0, 7, 7])
        let door = station.ask(1, .relay, reference: 1, time: .zero, called: "relay door", at: now)
        let light = station.ask(
            2, .callLight, reference: 0, time: .zero, called: "call light", at: now)
        #expect(door == 7 && light == 7)
        let told = told(
            &station,
            [
                (2, answer(1, to: 7, .unseen)), (2, answer(2, to: 7)), (1, answer(1, to: 8)),
                (1, answer(2, to: 7, .denied)),
            ])
        #expect(told == ["2 7 call light 3", "1 7 relay door 1"])
    }

    @Test func theOldestRequestIsGivenUpForANewerOne() {
        var station = Switchboard(targets: [], channels: [], firstMids: [0])
        for _ in 0...64 {
            _ = station.ask(0, .relay, reference: 1, time: .zero, called: "relay door", at: now)
        }
        let told = told(&station, [(0, answer(1, to: 0)), (0, answer(2, to: 1))])
        #expect(told == ["0 1 relay door 0"])
    }
}
