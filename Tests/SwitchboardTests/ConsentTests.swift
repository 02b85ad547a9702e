import Testing
import Time

@testable import Station

@Suite struct ConsentTests {
    private var consent = Consent()
    /// All that a peer may be allowed.
    private let all = Policy(
        call: .auto, dropIn: true, monitor: true, emergency: true, relays: [1], signal: true)

    private func signs(open: Bool = false, beep: Bool = true, lamp: Bool = false)
        -> Consent.Signs
    {
        Consent.Signs(isSpeakerOpen: open, canBeep: beep, hasTalkLamp: lamp)
    }

    private mutating func policies(_ signs: Consent.Signs, isHeard: Bool = false, at ms: Int)
        -> [Policy]
    {
        consent.policies([all, Policy()], signs, isHeard: isHeard, at: start + .milliseconds(ms))
    }

    /// Whoever begins to listen is told of at once, or refused.
    @Test mutating func nobodyBeginsToListenWhileTheSpeakerIsAway() {
        #expect(policies(signs(open: true), at: 60_000) == [all, Policy()])
        #expect(policies(signs(), at: 60_001) == [all.withoutListeners, Policy()])
        #expect(policies(signs(open: true), at: 60_002) == [all, Policy()])
    }

    /// The beep comes every ten seconds.
    @Test mutating func whoListensAlreadyGoesOnForSomeSecondsWithoutASpeaker() {
        _ = policies(signs(open: true), at: 60_000)
        #expect(policies(signs(), isHeard: true, at: 69_999) == [all, Policy()])
        #expect(policies(signs(), isHeard: true, at: 70_000) == [all.withoutListeners, Policy()])
        #expect(policies(signs(open: true), isHeard: true, at: 90_000) == [all, Policy()])
    }

    /// It would stay so: nobody waits for a card that a person has muted.
    @Test mutating func whoListensAlreadyEndsAtOnceWhereTheSpeakerIsMuted() {
        _ = policies(signs(open: true), at: 60_000)
        #expect(
            policies(signs(open: true, beep: false), isHeard: true, at: 60_001)[0]
                == all.withoutListeners)
    }

    @Test mutating func aLampIsEnough() {
        #expect(policies(signs(beep: false, lamp: true), at: 60_000)[0] == all)
    }

    /// To hear this station without being asked needs a key that somebody here touches; all else
    /// that is allowed is as before.
    @Test mutating func whatNobodyIsToldOfNeedsAKeyHere() {
        let left = policies(signs(beep: false), at: 0)[0]
        #expect(!left.opensMicrophone && left.call == .ring)
        #expect(left.announce && left.emergency && left.relays == [1] && left.signal)
    }

    @Test func theSwitchboardSaysWhetherPeopleAreTold() {
        var switchboard = Switchboard.bare()
        #expect(!switchboard.consent.tellsOfListeners)
        let configured = [Policy](repeating: all, count: 4)
        switchboard.consent(
            to: configured, signs(open: true), .open, isHalfDuplex: false, at: start)
        #expect(switchboard.policy(of: 0) == all)
        #expect(switchboard.consent.tellsOfListeners)
        switchboard.consent(to: configured, signs(), .open, isHalfDuplex: false, at: start)
        #expect(switchboard.policy(of: 0) == all.withoutListeners)
        #expect(switchboard.consent.signs == signs())
    }
}
