import Station
import Testing
import Time
import Wire

/// The rows of the table of calls from ringing on; `CallTableTests` has those before.
@Suite struct CallTableTalkTests {
    private var world = CallWorld(2)

    // MARK: Ringing out

    @Test mutating func test_ringing_out_answer_connects_and_becomes_active() {
        let id = world.connected()
        #expect(world.states(0) == [.trying, .calling, .connecting, .active])
        #expect(world.states(1) == [.ringing, .connecting, .active])
        #expect(world.listeners == [[1], [0]])
        #expect(world.history[0][id]?.starts == 1 && world.history[1][id]?.starts == 1)
    }

    @Test mutating func test_ringing_out_no_answer_cancels_after_30_s() {
        let id = world.ring(0, [1], wait: .milliseconds(29_900))
        #expect(world.state(0) == .calling)
        world.run(for: .milliseconds(200))
        #expect(world.ending(0, id) == .noAnswer)
        #expect([.noAnswer, .cancelled].contains(world.ending(1, id)))
    }

    // MARK: Releasing

    @Test mutating func test_releasing_repeats_the_cancel_until_acknowledged_or_2_s() {
        world.ring(0, [1])
        var cancels = 0
        world.sees = { if case .cancel = $0 { cancels += 1 } }
        world.cut = [[0, 1]]
        world.hangUp(0, wait: .seconds(8))
        #expect(cancels == 4)
    }

    @Test mutating func test_releasing_an_answer_that_crossed_the_cancel_gets_bye_481() {
        let id = world.ring(0, [1])
        var causes: [CallEnd.Cause] = []
        world.sees = { if case .bye(let end) = $0 { causes.append(end.cause) } }
        world.swallows = { if case .cancel = $0 { true } else { false } }
        world.hangUp(0, wait: .zero)
        world.answer(1)
        #expect(causes.first == .unknownCall)
        #expect(world.ending(1, id) == .hungUpThere)
        #expect(world.disagreements() == [])
    }

    // MARK: Glare

    @Test mutating func test_glare_the_lower_id_wins_and_the_other_answers_at_once() {
        let lower = world.call(0, [1])
        let higher = world.ring(1, [0])
        for station in 0...1 {
            #expect(world.stations[station].call?.summary.id == lower)
            #expect(world.state(station) == .active)
        }
        #expect(world.ending(1, higher) == .cancelled)
        #expect(world.history[0][higher] == nil)
        #expect(world.disagreements() == [])
    }

    // MARK: Ringing in

    @Test mutating func test_ringing_in_accept_repeats_the_answer_until_it_is_known() {
        world.ring(0, [1])
        var answers = 0
        world.sees = { if case .answer = $0 { answers += 1 } }
        world.cut = [[0, 1]]
        world.answer(1, wait: .milliseconds(1100))
        #expect(answers == 3)
        #expect(world.state(1) == .connecting)
        world.run(for: .seconds(1), cut: [])
        #expect(world.state(0) == .active && world.state(1) == .active)
        #expect(answers == 4)
    }

    @Test mutating func test_ringing_in_ends_with_the_offers_ttl_when_the_cancel_is_lost() {
        let id = world.newID()
        world.offer(id, ttl: 4000)
        #expect(world.state(1) == .ringing)
        world.run(for: .milliseconds(4100))
        #expect(world.ending(1, id) == .noAnswer)
    }

    @Test mutating func test_ringing_in_at_several_the_first_answer_cancels_the_others() {
        world = CallWorld(3)
        let id = world.ring(0, [1, 2])
        #expect(world.state(1) == .ringing && world.state(2) == .ringing)
        world.answer(2)
        #expect(world.state(0) == .active && world.state(2) == .active)
        #expect(world.ending(1, id) == .answeredElsewhere)
        #expect(!world.history[1][id]!.summary!.isMissed(by: .answeredElsewhere))
        #expect(world.listeners == [[2], [], [0]])
    }

    @Test mutating func test_ringing_in_at_several_two_answers_cross_and_one_is_told_bye() {
        world = CallWorld(3)
        world.ring(0, [1, 2])
        world.answer(1, wait: .zero)
        world.answer(2)
        #expect([world.state(1), world.state(2)].count { $0 == .active } == 1)
        #expect(world.disagreements() == [])
    }

