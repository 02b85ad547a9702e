import Audio
import Station
import Testing
import Time
import Wire

/// Rows of the table of calls (talking.md "Calls"), with two or three stations and a network.
///
/// The rows of an ordinary call, such as a rejection, are in Tests/System/test_calls.py.
@Suite struct CallTableTests {
    private var world = CallWorld(2)

    // MARK: Idle

    @Test mutating func test_idle_offer_rings_and_tells_the_caller() {
        let id = world.ring(0, [1])
        #expect(world.state(0) == .calling)
        #expect(world.state(1) == .ringing)
        #expect(world.history[1][id]?.starts == 1)
        #expect(world.listeners == [[], []])
    }

    @Test mutating func test_ringing_unheard_tells_the_caller_why() {
        world.unnoticed = [1: .speakerMuted]
        let id = world.ring(0, [1])
        #expect(world.state(0) == .calling && world.state(1) == .ringing)
        #expect(world.stations[0].unheardRinging.map { $0.why } == [.speakerMuted])
        #expect(world.stations[0].unheardRinging.map { $0.peer } == [1])
        #expect(world.stations[1].unheardRinging.isEmpty && world.history[0][id]?.starts == 1)
        // A reason of a newer program traps nowhere.
        #expect(RequestResult.Status.unheard(Unheard(rawValue: 255)).unheard == nil)
        #expect(RequestResult.Status.unseen.unheard == nil)
    }

