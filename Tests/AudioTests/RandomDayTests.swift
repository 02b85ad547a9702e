import Foundation
import Scene
import Testing

@testable import Audio

@Suite struct RandomDayTests {
    /// Some days; `tools/random-days` runs thousands, or a million.
    @Test func noRandomDayBringsAVoiceDown() async {
        await #expect(processExitsWith: .success) {
            // A seed that a line too short for its delay does not survive; and one whose packets
            // had to make room for others, and were awaited without end.
            for seed in [38, 16_365] + Array(1...8) as [UInt64] {
                // The day that ends the process is the last one printed.
                FileHandle.standardError.write(Data("random day, seed \(seed)\n".utf8))
                var day = try RandomDay(seed: seed)
                precondition(day.live(), "the voice never ends")
            }
        }
    }

    /// Values that no packet carries but a wrong sum might have: none may end in a trap.
    @Test func delaysThatAreNoNumbersAreNoDelays() {
        var trials = DelayTrials(block: 5)
        for late in [Float.infinity, .nan, -.infinity, 1e30, -1e30, 0] {
            trials.observe(late: late, following: SIMD4(repeating: .nan), frame: 10, grain: 10)
            trials.baseRose(by: late)
            trials.weigh(lateCost: 24)
            let target = trials.target(delayMax: 240)
            #expect((1...240).contains(target))
            _ = trials.cost(at: .max / 2)
            _ = trials.patience(at: .min / 2)
        }
    }
}
