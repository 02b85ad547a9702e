import Station
import Testing
import Time

@testable import Switchboard

@Suite struct ConsentTests {
    private let start = Instant(nanoseconds: 5_000_000_000)
    private var consent = Consent(at: Instant(nanoseconds: 5_000_000_000))
    /// All that a peer may be allowed.
    private let all = Policy(
        call: .auto, dropIn: true, monitor: true, emergency: true, relay: true, signal: true)

    private func signs(open: Bool = false, beep: Bool = true, lamp: Bool = false)
        -> Consent.Signs
    {
        Consent.Signs(isSpeakerOpen: open, canBeep: beep, hasTalkLamp: lamp)
    }

    private mutating func policies(_ signs: Consent.Signs, at ms: Int) -> [Policy] {
        consent.policies([all, Policy()], signs, at: start + .milliseconds(ms))
    }

    @Test mutating func aSpeakerThatCanBeepLetsPeersListen() {
        #expect(policies(signs(open: true), at: 0) == [all, Policy()])
        #expect(policies(signs(open: true), at: 60_000) == [all, Policy()])
    }

    @Test mutating func aSpeakerMayBeAwayForSomeSeconds() {
        _ = policies(signs(open: true), at: 60_000)
        #expect(policies(signs(), at: 69_999) == [all, Policy()])
        #expect(policies(signs(), at: 70_000) == [all.withoutListeners, Policy()])
        #expect(policies(signs(open: true), at: 90_000) == [all, Policy()])
    }

    /// Cards are opened after the start.
    @Test mutating func aSpeakerHasSomeSecondsToComeAtTheStart() {
        #expect(policies(signs(), at: 9_999)[0] == all)
        #expect(policies(signs(), at: 10_000)[0] == all.withoutListeners)
    }

    @Test mutating func aSpeakerThatIsNotToBeHeardTellsNobody() {
        #expect(policies(signs(open: true, beep: false), at: 0)[0] == all.withoutListeners)
    }

    @Test mutating func aLampIsEnough() {
        #expect(policies(signs(beep: false, lamp: true), at: 60_000)[0] == all)
    }

    /// To hear this station without being asked needs a key that somebody here touches; all else
    /// that is allowed is as before.
    @Test mutating func whatNobodyIsToldOfNeedsAKeyHere() {
        let left = policies(signs(beep: false), at: 0)[0]
        #expect(!left.opensMicrophone && left.call == .ring)
        #expect(left.announce && left.emergency && left.relay && left.signal)
    }

    @Test func theSwitchboardSaysWhetherPeopleAreTold() {
        var switchboard = Switchboard(
            peers: 2, frames: .init(samples: 480, size: 58, sizeRepeated: 50), at: start)
        let later = start + .seconds(10)
        #expect(switchboard.consent.tellsOfListeners(signs(), at: start))
        #expect(!switchboard.consent.tellsOfListeners(signs(), at: later))
        #expect(switchboard.policies([all], signs(), at: later) == [all.withoutListeners])
    }
}
