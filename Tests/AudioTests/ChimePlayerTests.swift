import Testing

@testable import Audio

@Suite struct ChimePlayerTests {
    private func play(
        _ player: inout ChimePlayer, blocks: Int, ring: [Int16] = []
    ) -> [Int] {
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

    @Test func whatIsPlayedOnceEnds() {
        var player = ChimePlayer()
        player.play(.permit)
        let sound = play(&player, blocks: 20)
        #expect(sound[0..<3_360].contains { abs($0) > 2_000 })
        #expect(sound[3_840...].allSatisfy { $0 == 0 })
        #expect(player.chime == nil && !player.isSounding)
    }

    @Test func aRingGoesOnUntilItIsStopped() {
        var player = ChimePlayer()
        player.play(.ring)
        let sound = play(&player, blocks: 700)
        let second = sound[144_000..<148_000]
        #expect(second.contains { abs($0) > 2_000 }, "it begins again after three seconds")
        #expect(sound[48_000..<140_000].allSatisfy { $0 == 0 })
        // A second request does not restart it.
        player.play(.ring)
        player.play(nil)
        #expect(play(&player, blocks: 700)[2_400...].allSatisfy { $0 == 0 })
    }

    /// The beep for a listener sounds at the beginning and every ten seconds, once each time.
    @Test func theBeepComesOnceInTenSeconds() {
        var player = ChimePlayer()
        var sound: [Int] = []
        for _ in 0..<31 {
            // A repeated request does not change it.
            player.play(.beep)
            sound += play(&player, blocks: 100)
        }
        var beginnings: [Int] = []
        var quiet = 48_000
        for (place, sample) in sound.enumerated() {
            if abs(sample) > 100, quiet > 4_800 { beginnings.append(place / 480) }
            quiet = abs(sample) > 100 ? 0 : quiet + 1
        }
        #expect(beginnings == [0, 1_000, 2_000, 3_000])
    }

    @Test func cutShortItDoesNotClick() {
        var player = ChimePlayer()
        player.play(.ring)
        var sound = play(&player, blocks: 13)
        player.play(.busy)
        sound += play(&player, blocks: 20)
        player.play(nil)
        sound += play(&player, blocks: 5)
        // The steepest sine of all has steps of 2π·784/48000 of 4125.
        #expect(steps(sound) < 450)
        #expect(sound.suffix(480).allSatisfy { $0 == 0 })
    }

    @Test func theUsersOwnRingIsPlayedAndAfterASecondAgain() {
        let ring = (0..<160_000).map { Int16($0 % 100) }
        var player = ChimePlayer()
        player.play(.ring)
        let sound = play(&player, blocks: 800, ring: ring)
        #expect(sound[0..<160_000].elementsEqual(ring.map { Int($0) }))
        #expect(sound[160_000..<208_000].allSatisfy { $0 == 0 })
        #expect(sound[208_320..<300_000].contains(99))
    }
}
