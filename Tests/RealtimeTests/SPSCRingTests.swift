import Foundation
import Realtime
import Testing

@Suite struct SPSCRingTests {
    /// A noncopyable element that reports its end.
    struct Token: ~Copyable {
        let number: Int
        let graveyard: Graveyard
        deinit { graveyard.dead.append(number) }
    }

    final class Graveyard: @unchecked Sendable { var dead: [Int] = [] }

    @Test func refusesWhenFullAndKeepsTheOrder() {
        let ring = SPSCRing<Int>(capacity: 2)
        #expect(ring.push(1) == nil)
        #expect(ring.push(2) == nil)
        #expect(ring.push(3) == 3)
        #expect(ring.pop() == 1)
        #expect(ring.push(4) == nil)
        #expect(ring.pop() == 2)
        #expect(ring.pop() == 4)
        #expect(ring.pop() == nil)
    }

    @Test func ownedElementsDieExactlyOnce() {
        let graveyard = Graveyard()
        do {
            let ring = SPSCRing<Token>(capacity: 4)
            for number in 1...3 {
                _ = ring.push(Token(number: number, graveyard: graveyard))
            }
            _ = ring.pop()
            #expect(graveyard.dead == [1])
        }
        #expect(graveyard.dead == [1, 2, 3])
    }

    @Test func twoThreadsSeeEveryElementOnceAndInOrder() async {
        let ring = SPSCRing<Int>(capacity: 64)
        let count = 200_000
        let producer = Thread {
            var next = 0
            while next < count { if ring.push(next) == nil { next += 1 } }
        }
        producer.start()
        var expected = 0
        while expected < count {
            guard let value = ring.pop() else { continue }
            guard value == expected else { break }
            expected += 1
        }
        #expect(expected == count)
    }

    @Test func capacityMustBeAPowerOfTwo() async {
        await #expect(processExitsWith: .failure) { _ = SPSCRing<Int>(capacity: 3) }
    }
}
