import Audio
import Realtime
import Testing
import Time

@testable import Media

@Suite struct PacedAnnouncementTests {
    private let frame = 480

    private func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    /// One that has begun, and the ring its sound is pushed into.
    private func begun(
        _ paced: inout PacedAnnouncement
    ) throws -> SPSCRing<SoundBlock> {
        let made = try Announcement(emptyPlan())
        let sound = made.sound
        paced.begin(Box(made), at: at(0))
        return sound
    }

    @Test func theCardsPaceIsItsPace() throws {
        var paced = PacedAnnouncement()
        let sound = try begun(&paced)
        paced.earn(300, frameSamples: frame)
        var isDue = paced.isDue(frameSamples: frame)
        #expect(!isDue)
        paced.earn(300, frameSamples: frame)
        isDue = paced.isDue(frameSamples: frame)
        #expect(isDue)
        var filled = paced.fill()
        #expect(filled == nil, "its reader is slow")

        var block = SoundBlock()
        block.count = 480
        #expect(sound.push(block) == nil)
        filled = paced.fill()
        #expect(filled == .frame)
        let number = paced.encode(frameSize: 40)
        #expect(number == 0)
        paced.spend(frameSamples: frame)
        isDue = paced.isDue(frameSamples: frame)
        #expect(!isDue)
    }

    @Test func aLoopThatStoodStillMakesUpForFourFrames() throws {
        var paced = PacedAnnouncement()
        _ = try begun(&paced)
        paced.earn(48_000, frameSamples: frame)
        for _ in 0..<4 {
            let isDue = paced.isDue(frameSamples: frame)
            #expect(isDue)
            paced.spend(frameSamples: frame)
        }
        let isDue = paced.isDue(frameSamples: frame)
        #expect(!isDue)
    }

    @Test func timeAloneLosesNoSample() throws {
        var paced = PacedAnnouncement()
        _ = try begun(&paced)
        var samples = 0
        for turn in 1...100 { samples += paced.samplesDue(at: at(Int64(turn) * 7)) }
        #expect(abs(samples - 700 * 48) <= 1)
    }

    @Test func theBoxComesBackOnce() throws {
        var paced = PacedAnnouncement()
        _ = try begun(&paced)
        paced.complete()
        let filled = paced.fill()
        #expect(filled == .lastFrame, "nothing came, and nothing more comes")
        var isThere = paced.end() != nil
        #expect(isThere)
        isThere = paced.end() != nil
        let isOn = paced.isOn
        #expect(!isThere && !isOn)
    }
}
