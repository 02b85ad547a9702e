import Testing

@testable import Station

@Suite struct ReplyKeyTests {
    @Test func nobodyIsRepliedToBeforeAnyoneWasHeard() {
        let key = ReplyKey()
        #expect(key.peer(isDown: true) == nil)
        #expect(key.peer(isDown: false) == nil)
    }

    @Test func lettingGoIsForThePeerThatThePressWasFor() {
        var key = ReplyKey()
        key.heard(3)
        #expect(key.peer(isDown: true) == 3)
        #expect(key.follow(isDown: true) == nil)
        // Another peer speaks meanwhile.
        key.heard(5)
        #expect(key.peer(isDown: false) == 3)
        #expect(key.follow(isDown: false) == nil)
        #expect(key.peer(isDown: true) == 5)
    }

    @Test func aSecondPressForAnotherPeerEndsTheFirst() {
        var key = ReplyKey()
        key.heard(3)
        _ = key.follow(isDown: true)
        key.heard(5)
        #expect(key.follow(isDown: true) == 3)
        #expect(key.peer(isDown: false) == 5)
    }

    @Test func aRepeatedPressForTheSamePeerEndsNothing() {
        var key = ReplyKey()
        key.heard(3)
        _ = key.follow(isDown: true)
        #expect(key.follow(isDown: true) == nil)
    }
}
