import Audio
import Realtime
import Testing
import Time

@testable import Media

@Suite final class PacedAnnouncementTests {
    private let frame = 480

    private var paced = PacedAnnouncement()
    private let sound: SPSCRing<SoundBlock>
    private var isDue: Bool {
        var pace = paced.pace
        return pace.take(frameSamples: frame)
    }

    init() throws {
        let made = try Announcement(emptyPlan())
        sound = made.sound
        paced.begin(Box(made), at: at(0))
    }

    @Test func theCardsPaceIsItsPace() {
        paced.pace.earn(300, frameSamples: frame)
        #expect(!isDue)
        paced.pace.earn(300, frameSamples: frame)
        #expect(isDue)
        paced.prepare(frameSize: 40)
        #expect(paced.ready == nil, "its reader is slow")

        var block = SoundBlock()
        block.count = 480
        #expect(sound.push(block) == nil)
        paced.prepare(frameSize: 40)
        paced.prepare(frameSize: 40)
        let ready = paced.takeReady()
        #expect(ready?.number == 0 && ready?.isLast == false)
        #expect(paced.takeReady() == nil, "each frame is sent once")
        _ = paced.pace.take(frameSamples: frame)
        #expect(!isDue)
    }

    @Test func aLoopThatStoodStillMakesUpForFourFrames() {
        paced.pace.earn(48_000, frameSamples: frame)
        for _ in 0..<4 {
            #expect(isDue)
            _ = paced.pace.take(frameSamples: frame)
        }
        #expect(!isDue)
    }

    @Test func framesLeaveInTheirOrder() throws {
        var block = SoundBlock()
        block.count = 480
        for _ in 0..<3 { #expect(sound.push(block) == nil) }
        paced.complete()
        for number in 0...4 {
            paced.prepare(frameSize: 40 + number)
            let ready = paced.takeReady()
            #expect(ready?.number == (number < 4 ? number : nil))
            #expect(ready?.isLast == (number < 4 ? number == 3 : nil))
        }
    }

    /// The shortest frames and the longest period.
    @Test func aLongPeriodLosesNothing() throws {
        var frames = 0
        for _ in 0..<10 {
            paced.pace.earn(960, frameSamples: 120)
            while paced.pace.take(frameSamples: 120) { frames += 1 }
        }
        #expect(frames == 80)
    }

    @Test func timeAloneLosesNoSample() throws {
        var samples = 0
        for turn in 1...100 { samples += paced.pace.samplesDue(at: at(turn * 7)) }
        #expect(abs(samples - 700 * 48) <= 1)
    }

    @Test func theBoxComesBackOnce() {
        paced.complete()
        paced.prepare(frameSize: 40)
        let last = paced.ready
        #expect(last?.isLast == true, "nothing came, and nothing more comes")
        var isThere = paced.end() != nil
        #expect(isThere)
        isThere = paced.end() != nil
        let isOn = paced.isOn
        #expect(!isThere && !isOn)
    }
}
