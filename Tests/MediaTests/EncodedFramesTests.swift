import Audio
import Testing

@testable import Media

@Suite struct EncodedFramesTests {
    func bytes(_ frames: borrowing EncodedFrames, of number: Int) -> [UInt8] {
        var room = [UInt8](repeating: 0, count: frames.frameSize)
        var span = room.mutableSpan
        frames.copy(number, into: &span, at: 0)
        return room
    }

    /// A frame that tells which one it is.
    func frame(_ number: Int) -> Block {
        var frame = Block(repeating: 0)
        for index in frame.indices { frame[index] = Int16((index * (number + 3) * 97) % 8000) }
        return frame
    }

    @Test func eachFrameIsKeptAsTheEncoderMadeIt() throws {
        var encoder = try OpusEncoder(bitrate: 32_000)
        var other = try OpusEncoder(bitrate: 32_000)
        var frames = EncodedFrames()
        frames.begin(at: 100)
        for number in 100..<110 { frames.append(frame(number).span, by: &encoder) }
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
        for number in 0..<200 { frames.append(frame(number).span, by: &encoder) }
        let oldest = frames.oldest
        #expect(oldest == 200 - EncodedFrames.historyMax)
    }

    /// Long frames, short ones, and as many bytes in each as there may be.
    @Test(arguments: Profile.allCases, [false, true])
    func thePreRollOfAnyProfileFits(profile: Profile, isLargest: Bool) throws {
        let bitrate = isLargest ? profile.bitrates.upperBound : profile.settings.bitrate
        var encoder = try OpusEncoder(profile, bitrate: bitrate)
        var other = try OpusEncoder(profile, bitrate: bitrate)
        let length = profile.settings.frameSamples
        var microphone = Microphone(frameSamples: length)
        let sound = (0..<30_000).map { Int16(($0 * $0 / 50) % 9_000) }
        microphone.append(sound.span)
        var frames = EncodedFrames()
        frames.begin(at: microphone.oldest)
        let first = microphone.oldest
        for _ in first..<microphone.captured { frames.append(from: microphone, by: &encoder) }
        let (oldest, next) = (frames.oldest, frames.next)
        #expect((next - oldest) * length >= 300 * 48)
        for number in first..<next {
            let start = number * length
            var room = [UInt8](repeating: 0, count: 400)
            var span = room.mutableSpan
            let size = other.encode(sound[start..<start + length].span, into: &span)
            guard number >= oldest else { continue }
            let kept = bytes(frames, of: number)
            #expect(kept == Array(room[..<size]))
        }
    }

    @Test func aNewRunForgetsTheOldOne() throws {
        var encoder = try OpusEncoder(bitrate: 32_000)
        var frames = EncodedFrames()
        for number in 0..<5 { frames.append(frame(number).span, by: &encoder) }
        frames.begin(at: 40)
        let oldest = frames.oldest
        let next = frames.next
        #expect(oldest == 40 && next == 40)
    }
}
