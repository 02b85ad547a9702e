import Testing
import Time

@testable import Peering

@Suite struct ButtonPairingTests {
    private let person = ButtonPerson()

    @Test func aHoldOfFiveSecondsOpensAWindowAndNoShorterOne() {
        person.down()
        person.wait(.milliseconds(4_990))
        #expect(person.take() == [])
        person.wait(.milliseconds(10))
        #expect(person.take() == [.open])
        let other = ButtonPerson()
        other.press(.milliseconds(4_900))
        other.wait(.seconds(20))
        #expect(other.take() == [])
    }

    @Test func theCodeIsSaidAgainAndAgain() throws {
        let reading: [SpokenWord] = [.pairingCode, .zero, .one, .two, .three, .four, .five]
        #expect(try person.open("012 345") == reading)
        person.says([], after: .milliseconds(1_300))
        person.says(reading, after: .milliseconds(100))
        person.says(reading + reading + reading + reading + reading, after: .seconds(10))
    }

    @Test func theNextReadingWaitsForTheEndOfTheOneBefore() throws {
        person.down()
        person.wait(.seconds(5))
        person.core.opened(try PairingCode(typed: "012345"))
        person.wait(.seconds(30), speaks: false)
        #expect(person.takeSaid().count == 7)
        person.core.spoken(at: person.now)
        person.wait(.seconds(3), speaks: false)
        #expect(person.takeSaid().count == 7)
    }

    @Test func aPressEndsTheWindowAndTheOneThatOpenedItDoesNot() throws {
        try person.open("012345")
        #expect(person.take() == [])
        person.press()
        person.expect([.windowClosed], [.close])
        // It is no digit, and the code is not said any more.
        person.says([], after: .seconds(40))
    }

    @Test(arguments: [SpokenWord.windowClosed, .codeBurnt, .paired, .failed])
    func windowsEndAsTheyAreToldTo(word: SpokenWord) throws {
        let person = ButtonPerson()
        try person.open("012345")
        person.core.report(word)
        person.says([word], after: .seconds(30))
    }

    @Test func aWrongAttemptIsSaidAndTheCodeGoesOn() throws {
        try person.open("012345")
        person.core.report(.wrongCode, isOver: false)
        person.says([.wrongCode], after: .milliseconds(1_900))
        person.wait(.milliseconds(200))
        #expect(person.takeSaid().first == .pairingCode)
    }

    @Test func noWindowOpensWhileCodesRest() {
        person.down()
        person.wait(.seconds(5))
        person.core.refused(isForNow: true)
        person.wait(.seconds(40))
        person.expect([.pleaseWait], [.open])
    }

    @Test func pressesAreDigitsThatAreSaidBackAndTried() {
        person.type([3, 0, 1, 9, 2])
        person.expect([.three, .zero, .one, .nine, .two])
        person.type([5])
        person.expect([.five, .searching], [.enter("301925")])
        person.core.report(.wrongCode)
        person.says([.wrongCode], after: .seconds(60))
    }

    @Test func aPauseEndsADigitAndAShorterOneDoesNot() {
        // From the release to the next press, whatever the presses take.
        for _ in 0..<4 {
            person.down()
            person.wait(.milliseconds(1_900))
            person.up()
            person.wait(.milliseconds(1_450))
        }
        #expect(person.takeSaid() == [])
        person.says([.four], after: .milliseconds(100))
    }

    @Test func aDoublePressIsATwoAndABounceIsNone() {
        person.press(.milliseconds(40))
        person.press(.milliseconds(40))
        person.says([.two], after: .seconds(2))
        person.down()
        person.wait(.milliseconds(10))
        person.up()
        person.wait(.milliseconds(5))
        person.down()
        person.wait(.milliseconds(100))
        person.up()
        person.wait(.milliseconds(5))
        person.down()
        person.wait(.milliseconds(5))
        person.up()
        person.says([.one], after: .seconds(2))
    }

    @Test func contactsThatBounceForLongAreWaitedFor() {
        person.core.allow(true, debounce: .milliseconds(150))
        person.press(.milliseconds(100))
        person.says([], after: .seconds(3))
        person.press(.milliseconds(200))
        person.says([.one], after: .seconds(3))
    }

    @Test func moreThanTenPressesAreNoDigit() {
        for _ in 0..<11 { person.press() }
        person.says([.startAgain], after: .seconds(4))
        #expect(person.core.deadline == nil)
    }

    @Test func aHoldOfTwoSecondsBeginsAnew() {
        person.type([3, 4])
        _ = person.takeSaid()
        person.down()
        person.says([], after: .milliseconds(1_990))
        person.says([.startAgain], after: .milliseconds(10))
        person.up()
        person.wait(.seconds(1))
        person.type([1, 2, 3, 4, 5, 6])
        #expect(person.take() == [.enter("123456")])
    }

