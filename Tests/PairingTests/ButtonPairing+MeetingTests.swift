import Testing
import Time

@testable import Pairing

/// The talk button where stations meet without a code.
@Suite struct ButtonPairingMeetingTests {
    private func looking() -> ButtonPerson {
        let person = ButtonPerson(meets: true)
        person.down()
        person.wait(.seconds(5))
        #expect(person.take() == [.meet])
        person.core.meeting()
        person.wait(.milliseconds(100))
        person.up()
        person.wait(.milliseconds(100))
        #expect(person.take() == [] && person.takeSaid() == [.searching])
        return person
    }

    @Test func aHoldLooksForAnotherStationAndShowsNoCode() {
        let person = looking()
        // It says so again and again.
        person.wait(.seconds(9))
        #expect(person.takeSaid() == [.searching])
        person.wait(.seconds(16))
        #expect(person.takeSaid() == [.searching, .searching])
        let other = ButtonPerson(meets: true)
        other.press(.milliseconds(4_900))
        other.wait(.seconds(20))
        #expect(other.take() == [])
    }

    @Test func aPressEndsTheMeeting() {
        let person = looking()
        person.press()
        #expect(person.take() == [.close])
        #expect(person.takeSaid() == [.failed])
        person.wait(.seconds(40))
        #expect(person.takeSaid() == [])
    }

    @Test func aMeetingEndsInAWord() {
        let outcomes: [(ButtonPairing.Outcome, SpokenWord)] = [
            (.paired, .paired), (.crowded, .severalStations), (.noStationFound, .noStationFound),
            (.failed, .failed), (.burnt, .codeBurnt),
        ]
        for (outcome, word) in outcomes {
            let person = looking()
            // Codes that others try are no news for a person who has none.
            person.core.heard(.attempt)
            person.core.heard(outcome)
            person.wait(.seconds(30))
            #expect(person.takeSaid() == [word])
        }
    }

    @Test func aMeetingThatCannotBeginIsToldOf() {
        let person = ButtonPerson(meets: true)
        person.down()
        person.wait(.seconds(5))
        person.core.refused(isForNow: true)
        person.wait(.seconds(5))
        #expect(person.take() == [.meet] && person.takeSaid() == [.pleaseWait])
    }

    @Test func digitsAreTypedAsEver() {
        let person = ButtonPerson(meets: true)
        person.type([3, 1, 1, 9, 2, 5])
        #expect(person.take() == [.enter("311925")])
    }

    @Test func otherSettingsEndWhatHasBegun() throws {
        let person = looking()
        person.core.allow(true, meets: false)
        person.wait(.seconds(20))
        #expect(person.take() == [.close] && person.takeSaid() == [])
        // From now on a hold opens a window.
        try person.open("012345")
        person.core.allow(true, meets: true)
        person.wait(.seconds(1))
        #expect(person.take() == [.close])
        person.core.allow(false)
        person.down()
        person.wait(.seconds(9))
        #expect(person.take() == [])
    }
}
