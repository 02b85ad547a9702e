import Foundation
import Realtime
import Testing

@Suite struct BoxTests {
    /// A noncopyable value that counts its ends.
    struct Payload: ~Copyable {
        var number: Int
        let graveyard: Graveyard
        deinit { graveyard.dead.append(number) }
    }

    final class Graveyard: @unchecked Sendable { var dead: [Int] = [] }

    @Test func theValueChangesInPlace() {
        let graveyard = Graveyard()
        var box = Box(Payload(number: 1, graveyard: graveyard))
        box.value.number += 1
        let number = box.value.number
        #expect(number == 2)
        #expect(graveyard.dead == [])
    }

    @Test func aNewValueEndsTheOldOne() {
        let graveyard = Graveyard()
        do {
            var box = Box(Payload(number: 1, graveyard: graveyard))
            box.value = Payload(number: 2, graveyard: graveyard)
            #expect(graveyard.dead == [1])
        }
        #expect(graveyard.dead == [1, 2])
    }

    @Test func aRingMovesTheBoxAndNotTheValue() {
        let graveyard = Graveyard()
        do {
            let ring = SPSCRing<Box<Payload>>(capacity: 2)
            for number in 1...2 {
                let isFull =
                    ring.push(Box(Payload(number: number, graveyard: graveyard))) != nil
                #expect(!isFull)
            }
            // A full ring hands the box back; it ends here, with its value.
            _ = ring.push(Box(Payload(number: 3, graveyard: graveyard)))
            #expect(graveyard.dead == [3])
            if let box = ring.pop() {
                let number = box.value.number
                #expect(number == 1)
            }
            #expect(graveyard.dead == [3, 1])
        }
        #expect(graveyard.dead == [3, 1, 2])
    }

    @Test func aBoxHasOneOwnerOnTwoThreads() {
        let graveyard = Graveyard()
        let there = SPSCRing<Box<Payload>>(capacity: 4)
        let back = SPSCRing<Box<Payload>>(capacity: 4)
        let other = Thread {
            var moved = 0
            while moved < 1000 {
                guard var box = there.pop() else { continue }
                box.value.number += 1
                _ = back.push(box)
                moved += 1
            }
        }
        other.start()
        var numbers: [Int] = []
        for number in 0..<1000 {
            _ = there.push(Box(Payload(number: number, graveyard: graveyard)))
            while true {
                guard let box = back.pop() else { continue }
                numbers.append(box.value.number)
                break
            }
        }
        #expect(numbers == Array(1...1000))
        #expect(graveyard.dead == numbers)
    }
}
