import Seeds
import Testing

@testable import Audio

@Suite struct PacketSlotsTests {
    /// The payload of a sequence: every byte depends on it.
    private func payload(_ sequence: Int64, size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: Int(sequence) &* 31 &+ $0) }
    }

    private func take(_ sequence: Int64, of slots: inout PacketSlots) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: PacketSlots.payloadMax)
        var span = bytes.mutableSpan
        return slots.take(sequence, into: &span).map { Array(bytes.prefix($0)) }
    }

    @Test(arguments: [(count: 128, size: 128), (51, 320), (40, 400)])
    func allThatMayWaitAtTheHighestBitrateIsKept(count: Int, size: Int) {
        var slots = PacketSlots()
        for number in 0..<Int64(1000) { slots.put(payload(number, size: size).span, at: number) }
        for number in (1000 - Int64(count))..<1000 {
            #expect(take(number, of: &slots) == payload(number, size: size), "\(number)")
        }
    }

    @Test(arguments: [1, 2, 3]) func whatIsHereIsWholeAndTheRestIsNotHere(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var slots = PacketSlots()
        var kept: [Int64: [UInt8]] = [:]
        var missing = 0
        for step in 0..<Int64(5000) {
            let number = step + Int64(random.next() % 100)
            let bytes = payload(number, size: 1 + Int(random.next() % 400))
            slots.put(bytes.span, at: number)
            kept[number] = bytes
            let asked = number - Int64(random.next() % 128)
            let (isHere, found) = (slots.contains(asked), take(asked, of: &slots))
            #expect(isHere == (found != nil))
            if let found {
                #expect(found == kept[asked], "seed \(seed), \(asked) at \(step)")
                kept[asked] = nil
            } else if kept[asked] != nil {
                missing += 1
            }
        }
        // Some had to make room, but never the newest.
        #expect(missing > 0)
    }
}
