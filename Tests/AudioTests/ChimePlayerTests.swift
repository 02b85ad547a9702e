import Testing

@testable import Audio

@Suite struct ChimePlayerTests {
    private var player = ChimePlayer()

    private mutating func play(blocks: Int, ring: [Int16] = []) -> [Int] {
        var sound: [Int] = []
        for _ in 0..<blocks {
            var frame = Block(repeating: 7)
            var block = frame.mutableSpan
            _ = player.next(into: &block, ringtone: ring.span)
            for index in 0..<480 { sound.append(Int(frame[index])) }
        }
        return sound
    }

    private func steps(_ sound: [Int]) -> Int {
        zip(sound, sound.dropFirst()).map { abs($1 - $0) }.max() ?? 0
    }

    @Test mutating func whatIsPlayedOnceEnds() {
        player.play(.permit)
        let sound = play(blocks: 20)
        #expect(sound[0..<3_360].contains { abs($0) > 2_000 })
        #expect(sound[3_840...].allSatisfy { $0 == 0 })
        #expect(player.chime == nil && !player.isSounding)
    }

    @Test mutating func aRingGoesOnUntilItIsStopped() {
        player.play(.ring)
        let sound = play(blocks: 700)
        let second = sound[144_000..<148_000]
        #expect(second.contains { abs($0) > 2_000 }, "it begins again after three seconds")
        #expect(sound[48_000..<140_000].allSatisfy { $0 == 0 })
        // A second request does not restart it.
        player.play(.ring)
        player.play(nil)
        #expect(play(blocks: 700)[2_400...].allSatisfy { $0 == 0 })
    }

    /// The beep for a listener sounds at the beginning and every ten seconds, once each time.
    @Test mutating func theBeepComesOnceInTenSeconds() {
        var sound: [Int] = []
        for _ in 0..<31 {
            // A repeated request does not change it.
            player.play(.beep)
            sound += play(blocks: 100)
        }
        var beginnings: [Int] = []
        var quiet = 48_000
        for (place, sample) in sound.enumerated() {
            if abs(sample) > 100, quiet > 4_800 { beginnings.append(place / 480) }
            quiet = abs(sample) > 100 ? 0 : quiet + 1
        }
        #expect(beginnings == [0, 1_000, 2_000, 3_000])
    }

    @Test mutating func cutShortItDoesNotClick() {
        player.play(.ring)
        var sound = play(blocks: 13)
        player.play(.busy)
        sound += play(blocks: 20)
        player.play(nil)
        sound += play(blocks: 5)
        // The steepest sine of all has steps of 2π·784/48000 of 4125.
        #expect(steps(sound) < 450)
        #expect(sound.suffix(480).allSatisfy { $0 == 0 })
    }

    @Test mutating func theUsersOwnRingIsPlayedAndAfterASecondAgain() {
        let ring = (0..<160_000).map { Int16($0 % 100) }
        player.play(.ring)
        let sound = play(blocks: 800, ring: ring)
        #expect(sound[0..<160_000].elementsEqual(ring.map { Int($0) }))
        #expect(sound[160_000..<208_000].allSatisfy { $0 == 0 })
        #expect(sound[208_320..<300_000].contains(99))
    }
}

@Suite struct ToneTests {
    private func samples(_ tone: Tone) -> [Int] {
        var tone = tone
        var frame = Block(repeating: 0)
        var samples: [Int] = []
        while tone.next(into: &frame) { for i in 0..<480 { samples.append(Int(frame[i])) } }
        return samples
    }

    @Test func aNoteHasItsPitchItsLengthAndItsLevel() {
        let note = Tone.Note(frequency: 1_000, duration: .milliseconds(500))
        let sound = samples(Tone(note, decibels: -6.0206))
        let crossings = (1..<24_000).filter { sound[$0 - 1] < 0 && sound[$0] >= 0 }.count
        #expect((498...501).contains(crossings))
        #expect(sound.dropFirst(24_000).allSatisfy { $0 == 0 })
        #expect(sound.count <= 24_000 + 480)
        let peak = sound.map(abs).max() ?? 0
        #expect((16_300...16_400).contains(peak))
    }

    @Test(arguments: Chime.allCases) func tonesBeginAndEndWithoutAClick(chime: Chime) {
        let sound = samples(chime.tone)
        #expect(sound.count > 3_000)
        #expect(sound[0] == 0)
        let steps = (1..<sound.count).map { abs(sound[$0] - sound[$0 - 1]) }
        // The steepest sine of all has steps of 2π·1400/48000 of its 3277.
        #expect(steps.allSatisfy { $0 < 610 })
    }
}
