import Audio
import Testing

@testable import Intercomd

@Suite struct EncodedFramesTests {
    func bytes(_ frames: borrowing EncodedFrames, of number: Int) -> [UInt8] {
        (0..<frames.count(number)).map { frames.byte($0, of: number) }
    }

    /// A frame that tells which one it is.
    func frame(_ number: Int) -> Frame {
        var frame = Frame(repeating: 0)
        for index in frame.indices { frame[index] = Int16((index * (number + 3) * 97) % 8000) }
        return frame
    }

    @Test func eachFrameIsKeptAsTheEncoderMadeIt() throws {
        var encoder = try OpusEncoder(bitrate: 32_000)
        var other = try OpusEncoder(bitrate: 32_000)
        var frames = EncodedFrames()
        frames.begin(at: 100)
        for number in 100..<110 { frames.append(frame(number), by: &encoder) }
        let next = frames.next
        let oldest = frames.oldest
        #expect(next == 110 && oldest == 100)
        for number in 100..<110 {
            var room = InlineArray<320, UInt8>(repeating: 0)
            var span = room.mutableSpan
            let size = other.encode(frame(number), into: &span)
            let kept = bytes(frames, of: number)
            #expect(kept == (0..<size).map { room[$0] })
        }
    }

    @Test func onlyTheNewestAreKept() throws {
        var encoder = try OpusEncoder(bitrate: 32_000)
        var frames = EncodedFrames()
        for number in 0..<50 { frames.append(frame(number), by: &encoder) }
        let oldest = frames.oldest
        #expect(oldest == 50 - Microphone.historyMax)
    }

    @Test func aNewRunForgetsTheOldOne() throws {
        var encoder = try OpusEncoder(bitrate: 32_000)
        var frames = EncodedFrames()
        for number in 0..<5 { frames.append(frame(number), by: &encoder) }
        frames.begin(at: 40)
        let oldest = frames.oldest
        let next = frames.next
        #expect(oldest == 40 && next == 40)
    }
}