    @Test func aHoldOfFiveSecondsWhileTypingOpensAWindowHere() {
        person.type([3, 4])
        person.down()
        person.wait(.seconds(5))
        person.expect([.three, .four, .startAgain], [.open])
    }

    @Test func aPressWhileItSpeaksGoesOn() {
        person.press()
        person.wait(.milliseconds(1_600), speaks: false)
        #expect(person.takeSaid() == [.one])
        person.down()
        person.wait(.milliseconds(100))
        #expect(person.take() == [.hush])
        person.up()
        person.wait(.milliseconds(1_600))
        person.expect([.one])
    }

    @Test func pressesDuringTheSearchAreIgnored() {
        person.type([1, 2, 3, 4, 5, 6])
        _ = person.take()
        _ = person.takeSaid()
        person.press()
        person.press(.seconds(8))
        person.wait(.seconds(10))
        person.expect()
        person.core.report(.paired)
        person.says([.paired], after: .seconds(1))
    }

    @Test func digitsThatAreNotCompletedAreDropped() {
        person.type([2, 3])
        person.says([.two, .three], after: .milliseconds(29_700))
        person.says([.startAgain], after: .seconds(1))
        person.type([1, 2, 3, 4, 5, 6])
        #expect(person.take() == [.enter("123456")])
    }

    @Test func aSinglePressIsAnsweredByAHintOnceInAWhile() {
        person.press()
        person.says([.one, .notPaired], after: .seconds(8))
        person.press()
        person.says([.one], after: .seconds(45))
        person.wait(.seconds(20))
        person.press()
        person.says([.one, .notPaired], after: .seconds(8))
    }

    @Test func somebodyWhoTalksIsGivenTheHint() {
        person.press(.milliseconds(3_000))
        #expect(person.takeSaid() == [.notPaired])
        person.wait(.seconds(5))
        person.press(.milliseconds(3_000))
        person.wait(.seconds(5))
        person.expect()
    }

    @Test func withAPeerTheButtonMeansNothing() {
        let person = ButtonPerson(isAllowed: false)
        person.press(.seconds(8))
        person.type([1, 2, 3, 4, 5, 6])
        person.expect()
        #expect(person.core.deadline == nil)
    }

    @Test func aPeerThatComesEndsWhatTheButtonBegan() throws {
        try person.open("012345")
        person.core.allow(false)
        person.wait(.seconds(30))
        person.expect([], [.close])
        let other = ButtonPerson()
        other.type([1, 2, 3])
        _ = other.takeSaid()
        other.down()
        other.wait(.seconds(4))
        _ = other.takeSaid()
        other.core.allow(false)
        other.wait(.seconds(10))
        other.core.allow(true)
        // It must be let go first.
        other.wait(.seconds(30))
        other.expect()
        other.up()
        other.wait(.seconds(1))
        other.type([6, 5, 4, 3, 2, 1])
        #expect(other.take() == [.enter("654321")])
    }

    @Test func whatIsPairedIsSaidThoughThePeerIsThereAlready() throws {
        try person.open("012345")
        person.core.allow(false)
        person.core.report(.paired)
        person.says([.paired], after: .seconds(10))
        // No other news of a pairing that is over.
        person.core.report(.failed)
        person.says([], after: .seconds(10))
    }

    @Test func aButtonThatIsDownFromTheBeginningIsJammed() {
        var core = ButtonPairing()
        core.allow(true)
        let now = Instant(nanoseconds: 0)
        core.turn(isDown: true, at: now)
        core.tick(at: now + .seconds(60))
        #expect(core.nextStep() == nil)
        core.turn(isDown: false, at: now + .seconds(61))
        core.tick(at: now + .seconds(62))
        core.turn(isDown: true, at: now + .seconds(63))
        core.tick(at: now + .seconds(68))
        #expect(core.nextStep() == .open)
    }

    @Test func aButtonThatIsLostIsNotHeld() {
        person.down()
        person.wait(.seconds(3))
        person.core.lost()
        person.wait(.seconds(10))
        // It comes back as it was, and is no press.
        person.down()
        person.wait(.seconds(10))
        #expect(person.take() == [])
    }

    @Test func everyWordHasItsFile() {
        let names = SpokenWord.allCases.map { $0.rawValue }
        #expect(Set(names).count == names.count)
        #expect((0...9).map { SpokenWord.digit($0).digit } == Array(0...9))
        #expect(SpokenWord.allCases.dropFirst(10).allSatisfy { $0.digit == nil })
        #expect(names.prefix(10).elementsEqual((0...9).map { "\($0)" }))
    }
}
