import Audio
import Testing

@Suite struct PreRollTests {
    @Test(arguments: [0, 1, 6, 20])
    func theNewestFramesComeBackOldestFirst(capacity: Int) {
        var ring = PreRoll(capacity: capacity)
        var model: [Int16] = []
        var random = SplitMix64(seed: 4)
        var frame = Frame(repeating: 0)
        for number in 0..<500 {
            if random.unit() < 0.7 {
                ring.push(Frame(repeating: Int16(number)))
                model.append(Int16(number))
                model = Array(model.suffix(capacity))
            } else {
                let expected = model.isEmpty ? nil : model.removeFirst()
                let popped = ring.pop(into: &frame)
                #expect(popped == (expected != nil))
                if let expected { #expect(frame[479] == expected) }
            }
            let count = ring.count
            #expect(count == model.count)
        }
        ring.removeAll()
        let popped = ring.pop(into: &frame)
        #expect(!popped)
    }
}
