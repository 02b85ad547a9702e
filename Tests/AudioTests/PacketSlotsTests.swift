import Testing

@testable import Audio

@Suite struct PacketSlotsTests {
    @Test func whatIsPutIsTakenOnce() {
        var slots = PacketSlots()
        var bytes = [UInt8](repeating: 0, count: 400)
        for n in 0..<200 {
            let payload = [UInt8](repeating: UInt8(n), count: 1 + n * 2)
            slots.put(payload.span, at: Int64(n))
            let (isHere, wasHere) = (slots.contains(Int64(n)), slots.contains(Int64(n - 128)))
            #expect(isHere && !wasHere)
            var span = bytes.mutableSpan
            let size = slots.take(Int64(n), into: &span)
            #expect(size == payload.count)
            #expect(Array(bytes.prefix(payload.count)) == payload)
            span = bytes.mutableSpan
            let again = slots.take(Int64(n), into: &span)
            #expect(again == nil)
        }
    }
}
