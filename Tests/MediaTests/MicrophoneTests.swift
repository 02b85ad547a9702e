import Audio
import Testing

@testable import Media

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

    @Test(arguments: [0, 1, 240, 479])
    func aFrameBehindSamplesHasNothingOfThem(begun: Int) {
        for samples in [1, 240, 480, 481, 960] {
            var microphone = Microphone()
            microphone.append(ramp(480 + begun, from: -480 - begun).span)
            let behind = microphone.frame(behind: samples)
            microphone.append(ramp(5 * 480).span)
            let (first, before) = (microphone.frame(behind)[0], microphone.frame(behind - 1)[0])
            #expect(first >= samples)
            #expect(before < samples)
        }
    }

    @Test(arguments: [120, 240, 480, 960])
    func framesOfAnyLengthHoldAPreRollOfAFifthOfASecond(length: Int) {
        var microphone = Microphone(frameSamples: length)
        microphone.append(ramp(100_000).span)
        let (oldest, captured) = (microphone.oldest, microphone.captured)
        #expect(captured == 100_000 / length)
        #expect((captured - oldest) * length >= 200 * 48 + 960)
        for number in oldest..<captured {
            let frame = microphone.frame(number)
            let (first, last, count) = (frame[0], frame[length - 1], frame.count)
            #expect(count == length)
            #expect(first == Int16(truncatingIfNeeded: number * length))
            #expect(last == Int16(truncatingIfNeeded: number * length + length - 1))
        }
    }

    @Test func anotherLengthOfFrameForgetsWhatWasThere() {
        var microphone = Microphone(frameSamples: 480)
        microphone.append(ramp(480 * 5 + 100).span)
        microphone.change(frameSamples: 120)
        #expect(microphone.captured == 5 && microphone.unbroken == 5)
        microphone.append(ramp(240, from: 9_000).span)
        #expect(microphone.captured == 7)
        let frame = microphone.frame(6)
        #expect(frame[0] == 9_120 && frame.count == 120)
    }

    @Test func aGapDoesNotJoinWhatDoesNotBelongTogether() {
        var microphone = Microphone()
        microphone.append(ramp(300).span)
        microphone.breakOff()
        microphone.append(ramp(480, from: 5000).span)
        let captured = microphone.captured
        #expect(captured == 1)
        #expect(microphone.frame(0)[0] == 5000)
        // What is older than the last gap is told from what is not.
        let before = microphone.unbroken
        microphone.breakOff()
        microphone.append(ramp(480).span)
        let after = microphone.unbroken
        #expect(before == 0 && after == 1)
    }

    @Test func aGapTakesTheFrameThatHadBegunWithIt() {
        var microphone = Microphone()
        microphone.append(ramp(480 + 240).span)
        #expect(microphone.framesLost(in: 95_000_000) == 10)
        microphone.breakOff()
        #expect(microphone.framesLost(in: 94_900_000) == 9)
        #expect(microphone.framesLost(in: 0) == 0)
    }

    @Test func aFrameNotThereTraps() async {
        await #expect(processExitsWith: .failure) {
            let microphone = Microphone()
            _ = microphone.frame(0)
        }
    }
}

@Suite struct MuteTests {
    private func muted(_ mute: inout Mute, _ isMuted: Bool) -> (first: Int16, last: Int16) {
        var block = Block(repeating: 10_000)
        var span = block.mutableSpan
        mute.apply(to: &span, isMuted: isMuted)
        return (block[0], block[479])
    }

    @Test func itFadesWithinTenMilliseconds() {
        var mute = Mute()
        #expect(muted(&mute, false) == (10_000, 10_000))
        mute.begin(before: 7, isRunning: true)
        let fading = muted(&mute, true)
        #expect(fading.first > 9_900 && fading.last < 100)
        #expect(muted(&mute, true) == (0, 0))
        #expect(mute.firstFrame == 7, "no pre-roll reaches before it")
    }
}
