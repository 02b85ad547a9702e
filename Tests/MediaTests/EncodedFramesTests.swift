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

    /// Long frames, short ones, and as many bytes in each as there may be.
    @Test(arguments: Profile.allCases, [false, true])
    func thePreRollOfAnyProfileFits(profile: Profile, isLargest: Bool) throws {
        let most = PCM.payloadMax * 8 * PCM.sampleRate / profile.settings.frameSamples
        let bitrate = isLargest ? min(256_000, most) : profile.settings.bitrate
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
        #expect(next - oldest <= EncodedFrames.historyMax)
        for number in first..<next {
            let start = number * length
            var room = [UInt8](repeating: 0, count: 400)
            var span = room.mutableSpan
            let size = other.encode(sound[start..<start + length].span, into: &span)
            guard number >= oldest else { continue }
            #expect(bytes(frames, of: number) == Array(room[..<size]))
        }
    }

    @Test func aNewRunForgetsTheOldOne() throws {
        var encoder = try OpusEncoder(bitrate: 32_000)
        var frames = EncodedFrames()
        for number in Int16(0)..<5 { frames.append(Block(repeating: number).span, by: &encoder) }
        frames.begin(at: 40)
        let oldest = frames.oldest
        let next = frames.next
        #expect(oldest == 40 && next == 40)
    }
}
