import Station
import Testing
import Time
import Wire

/// The rows of the table of calls from ringing on; `CallTableTests` has those before.
@Suite struct CallTableTalkTests {
    /// Long enough for a record to the peer and its answer.
    let moment = Duration.milliseconds(50)

    // MARK: Ringing out

    @Test func test_ringing_out_answer_connects_and_becomes_active() {
        var world = CallWorld(2)
        let id = world.connected()
        #expect(world.states(0) == [.trying, .calling, .connecting, .active])
        #expect(world.states(1) == [.ringing, .connecting, .active])
        #expect(world.listeners == [[1], [0]])
        #expect(world.history[0][id]?.starts == 1 && world.history[1][id]?.starts == 1)
    }

    @Test func test_ringing_out_reject_ends_with_the_cause() {
        var world = CallWorld(2)
        let id = world.call(0, [1])
        world.run(for: moment)
        _ = world.act(1) { $0.reject(at: $1) }
        world.run(for: moment)
        #expect(world.ending(0, id) == .declined)
        #expect(world.ending(1, id) == .declined)
    }

    @Test func test_ringing_out_user_cancels_and_the_callee_misses_it() {
        var world = CallWorld(2)
        let id = world.call(0, [1])
        world.run(for: moment)
        _ = world.act(0) { $0.hangUp(at: $1) }
        world.run(for: moment)
        #expect(world.ending(0, id) == .cancelled)
        #expect(world.ending(1, id) == .cancelled)
        #expect(world.history[1][id]!.summary!.isMissed(by: .cancelled))
    }

    @Test func test_ringing_out_no_answer_cancels_after_30_s() {
        var world = CallWorld(2)
        let id = world.call(0, [1])
        world.run(for: .milliseconds(29_900))
        #expect(world.state(0) == .calling)
        world.run(for: .milliseconds(200))
        #expect(world.ending(0, id) == .noAnswer)
        #expect([.noAnswer, .cancelled].contains(world.ending(1, id)))
    }

    // MARK: Releasing

    @Test func test_releasing_repeats_the_cancel_until_acknowledged_or_2_s() {
        var world = CallWorld(2)
        world.call(0, [1])
        world.run(for: moment)
        var cancels = 0
        world.sees = { if case .cancel = $0 { cancels += 1 } }
        world.cut = [[0, 1]]
        _ = world.act(0) { $0.hangUp(at: $1) }
        world.run(for: .seconds(8))
        #expect(cancels == 4)
    }

    @Test func test_releasing_an_answer_that_crossed_the_cancel_gets_bye_481() {
        var world = CallWorld(2)
        let id = world.call(0, [1])
        world.run(for: moment)
        var causes: [CallEnd.Cause] = []
        world.sees = { if case .bye(let end) = $0 { causes.append(end.cause) } }
        world.swallows = { if case .cancel = $0 { true } else { false } }
        _ = world.act(0) { $0.hangUp(at: $1) }
        _ = world.act(1) { $0.answer(at: $1) }
        world.run(for: moment)
        #expect(causes.first == .unknownCall)
        #expect(world.ending(1, id) == .hungUpThere)
        #expect(world.disagreements() == [])
    }

    // MARK: Glare

    @Test func test_glare_the_lower_id_wins_and_the_other_answers_at_once() {
        var world = CallWorld(2)
        let lower = world.call(0, [1])
        let higher = world.call(1, [0])
        world.run(for: moment)
        for station in 0...1 {
            #expect(world.stations[station].call?.summary.id == lower)
            #expect(world.state(station) == .active)
        }
        #expect(world.ending(1, higher) == .cancelled)
        #expect(world.history[0][higher] == nil)
        #expect(world.disagreements() == [])
    }

    // MARK: Ringing in

    @Test func test_ringing_in_accept_repeats_the_answer_until_it_is_known() {
        var world = CallWorld(2)
        world.call(0, [1])
        world.run(for: moment)
        var answers = 0
        world.sees = { if case .answer = $0 { answers += 1 } }
        world.cut = [[0, 1]]
        _ = world.act(1) { $0.answer(at: $1) }
        world.run(for: .milliseconds(1100))
        #expect(answers == 3)
        #expect(world.state(1) == .connecting)
        world.cut = []
        world.run(for: .seconds(1))
        #expect(world.state(0) == .active && world.state(1) == .active)
        #expect(answers == 4)
    }

