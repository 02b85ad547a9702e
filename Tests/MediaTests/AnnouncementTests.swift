import Audio
import Realtime
import Testing

@testable import Media

@Suite struct AnnouncementTests {
    private func box(_ profile: Profile) throws -> Announcement {
        try Announcement(emptyPlan(profile))
    }

    private func block(_ count: Int) -> SoundBlock {
        var block = SoundBlock()
        block.count = count
        for index in 0..<count { block.samples[index] = Int16(index) }
        return block
    }

    @Test(arguments: [(Profile.voice, 480), (.studio, 240), (.lowpower, 960), (.ultra, 120)])
    func aFrameIsFullWhenItsSamplesHaveCome(profile: Profile, frame: Int) throws {
        let box = try box(profile)
        #expect(!box.fill())
        var given = 0
        while given + 100 < frame {
            #expect(box.sound.push(block(100)) == nil)
            given += 100
            #expect(!box.fill())
        }
        #expect(box.sound.push(block(frame - given)) == nil)
        #expect(box.fill())
        #expect(box.next == 0)
        box.encode(frameSize: 40)
        #expect(box.next == 1)
        #expect(!box.fill(), "all of it was taken")
    }

    @Test func theEndIsPaddedAndPacketsMayChangeTheirSize() throws {
        let box = try box(.voice)
        #expect(box.sound.push(block(480)) == nil)
        #expect(box.fill())
        box.encode(frameSize: 40)
        #expect(box.sound.push(block(10)) == nil)
        #expect(!box.fill())
        box.pad()
        box.encode(frameSize: 30)
        var frames = EncodedFrames()
        box.exchange(&frames)
        let (size, oldest, next) = (frames.frameSize, frames.oldest, frames.next)
        #expect(size == 30 && oldest == 1 && next == 2, "no copy reaches across the change")
        box.exchange(&frames)
        #expect(box.next == 2)
    }
}
