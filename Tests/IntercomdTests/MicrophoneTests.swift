import Audio
import Testing

@testable import Intercomd

@Suite struct MicrophoneTests {
    /// Samples that count up from `first`, so that any place tells which sample it holds.
    func ramp(_ count: Int, from first: Int = 0) -> [Int16] {
        (0..<count).map { Int16(truncatingIfNeeded: first + $0) }
    }

    @Test(arguments: [1, 7, 240, 480, 1000])
    func framesAreTheSamplesInOrderHoweverTheyCame(step: Int) {
        var microphone = Microphone()
        var given = 0
        while given < 5 * 480 {
            microphone.append(ramp(min(step, 5 * 480 - given), from: given).span)
            given += step
        }
        let captured = microphone.captured
        #expect(captured == 5)
        for number in 0..<5 {
            let frame = microphone.frame(number)
            #expect(frame[0] == Int16(number * 480))
            #expect(frame[479] == Int16(number * 480 + 479))
        }
    }

    @Test func theOldestAreForgotten() {
        var microphone = Microphone()
        microphone.append(ramp(480 * 40).span)
        let captured = microphone.captured
        let oldest = microphone.oldest
        #expect(captured == 40)
        #expect(oldest == 40 - (Microphone.historyMax - 1))
        let frame = microphone.frame(oldest)
        #expect(frame[0] == Int16(truncatingIfNeeded: oldest * 480))
    }

    @Test func aGapDoesNotJoinWhatDoesNotBelongTogether() {
        var microphone = Microphone()
        microphone.append(ramp(300).span)
        microphone.breakOff()
        microphone.append(ramp(480, from: 5000).span)
        let captured = microphone.captured
        #expect(captured == 1)
        let frame = microphone.frame(0)
        #expect(frame[0] == 5000)
    }

    @Test func whatIsOlderThanTheLastGapIsToldFromWhatIsNot() {
        var microphone = Microphone()
        microphone.append(ramp(480 * 3 + 100).span)
        let before = microphone.unbroken
        microphone.breakOff()
        microphone.append(ramp(480).span)
        let (unbroken, captured) = (microphone.unbroken, microphone.captured)
        #expect(before == 0 && unbroken == 3 && captured == 4)
    }

    @Test func aFrameNotThereTraps() async {
        await #expect(processExitsWith: .failure) {
            let microphone = Microphone()
            _ = microphone.frame(0)
        }
    }
}
