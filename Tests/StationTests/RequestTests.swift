import Station
import Testing
import Time
import Wire

/// Pages, call lights and relays: the things peers may do here without an answer.
@Suite struct RequestTests {
    let moment = Duration.milliseconds(50)

    func page(
        _ world: inout CallWorld, _ priority: Priority = .normal, reference: UInt64? = nil
    ) {
        let reference = reference ?? world.channel
        world.act(0) {
            $0.aim(
                TalkTarget(
                    stream: TalkTarget.page, reference: reference, listeners: [1],
                    priority: priority, purpose: .page), at: $1)
        }
        world.run(for: moment)
    }

    @Test func aPageIsHeardUntilItsSenderHasSaidAll() {
        var world = CallWorld(2)
        page(&world)
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

    @Test func aPageLastsAMinuteAtMostOnBothSides() {
        var world = CallWorld(2)
        page(&world)
        world.run(for: .seconds(64))
        #expect(world.pages(0) == ["own time up 30"])
        #expect(world.pages(1) == ["began 0", "time up 0"])
        #expect(world.hearing(1, 0, 30) == .ignored(.over))
    }

    @Test func aPageSaidAgainIsTheSamePage() {
        var world = CallWorld(2)
        page(&world)
        page(&world)
        #expect(world.pages(1) == ["began 0"])
    }

    @Test func aPageWithoutConsentIsRefusedAndCounted() {
        var world = CallWorld(2)
        world.policy = Policy(announce: false)
        page(&world)
        #expect(world.pages(1) == ["refused announce 1"])
        #expect(world.hearing(1, 0, 30) == .ignored(.denied))
    }

    @Test func anEmergencyWithoutRightIsRefusedAndSaidOnceAMinute() {
        var world = CallWorld(2)
        for _ in 0..<5 {
            page(&world, .emergency)
            world.run(for: .seconds(10))
        }
        #expect(world.pages(1) == ["refused emergency 1"])
        world.run(for: .seconds(20))
        page(&world, .emergency)
        #expect(world.pages(1) == ["refused emergency 1", "refused emergency 6"])
        #expect(world.stations[1].refusals(of: 0)[.emergency] == 6)
    }

    @Test func aChannelThatIsNotHereIsRefused() {
        var world = CallWorld(2)
        page(&world, reference: 0xBAD)
        #expect(world.pages(1) == ["refused channel 1"])
    }

    @Test func doNotDisturbIsOverriddenByAnEmergencyOfOneWhoMay() {
        var world = CallWorld(2)
        world.policy = Policy(emergency: true)
        world.resting = [1]
        page(&world, .high)
        #expect(world.pages(1) == [])
        #expect(world.hearing(1, 0, 30) == .ignored(.doNotDisturb))
        page(&world, .emergency)
        #expect(world.pages(1) == ["began 0"])
    }

    @Test func aPageUnderWayEndsWherePeopleRestAndAnEmergencyGoesOn() {
        var world = CallWorld(2)
        world.policy = Policy(emergency: true)
        page(&world, .high)
        world.resting = [1]
        #expect(world.pages(1) == ["began 0", "ended 0"])
        #expect(world.hearing(1, 0, 30) == .ignored(.doNotDisturb))
        // A repeated binding means the same page.
        page(&world, .high)
        #expect(world.hearing(1, 0, 30) == .ignored(.doNotDisturb))
        page(&world, .emergency)
        world.resting = []
        world.resting = [1]
        #expect(world.pages(1) == ["began 0", "ended 0", "began 0"])
    }

    @Test(arguments: [Priority.high, .emergency, Priority(rawValue: 200)])
    func aPriorityWithoutRightIsNormalAndItsSenderKnows(_ claimed: Priority) {
        var world = CallWorld(2)
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

    @Test func talkThatClaimsAnEmergencyWithoutRightCountsAsHigh() {
        var world = CallWorld(2)
        world.policy = Policy(high: true)
        let binding = StreamBinding(
            mid: 5, stream: 1, purpose: .talk, priority: .emergency, reference: world.channel)
        world.inject(.stream(binding), from: 0, to: 1)
        #expect(world.priority(1, 0, 1) == .high)
        #expect(world.pages(1) == ["refused emergency 1"])
    }

    @Test func aRightThatIsTakenAwayCountsNoMoreWhereItIsInUse() {
        var world = CallWorld(2)
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
    func aPageEndsWithTheRightToIt(_ priority: Priority) {
        var world = CallWorld(2)
        world.policy = Policy(emergency: true)
        page(&world, priority)
        #expect(world.pages(1) == ["began 0"])
        world.policy = priority == .emergency ? Policy() : Policy(announce: false)
        #expect(world.pages(1) == ["began 0", "ended 0"])
        #expect(world.hearing(1, 0, 30) == .ignored(.denied))
    }

    /// The end of a page is sent three times, the last perhaps after the next page has begun.
    @Test func theEndOfTheFormerPageIsNotTheNextOnes() {
        var world = CallWorld(2)
        page(&world)
        let end = SpurtEnd(stream: 30, last: 9)
        world.inject(.spurtEnd(end), from: 0, to: 1)
        world.act(0) { station, _ in station.release(TalkTarget.page) }
        page(&world, .high)
        world.inject(.spurtEnd(end), from: 0, to: 1)
        world.run(for: .seconds(5))
        #expect(world.hearing(1, 0, 30) == .page(channel: 1, overrides: false))
        world.inject(.spurtEnd(SpurtEnd(stream: 30, last: 40)), from: 0, to: 1)
        world.run(for: .seconds(2))
        #expect(world.hearing(1, 0, 30) == .ignored(.over))
    }

    @Test func anAnnouncementOfAMinuteIsHeardToItsEnd() {
        var world = CallWorld(2)
        let binding = StreamBinding(
            mid: 5, stream: TalkTarget.announcement, purpose: .page, priority: .normal,
            reference: world.channel)
        world.inject(.stream(binding), from: 0, to: 1)
        world.run(for: .milliseconds(62_500))
        #expect(world.pages(1) == ["began 0"])
        world.run(for: .seconds(1))
        #expect(world.pages(1) == ["began 0", "time up 0"])
    }

    @Test func aCallLightIsAskedForAndAnswered() {
        var world = CallWorld(2)
        let request = world.act(0) {
            $0.ask(1, .callLight, reference: 0, time: .seconds(5), called: "it", at: $1)
        }
        world.run(for: moment)
        #expect(world.pages(1) == ["asked 1 50"])
        #expect(world.pages(0) == ["result \(request) 0"])
    }

    @Test func aRelayIsDeniedUnlessAllowed() {
        var world = CallWorld(2)
        let first = world.act(0) {
            $0.ask(1, .relay, reference: 3, time: .zero, called: "it", at: $1)
        }
        world.run(for: moment)
        #expect(world.pages(0) == ["result \(first) 1"])
        #expect(world.pages(1) == ["refused relay 1"])
        world.policy = Policy(relays: [4, 3])
        let second = world.act(0) {
            $0.ask(1, .relay, reference: 3, time: .zero, called: "it", at: $1)
        }
        world.run(for: moment)
        #expect(world.pages(0) == ["result \(first) 1", "result \(second) 0"])
    }

    /// A right to the door is none to the garage, nor to a relay that is not there.
    @Test func aRelayThatThePolicyDoesNotNameIsDenied() {
        var world = CallWorld(2)
        world.policy = Policy(relays: [3])
        for reference: UInt64 in [0, 2, 3 | 1 << 32, 3 << 8] {
            let request = world.act(0) {
                $0.ask(1, .relay, reference: reference, time: .zero, called: "it", at: $1)
            }
            world.run(for: moment)
            #expect(world.pages(0).last == "result \(request) 1")
        }
        #expect(world.stations[1].refusals(of: 0)[.relay] == 4)
        #expect(world.pages(1) == ["refused relay 1"])
    }

    @Test func whatIsAskedInVainIsSaid() {
        var world = CallWorld(2)
        world.cut = [[0, 1]]
        let request = world.act(0) {
            $0.ask(1, .relay, reference: 3, time: .zero, called: "it", at: $1)
        }
        world.run(for: .milliseconds(8100))
        #expect(world.pages(0) == ["result \(request) none"])
    }

    /// The results that a station tells of its requests when these answers come.
    private func told(_ station: inout Station, _ answers: [(peer: Int, RequestResult)]) -> [String]
    {
        var found: [String] = []
        for (peer, answer) in answers {
            station.receive(.result(answer), from: peer, at: now)
            while let action = station.nextAction() {
                guard case .notice(.result(let peer, let mid, let what, let status)) = action else {
                    continue
                }
                found.append("\(peer) \(mid) \(what) \(status?.rawValue ?? 255)")
            }
        }
        return found
    }

    private func answer(
        _ mid: UInt32, to request: UInt32, _ status: RequestResult.Status = .done
    ) -> RequestResult {
        RequestResult(mid: mid, request: request, status: status)
    }

    private let now = Instant(nanoseconds: 5_000_000_000)

    @Test func whatCameOfARequestIsToldOnceAndOfTheRequestThatItAnswers() {
        var station = Station(targets: [], channels: [], firstMids: [0, 7, 7])
        let door = station.ask(
            1, .relay, reference: 1, time: .zero, called: "relay door", at: now)
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
        var station = Station(targets: [], channels: [], firstMids: [0])
        for _ in 0...64 {
            _ = station.ask(0, .relay, reference: 1, time: .zero, called: "relay door", at: now)
        }
        let told = told(&station, [(0, answer(1, to: 0)), (0, answer(2, to: 1))])
        #expect(told == ["0 1 relay door 0"])
    }
}