    @Test mutating func test_ringing_in_everyone_who_answers_joins_and_hears_all() {
        world = CallWorld(4)
        world.ring(0, [1, 2, 3], isJoined: true)
        for station in [1, 3] { world.answer(station, wait: .zero) }
        world.run(for: .seconds(1))
        #expect(world.listeners == [[1, 3], [0, 3], [], [0, 1]])
        #expect(world.state(2) == .ringing)
        for station in [0, 1, 3] { #expect(world.notices(station) == [.joined]) }
        // A member that leaves is not heard any more; the others stay.
        world.hangUp(1, wait: .seconds(1))
        #expect(world.listeners == [[3], [], [], [0]])
        for station in [0, 3] { #expect(world.notices(station) == [.joined, .left]) }
        // The station that began the call ends it for all.
        world.hangUp(0, wait: .seconds(1))
        #expect(world.listeners == [[], [], [], []])
        #expect((0...3).allSatisfy { world.state($0) == nil })
        #expect(world.disagreements() == [])
    }

    @Test mutating func test_active_member_that_may_be_in_it_no_more_is_sent_away() {
        world = CallWorld(4)
        world.ring(0, [1, 2, 3], isJoined: true)
        for station in 1...3 { world.answer(station, wait: .zero) }
        world.run(for: .seconds(1))
        #expect(world.listeners == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
        world.leaves(3, theChannelOf: 1)
        world.run(for: .seconds(1))
        #expect(world.listeners[1] == [0, 2])
        #expect(!world.stations[1].participants.contains(3))
    }

    // MARK: Calling

    /// The plug was pulled where it rings; one that only rings for long is left alone.
    @Test mutating func test_calling_silence_ends_unreachable_after_10_s() {
        let id = world.ring(0, [1], wait: .seconds(15))
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

    @Test mutating func test_connecting_without_media_ends_408_after_8_s() {
        let id = world.ring(0, [1])
        world.cut = [[0, 1]]
        world.answer(1, wait: .milliseconds(7900))
        #expect(world.state(1) == .connecting)
        var causes: [CallEnd.Cause] = []
        world.sees = { if case .bye(let end) = $0 { causes.append(end.cause) } }
        world.run(for: .milliseconds(200))
        #expect(world.ending(1, id) == .noPath)
        #expect(causes.first == .noMedia)
    }

    /// The station whose own cable is out does not blame the other one.
    @Test mutating func test_connecting_without_a_network_here_ends_by_that() {
        let id = world.ring(0, [1])
        world.cut = [[0, 1]]
        world.answer(1, wait: .milliseconds(7900))
        world.act(1) { $0.handle(.network("no cable", loopback: []), at: $1) }
        world.run(for: .milliseconds(200))
        #expect(world.ending(1, id) == .noNetwork)
    }

    // MARK: Active

    @Test mutating func test_active_silence_shows_weak_and_strong_again_and_ends_408() {
        let id = world.connected()
        world.run(for: .seconds(5))
        world.cut = [[0, 1]]
        var pings = 0
        world.sees = { if case .ping = $0 { pings += 1 } }
        world.run(for: .seconds(4))
        #expect(world.notices(0) == [.weak])
        #expect(pings >= 4, "both ask every second")
        #expect(world.state(0) == .active)
        world.run(for: .seconds(4), cut: [])
        #expect(world.notices(0) == [.weak, .strong])
        world.run(for: .seconds(11), cut: [[0, 1]])
        #expect(world.ending(0, id) == .mediaTimeout)
        #expect(world.ending(1, id) == .mediaTimeout)
    }

    /// The station whose own cable is out does not blame the other one.
    @Test mutating func test_active_silence_without_a_network_here_ends_by_that() {
        let id = world.connected()
        world.run(for: .seconds(5))
        world.act(0) { $0.handle(.network("no cable", loopback: []), at: $1) }
        world.run(for: .seconds(11), cut: [[0, 1]])
        #expect(world.ending(0, id) == .noNetwork)
        #expect(world.ending(1, id) == .mediaTimeout)
    }

    @Test mutating func test_active_hang_up_repeats_bye_until_acknowledged() {
        let id = world.connected()
        var byes = 0
        world.sees = { if case .bye = $0 { byes += 1 } }
        world.cut = [[0, 1]]
        world.hangUp(0, wait: .zero)
        #expect(world.ending(0, id) == .hungUp)
        world.run(for: .milliseconds(1100))
        #expect(byes == 3, "at 0, 0.5 and 1 s")
        world.run(for: .seconds(2), cut: [])
        #expect(byes == 4)
        #expect(world.ending(1, id) == .hungUpThere)
    }

    @Test mutating func test_active_a_bye_lost_for_good_is_told_again() {
        let id = world.connected()
        world.cut = [[0, 1]]
        world.hangUp(0, wait: .seconds(3))
        world.cut = []
        #expect(world.state(1) == .active)
        world.run(for: .seconds(6))
        #expect(world.ending(1, id) == .hungUpThere)
    }

    @Test mutating func test_active_peer_is_taken_out_of_the_settings_ends() {
        let id = world.connected()
        world.act(0) { $0.replace(peer: 1, firstMid: 1, at: $1) }
        #expect(world.ending(0, id) == .peerGone)
    }
}
