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
        var box = try box(profile)
        let sound = box.sound
        var isFull = box.fill()
        #expect(!isFull)
        var given = 0
        while given + 100 < frame {
            #expect(sound.push(block(100)) == nil)
            given += 100
            isFull = box.fill()
            #expect(!isFull)
        }
        #expect(sound.push(block(frame - given)) == nil)
        isFull = box.fill()
        #expect(isFull)
        #expect(box.next == 0)
        box.encode(frameSize: 40)
        #expect(box.next == 1)
        isFull = box.fill()
        #expect(!isFull, "all of it was taken")
    }

    @Test func theEndIsPaddedAndPacketsMayChangeTheirSize() throws {
        var box = try box(.voice)
        let sound = box.sound
        var isFull: Bool
        #expect(sound.push(block(480)) == nil)
        isFull = box.fill()
        #expect(isFull)
        box.encode(frameSize: 40)
        #expect(sound.push(block(10)) == nil)
        isFull = box.fill()
        #expect(!isFull)
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
