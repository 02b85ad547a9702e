import Foundation
import Realtime
import Testing

@Suite struct SPSCRingTests {
    @Test func refusesWhenFullAndKeepsTheOrder() {
        let ring = SPSCRing<Int>(capacity: 2)
        #expect(ring.room == 2 && ring.push(1) == nil)
        #expect(ring.room == 1 && ring.push(2) == nil)
        #expect(ring.room == 0 && ring.push(3) == 3)
        #expect(ring.pop() == 1 && ring.room == 1)
        #expect(ring.push(4) == nil)
        #expect(ring.pop() == 2)
        #expect(ring.pop() == 4)
        #expect(ring.pop() == nil)
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
