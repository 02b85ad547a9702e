import Testing
import Time
import Wire

@testable import Pairing

@Suite struct ButtonMeetingTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private let small = MeetingID(bytes: [UInt8](repeating: 1, count: 16))!
    private let middle = MeetingID(bytes: [UInt8](repeating: 2, count: 16))!
    private let great = MeetingID(bytes: [UInt8](repeating: 3, count: 16))!
    private let place = Endpoint(high: 0, low: 7, port: 5577)

    private func other(
        _ id: MeetingID, isReady: Bool = false, isGone: Bool = false
    ) -> ButtonMeeting.Other {
        .init(id: id, endpoints: [place], isReady: isReady, isGone: isGone)
    }

    private func at(_ seconds: Double) -> Instant { start + .milliseconds(Int(seconds * 1000)) }

    @Test func aloneItEndsAfterAMinute() {
        var meeting = ButtonMeeting(as: middle, at: start)
        #expect(meeting.deadline == at(5))
        for round in 1..<12 {
            #expect(meeting.look([other(middle)], at: at(5 * Double(round))) == .ask)
        }
        #expect(meeting.look([other(middle)], at: at(59.9)) == nil, "itself is no other")
        #expect(meeting.deadline == at(60))
        #expect(meeting.look([other(middle)], at: at(60)) == .end(.noStationFound))
        #expect(meeting.look([other(great)], at: at(61)) == nil)
        #expect(meeting.deadline == nil && !meeting.isLeaving)
    }

    @Test func theOneWithTheSmallerNameListens() {
        var meeting = ButtonMeeting(as: small, at: start)
        #expect(meeting.look([other(great)], at: at(1)) == nil)
        #expect(meeting.look([other(great)], at: at(62)) == .ask)
        #expect(meeting.deadline == at(63))
        #expect(meeting.look([other(great)], at: at(62.9)) == nil)
        #expect(meeting.look([other(great)], at: at(63)) == .show)
        #expect(meeting.look([other(great)], at: at(64)) == nil)
    }

    @Test func theOtherOneConnectsWhenThatOneIsReadyAndNotBefore() {
        var meeting = ButtonMeeting(as: great, at: start)
        // That it is ready does not shorten the time in which a third may come.
        #expect(meeting.look([other(small, isReady: true)], at: at(1)) == nil)
        #expect(meeting.look([other(small, isReady: true)], at: at(62.9)) == .ask)
        #expect(meeting.look([other(small)], at: at(63)) == nil)
        #expect(meeting.look([other(small)], at: at(67.8)) == nil)
        #expect(meeting.look([other(small)], at: at(68)) == .ask)
        #expect(meeting.look([other(small, isReady: true)], at: at(70)) == .enter([place]))
        #expect(meeting.look([other(small, isReady: true)], at: at(71)) == nil)
    }

    @Test func aThirdStationEndsItAtAnyMomentBeforeItIsSettled() {
        for moment in [0.0, 1, 59, 60.5, 62.9, 63, 64, 100, 134] {
            for own in [small, great] {
                var meeting = ButtonMeeting(as: own, at: start)
                let second = other(middle, isReady: true)
                _ = meeting.look([second], at: start)
                if moment > 63 { #expect(meeting.look([second], at: at(63)) != nil) }
                let third = MeetingID(bytes: [UInt8](repeating: 9, count: 16))!
                let step = meeting.look([second, other(third)], at: at(moment))
                #expect(step == .end(.crowded), "\(moment) s")
                // It stays, so that the third sees that it is one.
                #expect(meeting.isLeaving && meeting.deadline == at(moment + 10))
                #expect(meeting.look([second], at: at(moment + 9.9)) == nil)
                #expect(meeting.look([second], at: at(moment + 10)) == .leave)
                #expect(!meeting.isLeaving && meeting.deadline == nil)
            }
        }
    }

    @Test func aThirdThatIsGoneCountsToo() {
        var meeting = ButtonMeeting(as: small, at: start)
        #expect(meeting.look([other(middle, isGone: true)], at: at(1)) == nil)
        let step = meeting.look([other(middle, isGone: true), other(great)], at: at(2))
        #expect(step == .end(.crowded))
    }

    @Test func whoCannotSeeAllPairsWithNone() {
        var meeting = ButtonMeeting(as: small, at: start)
        #expect(meeting.look([other(great)], isBlind: true, at: at(5)) == .end(.blind))
        #expect(meeting.isLeaving && meeting.deadline == at(15))
        // Of a third that it has seen it says so.
        var other = ButtonMeeting(as: small, at: start)
        let all = [self.other(middle), self.other(great)]
        #expect(other.look(all, isBlind: true, at: at(5)) == .end(.crowded))
    }

    @Test func whatComesAfterTheProofIsTooLate() {
        var meeting = ButtonMeeting(as: small, at: start)
        _ = meeting.look([other(middle)], at: start)
        #expect(meeting.look([other(middle)], at: at(63)) == .show)
        meeting.settle()
        #expect(meeting.look([other(middle), other(great)], at: at(64)) == nil)
        #expect(meeting.look([other(middle)], at: at(135)) == .end(.noStationFound))
    }

    @Test func itWaitsForTheOtherOneAndNotForEver() {
        for own in [small, great] {
            var meeting = ButtonMeeting(as: own, at: start)
            _ = meeting.look([other(middle)], at: at(60) - .milliseconds(1))
            _ = meeting.look([other(middle)], at: at(63))
            // The other one began a minute later, and looks as long.
            #expect(meeting.look([other(middle)], at: at(124)) != .end(.noStationFound))
            #expect(meeting.look([other(middle)], at: at(135)) == .end(.noStationFound))
        }
    }

    @Test func anOtherThatHasGoneIsNotWaitedFor() {
        for own in [small, great] {
            var meeting = ButtonMeeting(as: own, at: start)
            _ = meeting.look([other(middle)], at: start)
            _ = meeting.look([other(middle)], at: at(63))
            let gone = other(middle, isReady: true, isGone: true)
            _ = meeting.look([gone], at: at(70))
            _ = meeting.look([gone], at: at(72.9))
            #expect(meeting.deadline == at(73))
            #expect(meeting.look([gone], at: at(73)) == .end(.noStationFound))
        }
    }

    @Test func anOtherThatIsNotReachedIsTriedThreeTimes() {
        var meeting = ButtonMeeting(as: great, at: start)
        let second = other(small, isReady: true)
        _ = meeting.look([second], at: start)
        for round in 0..<3 {
            let moment = 63 + 2 * Double(round)
            if round > 0 { #expect(meeting.look([second], at: at(moment - 0.1)) == nil) }
            #expect(meeting.look([second], at: at(moment)) == .enter([place]))
            #expect(meeting.mayRetry(at: at(moment)) == (round < 2))
        }
    }

    @Test func aCardIsExpectedOnlyOfTheOneThatHasPromisedIt() throws {
        let (promised, another) = (try card("garage"), try card("garage"))
        var meeting = ButtonMeeting(as: MeetingID(of: try card("kitchen")), at: start)
        #expect(!meeting.expects(promised), "nobody has promised anything yet")
        _ = meeting.look([other(MeetingID(of: promised))], at: at(1))
        #expect(meeting.expects(promised) && !meeting.expects(another))
        // Each part of the card is promised.
        var capabilities = promised.capabilities
        capabilities.bootID ^= 1
        let changed = try #require(
            PairingCard(
                publicKey: promised.publicKey, capabilities: capabilities, name: promised.name))
        let renamed = try #require(
            PairingCard(
                publicKey: promised.publicKey, capabilities: promised.capabilities, name: "barn"))
        #expect(!meeting.expects(changed) && !meeting.expects(renamed))
    }
}