    @Test(arguments: [false, true])
    mutating func test_offer_do_not_disturb_rejects_480_and_logs_missed(ringsAlready: Bool) {
        if !ringsAlready { world.resting = [1] }
        let id = world.ring(0, [1])
        #expect((world.state(1) == .ringing) == ringsAlready)
        world.resting = [1]
        #expect(world.state(1) == nil)
        world.run()
        for station in 0...1 { #expect(world.ending(station, id) == .doNotDisturb) }
        #expect(world.history[1][id]!.summary!.isMissed(by: .doNotDisturb))
        #expect(world.state(0) == nil)
    }

    @Test mutating func test_active_right_taken_away_ends_as_refused_on_both() {
        world.policy = Policy(call: .auto)
        let id = world.ring(0, [1])
        #expect(world.state(0) == .active && world.state(1) == .active)
        world.policies[1] = Policy(call: .never)
        world.run()
        #expect(world.ending(0, id) == .refused)
        #expect(world.ending(1, id) == .refused)
    }

    @Test(arguments: 1...8)
    mutating func test_trying_glare_with_one_denied_is_refused_and_tried_again(_ seed: UInt64) {
        world = CallWorld(2, seed: seed)
        // Station 0 lets no station call it.
        world.policies[0] = Policy(call: .never)
        world.policies[1] = Policy(call: .auto)
        // The lower id wins: here that of the denied station.
        let denied = world.call(1, [0])
        let own = world.ring(0, [1], wait: .milliseconds(500))
        #expect(world.ending(0, denied) == .refused)
        #expect(world.ending(1, denied) == .refused)
        #expect(world.stations[0].refusals(of: 1)[.call] == 1)
        #expect(world.stations[0].call?.summary.id == own)
        #expect(world.stations[1].call?.summary.id == own)
        #expect(world.disagreements() == [])
    }

    @Test mutating func test_idle_offers_too_many_are_busy_and_leave_no_trace() {
        world.policy = Policy(call: .never, emergency: true)
        // No room for them either where each has another cause.
        for _ in 0..<100 { world.ring(0, [1]) }
        #expect(world.history[1].count == 16)
        #expect(world.history[0].count == 100)
        #expect(world.stations[1].refusals(of: 0)[.tooOften] == 84)
        // One a minute from then on, and no more of them after a pause than at first.
        for minutes in [1, 2, 60] {
            let before = world.history[1].count
            world.run(for: .seconds(60 * minutes))
            for _ in 0..<40 { world.ring(0, [1]) }
            #expect(world.history[1].count - before == min(minutes, 16))
        }
    }

    @Test mutating func test_idle_offer_emergency_of_one_who_may_rings_at_any_time() {
        world.policy = Policy(call: .never, emergency: true)
        for _ in 0..<20 { world.ring(0, [1]) }
        world.policy = Policy(emergency: true)
        for time in 0..<8 {
            world.resting = time % 2 == 0 ? [1] : []
            world.ring(0, [1], priority: .emergency)
            #expect(world.state(1) == .ringing)
            world.run(for: .seconds(35))
        }
    }

    @Test(arguments: [
        (Offer.Mode.call, Priority.normal, CallEnding.refused), (.dropIn, .normal, .refused),
        (.listenIn, .normal, .refused), (.announce, .normal, .refused),
        (.call, .emergency, .refused), (Offer.Mode(rawValue: 9), .normal, .unknownMode),
    ])
    mutating func test_idle_offer_denied_rejects_403_and_of_unknown_mode_488_and_logs(
        _ mode: Offer.Mode, _ priority: Priority, _ ending: CallEnding
    ) {
        world.policy = Policy(call: priority == .normal ? .never : .ring, announce: false)
        let id = world.ring(0, [1], mode: mode, priority: priority)
        #expect(world.ending(0, id) == ending && world.ending(1, id) == ending)
        guard ending == .refused else { return }
        #expect(!world.history[1][id]!.summary!.isMissed(by: .refused))
        let refusals = world.stations[1].refusals(of: 0)
        #expect(Refusal.allCases.map { refusals[$0] }.reduce(0, +) == 1)
        #expect((refusals[.emergency] == 1) == (priority == .emergency))
    }

    @Test mutating func test_idle_offer_auto_answer_opens_the_microphone() {
        world.policy = Policy(call: .auto)
        world.ring(0, [1])
        #expect(world.state(0) == .active && world.state(1) == .active)
        #expect(world.listeners == [[1], [0]])
        #expect(world.signs(1) == [.sound(.beep(true)), .sound(.chime(.page))])
        #expect(!world.states(1).contains(.ringing), "it never rings")
        #expect(world.stations[1].call?.summary.isHeardUnasked == true)
        #expect(world.stations[0].call?.summary.isHeardUnasked == false)
    }

    @Test mutating func test_active_auto_answered_ends_when_it_would_ring_now() {
        world.policy = Policy(call: .auto)
        let id = world.ring(0, [1])
        world.policies[1] = Policy(call: .auto, announce: false)
        #expect(world.state(1) == .active)
        world.policies[1] = Policy(call: .ring)
        #expect(world.state(1) == nil && world.listeners[1] == [])
        world.run()
        #expect(world.ending(0, id) == .refused && world.ending(1, id) == .refused)
        // One that a person answered goes on.
        world.policy = Policy(call: .ring)
        world.connected()
        #expect(world.stations[1].call?.summary.isHeardUnasked == false)
        world.policies[1] = Policy(call: .auto)
        world.policies[1] = Policy(call: .ring)
        #expect(world.state(1) == .active)
    }

    /// Each is told once, for as long as it lasts.
    @Test(arguments: [
        (Offer.Mode.dropIn, [CallNotice.dropIn], Order.sound(.beep(true)), [[1], [0]]),
        // The room is heard, and hears nothing.
        (.listenIn, [.listenIn], .sound(.beep(true)), [[], [0]]),
        (.announce, [], .sound(.chime(.page)), [[1], []]),
    ])
    mutating func test_idle_offer_that_opens_by_itself_is_told_and_heard_as_its_mode_says(
        _ mode: Offer.Mode, _ notices: [CallNotice], _ sign: Order, _ listeners: [[Int]]
    ) {
        world.policy = Policy(dropIn: true, monitor: true)
        world.ring(0, [1], mode: mode, wait: .seconds(45))
        #expect(world.listeners == listeners)
        #expect(world.notices(1) == notices && world.signs(1) == [sign])
    }

    // MARK: Any

    @Test mutating func test_any_offer_expired_is_dropped_and_logged_missed() {
        let id = world.newID()
        world.offer(id, ttl: 0)
        #expect(world.state(1) == nil)
        #expect(world.ending(1, id) == .expired)
        #expect(world.history[1][id]!.summary!.isMissed(by: .expired))
    }

    @Test mutating func test_any_offer_replayed_is_dropped() {
        let id = world.ring(0, [1])
        world.reject(1)
        // Even under another number.
        world.offer(id, ttl: 9000)
        #expect(world.state(1) == nil)
        #expect(world.history[1][id]?.starts == 1)
    }

    @Test(arguments: [Policy.Answering.auto, .ring])
    mutating func test_any_own_restart_ends_open_records_as_crash_and_the_peers_call(
        _ answering: Policy.Answering
    ) {
        world.policy = Policy(call: answering)
        let id = world.connected()
        world.crash(1, wait: CallWorld.moment)
        #expect(world.state(1) == nil && world.history[1][id]?.ends == 1)
        #expect(world.ending(0, id) == .peerRestarted)
        #expect(world.disagreements() == [])
    }

    // MARK: Busy

    @Test mutating func test_busy_offer_of_another_rejects_486() {
        world = CallWorld(3)
        world.connected()
        let id = world.ring(2, [1])
        #expect(world.ending(2, id) == .busy)
        #expect(world.ending(1, id) == .busy)
        #expect(world.history[1][id]!.summary!.isMissed(by: .busy))
        #expect(world.state(1) == .active)
    }

    @Test(arguments: [(Offer.Mode.call, Priority.emergency), (.listenIn, .normal)])
    mutating func test_busy_emergency_preempts_with_bye_and_a_monitor_yields_to_any_call(
        _ mode: Offer.Mode, _ priority: Priority
    ) {
        world = CallWorld(3)
        world.policy = Policy(monitor: true, emergency: true)
        let old = world.ring(0, [1], mode: mode)
        if mode == .call { world.answer(1) }
        world.ring(2, [1], priority: priority)
        #expect(world.ending(1, old) == .preempted && world.ending(0, old) == .hungUpThere)
        #expect(world.state(1) == .ringing)
    }

    @Test mutating func test_busy_user_calls_is_refused() {
        world = CallWorld(3)
        world.connected()
        let id = world.newID()
        #expect(world.act(0) { $0.call([2], id: id, at: $1) } == .busy)
    }

    // MARK: Trying

    @Test mutating func test_trying_resends_and_gives_up_as_unreachable_after_8_s() {
        var ttls: [UInt16] = []
        world.cut = [[0, 1]]
        world.sees = { if case .offer(let offer) = $0 { ttls.append(offer.ttl) } }
        let id = world.ring(0, [1], wait: .milliseconds(7999))
        #expect(world.state(0) == .trying)
        world.run(for: .milliseconds(1))
        #expect(world.ending(0, id) == .unreachable)
        #expect(world.history[0][id]!.summary!.unreached(by: .unreachable) == 1)
        // At 0, 0.5, 1, 2 and 4 s; each has the remaining time of the offer.
        #expect(ttls == [30_000, 29_500, 29_000, 28_000, 26_000])
    }

    @Test mutating func test_trying_peer_without_session_is_offered_to_when_it_comes() {
        world.cut = [[0, 1]]
        world.ring(0, [1], wait: .seconds(3))
        world.cut = []
        world.crash(1, wait: CallWorld.moment)
        #expect(world.state(1) == .ringing, "a start of the peer does not void the offer")
    }

    @Test mutating func test_trying_ringing_acknowledges_the_offer() {
        var offers = 0
        world.sees = { if case .offer = $0 { offers += 1 } }
        world.swallows = { if case .ack = $0 { true } else { false } }
        let id = world.ring(0, [1], wait: .seconds(5))
        #expect(world.state(0) == .calling)
        #expect(offers == 1)
        world.hangUp(0)
        #expect(world.history[0][id]!.summary!.unreached(by: .cancelled) == nil, "it rang")
    }

    @Test mutating func test_trying_answer_without_ringing_connects() {
        world.swallows = {
            switch $0 {
            case .ringing, .ack: true
            default: false
            }
        }
        world.ring(0, [1])
        world.answer(1)
        #expect(world.state(0) == .active)
    }

    @Test mutating func test_trying_user_cancels_and_the_callee_misses_it() {
        let id = world.call(0, [1])
        world.hangUp(0, wait: .zero)
        #expect(world.state(0) == nil)
        world.run(for: .seconds(3))
        #expect(world.ending(0, id) == .cancelled)
        #expect(world.state(1) == nil)
    }
}
