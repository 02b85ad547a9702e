import Audio
import Foundation
import Scene
import Seeds
import Testing
import Time

/// Opus packets of some speech in the frames of a profile.
func packets(of speech: Speech, _ profile: Profile) throws -> [[UInt8]] {
    var encoder = try OpusEncoder(profile)
    let length = encoder.frameSamples
    var bytes = [UInt8](repeating: 0, count: 400)
    return stride(from: 0, through: speech.samples.count - length, by: length).map { start in
        var room = bytes.mutableSpan
        let size = encoder.encode(speech.samples[start..<start + length].span, into: &room)
        return Array(bytes[..<size])
    }
}

@Suite struct ProfileTests {
    static let speech = Speech(seconds: 6, pauses: true)

    @Test(arguments: Profile.allCases)
    func aRowFitsTheCodecTheCardAndThePacket(profile: Profile) throws {
        let row = profile.settings
        #expect([120, 240, 480, 960].contains(row.frameSamples))
        #expect(row.blockSamples % 120 == 0 && row.blockSamples <= 480)
        // A block is never longer than the sound heard at once.
        #expect(row.blockSamples <= row.frameSamples && row.periodSamples <= row.blockSamples)
        let encoder = try OpusEncoder(profile)
        let (size, length) = (encoder.frameSize, encoder.frameSamples)
        #expect(size == row.bitrate * row.frameSamples / 384_000 && size <= 400)
        #expect(length == row.frameSamples)
    }

    /// Every frame length is heard in blocks of every length.
    @Test(arguments: Profile.allCases, [120, 240, 480])
    func anyFramesAreHeardInAnyBlocks(profile: Profile, block: Int) throws {
        let packets = try packets(of: Self.speech, profile)
        let frameMs = Double(profile.settings.frameSamples) / 48
        let blockMs = Double(block) / 48
        var voice = try Voice(blockSamples: block)
        var random = SplitMix64(seed: 4)
        var sound = [Int16](repeating: 0, count: block)
        var heard: [Int16] = []
        var delays: [Double] = []
        var next = 0
        let arrivals = packets.indices.map { (Double($0) + 1) * frameMs + random.unit() * 2 }
        var now = 100.3
        while now < 5_900 {
            while next < packets.count, arrivals[next] <= now {
                let payload = packets[next]
                let insertion = voice.insert(
                    sequence: UInt16(next), payload: payload.span,
                    isSpurtStart: Double(next) * frameMs < 100, isLast: false,
                    at: instant(arrivals[next]))
                #expect(insertion == .accepted)
                next += 1
            }
            var span = sound.mutableSpan
            if voice.pull(into: &span, at: instant(now)) {
                delays.append(Double(voice.buffer.playoutDelay.nanoseconds) / 1e6)
            }
            heard += sound
            now += blockMs
        }
        let totals = voice.totals
        #expect(totals.concealedMs == 0 && totals.late == 0 && totals.restarts == 0)
        #expect(totals.skippedMs == 0)
        // The speech is heard, and no later than frame, block and jitter require.
        let settled = delays.dropFirst(Int(1_500 / blockMs))
        #expect(settled.max()! <= max(frameMs, blockMs) + 10 + 4)
        var (known, all) = (0, 0)
        for start in stride(from: 80_000, to: 260_000, by: 14_400) {
            let said = Self.speech.samples[start..<start + 4_800].map(Double.init)
            // A pause is like any other.
            guard said.reduce(0, { $0 + $1 * $1 }) > 4_800 * 300 * 300 else { continue }
            all += 1
            if likeness(of: said, in: heard, from: start - 4_800) > 0.8 { known += 1 }
        }
        // Except where a pause was cut to the length that the delay requires.
        #expect(all > 5 && known * 4 >= all * 3, "\(known) of \(all)")
    }

    /// A pre-roll of a fifth of a second is 80 of the shortest frames, which come at once.
    @Test(arguments: Profile.allCases)
    func aLongPreRollIsKeptWhole(profile: Profile) throws {
        let packets = try packets(of: Self.speech, profile)
        let length = profile.settings.frameSamples
        let preRoll = 200 * 48 / length
        var voice = try Voice(blockSamples: profile.settings.blockSamples)
        for i in 0...preRoll {
            let payload = packets[i]
            let insertion = voice.insert(
                sequence: UInt16(i), payload: payload.span, isSpurtStart: i * length < 4_800,
                isLast: false, at: instant(1_000))
            #expect(insertion == .accepted)
        }
        let totals = voice.totals
        #expect(totals.restarts == 0 && totals.received == UInt64(preRoll) + 1)
    }

    /// The share of one sound in another, where they are most alike, up to 50 ms from a place.
    private func likeness(of said: [Double], in heard: [Int16], from start: Int) -> Double {
        var best = 0.0
        for place in start..<min(start + 2_400, heard.count - said.count) where place % 2 == 0 {
            var (dot, own, energy) = (0.0, 0.0, 0.0)
            for i in stride(from: 0, to: said.count, by: 11) {
                let value = Double(heard[place + i])
                dot += said[i] * value
                own += said[i] * said[i]
                energy += value * value
            }
            best = max(best, dot / ((energy * own).squareRoot() + 1))
        }
        return best
    }
}