    @Test func test_ringing_in_cancel_is_missed() {
        var world = CallWorld(2)
        let id = world.call(0, [1])
        world.run(for: moment)
        _ = world.act(0) { $0.hangUp(at: $1) }
        world.run(for: moment)
        #expect(world.state(1) == nil)
        #expect(world.history[1][id]!.summary!.isMissed(by: world.ending(1, id)!))
    }

    @Test func test_ringing_in_ends_with_the_offers_ttl_when_the_cancel_is_lost() {
        var world = CallWorld(2)
        let id = world.newID()
        world.inject(
            .offer(
                Offer(mid: 9, id: id, mode: .call, priority: .normal, ttl: 4000, reference: 0)),
            from: 0, to: 1)
        #expect(world.state(1) == .ringing)
        world.run(for: .milliseconds(4100))
        #expect(world.ending(1, id) == .noAnswer)
    }

    @Test func test_ringing_in_at_several_the_first_answer_cancels_the_others() {
        var world = CallWorld(3)
        let id = world.call(0, [1, 2])
        world.run(for: moment)
        #expect(world.state(1) == .ringing && world.state(2) == .ringing)
        _ = world.act(2) { $0.answer(at: $1) }
        world.run(for: moment)
        #expect(world.state(0) == .active && world.state(2) == .active)
        #expect(world.ending(1, id) == .answeredElsewhere)
        #expect(!world.history[1][id]!.summary!.isMissed(by: .answeredElsewhere))
        #expect(world.listeners == [[2], [], [0]])
    }

    @Test func test_ringing_in_at_several_two_answers_cross_and_one_is_told_bye() {
        var world = CallWorld(3)
        world.call(0, [1, 2])
        world.run(for: moment)
        _ = world.act(1) { $0.answer(at: $1) }
        _ = world.act(2) { $0.answer(at: $1) }
        world.run(for: moment)
        #expect([world.state(1), world.state(2)].count { $0 == .active } == 1)
        #expect(world.disagreements() == [])
    }

