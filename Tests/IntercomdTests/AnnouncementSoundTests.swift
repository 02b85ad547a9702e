import Audio
import Scene
import Seeds
import Testing

@testable import Intercomd
@testable import Media

@Suite struct AnnouncementSoundTests {
    /// Gives these bytes to the sound, so many at a time, and returns the samples of its blocks.
    private func samples(_ bytes: [UInt8], by counts: () -> Int) -> [Int16] {
        var sound = AnnouncementSound(samples: bytes.count / 2)
        var samples: [Int16] = []
        var taken = 0
        while !sound.isOver {
            let wanted = counts()
            let block = sound.next { room in
                let count = min(wanted, room.count, bytes.count - taken)
                guard count > 0 else { return nil }
                for index in 0..<count { room[index] = bytes[taken + index] }
                taken += count
                return count
            }
            guard let block else { continue }
            for index in 0..<block.count { samples.append(block.samples[index]) }
        }
        #expect(taken == bytes.count)
        return samples
    }

    @Test func bytesThatComeInOddPiecesAreTheSameSound() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<50 {
            let said = (0..<Int.random(in: 1...2_000, using: &random)).map { _ in
                Int16.random(in: .min ... .max, using: &random)
            }
            let bytes = said.flatMap {
                [UInt8(truncatingIfNeeded: $0), UInt8(bitPattern: Int8($0 >> 8))]
            }
            let most = [1, 3, 961, 5_000].randomElement(using: &random)!
            let heard = samples(bytes) { Int.random(in: 0...most, using: &random) }
            #expect(heard.count == AnnouncementSound.leadSamples + said.count, "seed \(seed)")
            #expect(heard.prefix(AnnouncementSound.leadSamples).allSatisfy { $0 == 0 })
            #expect(Array(heard.suffix(said.count)) == said, "seed \(seed)")
        }
    }

    @Test func nothingBeginsBeforeTheFirstSoundIsThere() {
        var sound = AnnouncementSound(samples: 480)
        for _ in 0..<3 { #expect(sound.next { _ in nil } == nil) }
        let block = sound.next { room in
            room[0] = 1
            return 1
        }
        #expect(block?.count == PCM.blockMax && !sound.isOver)
    }

    @Test func noMoreIsReadThanWasAnnounced() {
        var sound = AnnouncementSound(samples: 2)
        _ = sound.next { room in
            #expect(room.count == 4)
            for index in 0..<4 { room[index] = 9 }
            return 4
        }
        while !sound.isOver {
            let block = sound.next { _ in
                Issue.record("it is whole, and asks for more")
                return nil
            }
            #expect(block != nil)
        }
    }
}
