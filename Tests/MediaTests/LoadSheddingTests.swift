import Station
import Testing
import Time

@testable import Media

/// A processor that does the work the steps leave, as fast as it may.
private struct Processor {
    var shedding = LoadShedding()
    /// The work of each step, as a share of the time of a whole processor.
    var work = [0.30, 0.22, 0.18, 0.15, 0.12, 0.09, 0.07]
    /// How fast it is; and how much of the time it may run.
    var speed = 1.0
    var share = 1.0
    var moment = 0
    var busy: Int64 = 0
    var steps: [Overload] = []

    /// One that was well and then held to a fifth, of its speed or of the time, for some seconds.
    static func held(down seconds: Int, isSlow: Bool) -> Processor {
        var processor = Processor()
        processor.run(seconds: 5)
        if isSlow { processor.speed = 0.2 } else { processor.share = 0.2 }
        processor.run(seconds: Double(seconds))
        return processor
    }

    mutating func run(seconds: Double) {
        for _ in 0..<Int(seconds * 10) {
            moment += 100
            let demand = work[shedding.step.rawValue] / speed
            busy += Int64(min(demand, share, 1) * 1e8)
            let changed = shedding.windowEnded(
                at: Instant(nanoseconds: Int64(moment) * 1_000_000), busy: busy,
                isLate: demand > min(share, 1))
            if let changed { steps.append(changed) }
        }
    }
}

@Suite struct LoadSheddingTests {
    private var processor = Processor()

    @Test mutating func aProcessorThatKeepsUpSpendsAllItCan() {
        processor.run(seconds: 3600)
        #expect(processor.steps == [])
    }

    @Test mutating func aSingleHiccupIsNone() {
        for _ in 0..<100 {
            processor.run(seconds: 1)
            processor.speed = 0.1
            processor.run(seconds: 0.1)
            processor.speed = 1
        }
        #expect(processor.steps == [])
    }

    @Test mutating func oneOfAFifthOfTheSpeedLeavesOutWhatItMustAndNoMore() {
        processor.run(seconds: 10)
        processor.speed = 0.2
        processor.run(seconds: 2)
        #expect(processor.shedding.step == .noNoiseSuppression)
        let steps = processor.steps
        #expect(steps == [.thriftyEncoder, .plainEncoder, .noNoiseSuppression])
        processor.run(seconds: 58)
        #expect(processor.steps == steps, "steps are not taken to and fro")
    }

    @Test(arguments: [true, false]) func itIsWholeWithinTenSecondsAgain(isSlow: Bool) {
        for seconds in 1...60 {
            var processor = Processor.held(down: seconds, isSlow: isSlow)
            #expect(processor.shedding.step > .none)
            (processor.speed, processor.share) = (1, 1)
            processor.run(seconds: 10)
            #expect(processor.shedding.step == .none, "after \(seconds) s")
        }
    }

    /// Other programs hold a machine up now and then, and its first calm seconds are no exception.
    @Test(arguments: [true, false]) func aHiccupMeanwhileCostsItNoMore(isSlow: Bool) {
        for seconds in 1...60 {
            var processor = Processor.held(down: seconds, isSlow: isSlow)
            for _ in 0..<12 {
                (processor.speed, processor.share) = (1, 1)
                processor.run(seconds: 0.7)
                processor.share = 0.01
                processor.run(seconds: 0.1)
            }
            #expect(processor.shedding.step == .none, "after \(seconds) s")
        }
    }

    @Test mutating func whatIsTriedAndDoesNotLastIsTriedLessAndLessOften() {
        processor.share = 0.2
        processor.run(seconds: 60)
        // Each try costs a few blocks of sound.
        let tries = zip(processor.steps, processor.steps.dropFirst()).filter { $0 > $1 }.count
        #expect(tries <= 16)
    }

    @Test mutating func theLastStepIsTheLast() {
        processor.speed = 0.01
        processor.run(seconds: 60)
        #expect(processor.steps == Array(Overload.allCases.dropFirst()))
        #expect(processor.shedding.isPressed)
    }

    @Test mutating func whatWouldChangeNothingIsPassedOver() {
        for step in [Overload.thriftyEncoder, .noNoiseSuppression, .noEchoCancelling] {
            processor.shedding.setUse(of: step, false)
        }
        processor.speed = 0.01
        processor.run(seconds: 5)
        #expect(processor.steps == [.plainEncoder, .fourVoices, .twoVoices])
        processor.speed = 1
        processor.run(seconds: 10)
        #expect(processor.steps.suffix(3) == [.fourVoices, .plainEncoder, .none])
    }
}