    @Test func test_ringing_in_everyone_who_answers_joins_and_hears_all() {
        var world = CallWorld(4)
        world.call(0, [1, 2, 3], isHunt: false)
        world.run(for: moment)
        for station in [1, 3] { _ = world.act(station) { $0.answer(at: $1) } }
        world.run(for: .seconds(1))
        #expect(world.listeners == [[1, 3], [0, 3], [], [0, 1]])
        #expect(world.state(2) == .ringing)
        for station in [0, 1, 3] { #expect(world.notices(station) == [.joined]) }
        // A member that leaves is not heard any more; the others stay.
        _ = world.act(1) { $0.hangUp(at: $1) }
        world.run(for: .seconds(1))
        #expect(world.listeners == [[3], [], [], [0]])
        for station in [0, 3] { #expect(world.notices(station) == [.joined, .left]) }
        // The station that began the call ends it for all.
        _ = world.act(0) { $0.hangUp(at: $1) }
        world.run(for: .seconds(1))
        #expect(world.listeners == [[], [], [], []])
        #expect((0...3).allSatisfy { world.state($0) == nil })
        #expect(world.disagreements() == [])
    }

    @Test func test_active_member_that_may_be_in_it_no_more_is_sent_away() {
        var world = CallWorld(4)
        world.call(0, [1, 2, 3], isHunt: false)
        world.run(for: moment)
        for station in 1...3 { _ = world.act(station) { $0.answer(at: $1) } }
        world.run(for: .seconds(1))
        #expect(world.listeners == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
        world.leaves(3, theChannelOf: 1)
        world.run(for: .seconds(1))
        #expect(world.listeners[1] == [0, 2])
        #expect(!world.stations[1].participants.contains(3))
    }

    // MARK: Calling

    /// The plug was pulled where it rings; one that only rings for long is left alone.
    @Test func test_calling_silence_ends_unreachable_after_10_s() {
        var world = CallWorld(2)
        let id = world.call(0, [1])
        world.run(for: .seconds(15))
        #expect(world.state(0) == .calling && world.state(1) == .ringing)
        world.cut = [[0, 1]]
        var pings = 0
        world.sees = { if case .ping = $0 { pings += 1 } }
        world.run(for: .seconds(8))
        #expect(world.state(0) == .calling && pings >= 6)
        world.run(for: .milliseconds(2500))
        #expect(world.ending(0, id) == .unreachable)
    }

    // MARK: Connecting

    @Test func test_connecting_without_media_ends_408_after_8_s() {
        var world = CallWorld(2)
        let id = world.call(0, [1])
        world.run(for: moment)
        world.cut = [[0, 1]]
        _ = world.act(1) { $0.answer(at: $1) }
        world.run(for: .milliseconds(7900))
        #expect(world.state(1) == .connecting)
        var causes: [CallEnd.Cause] = []
        world.sees = { if case .bye(let end) = $0 { causes.append(end.cause) } }
        world.run(for: .milliseconds(200))
        #expect(world.ending(1, id) == .noPath)
        #expect(causes.first == .noMedia)
    }

    // MARK: Active

    @Test func test_active_silence_shows_weak_then_ends_408() {
        var world = CallWorld(2)
        let id = world.connected()
        world.run(for: .seconds(5))
        world.cut = [[0, 1]]
        var pings = 0
        world.sees = { if case .ping = $0 { pings += 1 } }
        world.run(for: .seconds(4))
        #expect(world.notices(0) == [.weak])
        #expect(pings >= 4, "both ask every second")
        #expect(world.state(0) == .active)
        world.run(for: .seconds(7))
        #expect(world.ending(0, id) == .mediaTimeout)
        #expect(world.ending(1, id) == .mediaTimeout)
    }

    @Test func test_active_silence_that_ends_shows_strong_again() {
        var world = CallWorld(2)
        world.connected()
        world.cut = [[0, 1]]
        world.run(for: .seconds(4))
        world.cut = []
        world.run(for: .seconds(4))
        #expect(world.notices(0) == [.weak, .strong])
        #expect(world.state(0) == .active)
    }

    @Test func test_active_peers_new_boot_ends_and_intercom_mode_redials_once() {
        var world = CallWorld(2)
        world.policy = Policy(call: .auto)
        let id = world.call(0, [1])
        world.run(for: .seconds(1))
        world.crash(1)
        world.run(for: moment)
        #expect(world.ending(0, id) == .peerRestarted)
        #expect(world.redials(0) == 1)
        // A call that a person answered is not redialled.
        world.policy = Policy()
        world.connected()
        world.crash(1)
        #expect(world.redials(0) == 1)
    }

    @Test func test_active_hang_up_repeats_bye_until_acknowledged() {
        var world = CallWorld(2)
        let id = world.connected()
        var byes = 0
        world.sees = { if case .bye = $0 { byes += 1 } }
        world.cut = [[0, 1]]
        _ = world.act(0) { $0.hangUp(at: $1) }
        #expect(world.ending(0, id) == .hungUp)
        world.run(for: .milliseconds(1100))
        #expect(byes == 3, "at 0, 0.5 and 1 s")
        world.cut = []
        world.run(for: .seconds(2))
        #expect(byes == 4)
        #expect(world.ending(1, id) == .hungUpThere)
    }

    @Test func test_active_bye_received_ends() {
        var world = CallWorld(2)
        let id = world.connected()
        _ = world.act(1) { $0.hangUp(at: $1) }
        world.run(for: moment)
        #expect(world.ending(0, id) == .hungUpThere)
        #expect(world.ending(1, id) == .hungUp)
        #expect(world.listeners == [[], []])
    }

    @Test func test_active_a_bye_lost_for_good_is_told_again() {
        var world = CallWorld(2)
        let id = world.connected()
        world.cut = [[0, 1]]
        _ = world.act(0) { $0.hangUp(at: $1) }
        world.run(for: .seconds(3))
        world.cut = []
        #expect(world.state(1) == .active)
        world.run(for: .seconds(6))
        #expect(world.ending(1, id) == .hungUpThere)
    }

    @Test func test_active_peer_says_goodbye_ends() {
        var world = CallWorld(2)
        let id = world.connected()
        world.act(0) { $0.down(peer: 1, at: $1) }
        #expect(world.ending(0, id) == .peerGone)
    }

    @Test func test_active_peer_is_taken_out_of_the_settings_ends() {
        var world = CallWorld(2)
        let id = world.connected()
        world.act(0) { station, _ in station.replace(peer: 1, firstMid: 1) }
        #expect(world.ending(0, id) == .peerGone)
    }
}
