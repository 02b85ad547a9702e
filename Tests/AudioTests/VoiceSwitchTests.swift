import Audio
import Foundation
import Testing

@Suite struct VoiceSwitchTests {
    /// Without a canceller: everything the microphone hears passes the switch.
    private func switched(_ scene: RoomScene) -> [Int16] {
        var voice = VoiceSwitch()
        return scene.blocks(of: 480) { block, start in
            let power = meanSquare(block.span)
            let played = meanSquare(scene.played.span.extracting(start..<start + 480))
            voice.process(
                &block, EchoPowers(captured: power, left: power, played: played), isGood: false)
        }
    }

    private func meanSquare(_ samples: Span<Int16>) -> Float {
        var sum: Float = 0
        for i in samples.indices { sum += Float(samples[i]) * Float(samples[i]) }
        return sum / Float(samples.count) / 32_768 / 32_768
    }

    @Test func theEchoDoesNotPass() {
        let scene = RoomScene(seconds: 10, far: 0..<10, near: nil)
        let out = switched(scene)
        #expect(scene.gone(out, 3..<10) >= 20, "\(scene.gone(out, 3..<10))")
    }

    @Test func aVoicePassesUntouchedWhileNobodyElseSpeaks() {
        let scene = RoomScene(seconds: 5, far: nil, near: 0..<5)
        #expect(switched(scene) == scene.captured)
    }

    @Test func aVoiceLouderThanTheEchoPasses() {
        let scene = RoomScene(
            seconds: 14, far: 0..<14, near: 7..<14, coupling: -20, nearLevel: -20)
        let out = switched(scene)
        let lost = level(scene.near, 7.5..<13.5) - level(out, 7.5..<13.5)
        #expect(lost <= 4, "\(lost)")
    }

    @Test func anEchoTheCancellerLostIsHeldBackAtOnce() {
        var voice = VoiceSwitch()
        func turn(_ captured: Float, _ left: Float) -> Bool {
            var block = [Int16](repeating: Int16(left.squareRoot() * 32_768), count: 480)
            var span = block.mutableSpan
            let powers = EchoPowers(captured: captured, left: left, played: 0.01)
            voice.process(&span, powers, isGood: true)
            return voice.isOpen
        }
        for _ in 0..<400 { _ = turn(0.01, 0.000_01) }
        #expect(!voice.isOpen && voice.expected < -20)
        // Four blocks in which the canceller adds to what it hears.
        var open = 0
        for _ in 0..<20 where turn(0.01, 0.012) { open += 1 }
        #expect(open <= 4)
    }

    @Test(arguments: [240, 480])
    func aCancellerHasLostTheRoomAfterTheSameTimeInBlocksOfAnySize(_ samples: Int) {
        func expected(afterMilliseconds: Int) -> Float {
            var voice = VoiceSwitch()
            func run(_ milliseconds: Int, _ left: Float) {
                for _ in 0..<milliseconds * 48 / samples {
                    var block = [Int16](
                        repeating: Int16(left.squareRoot() * 32_768), count: samples)
                    var span = block.mutableSpan
                    let powers = EchoPowers(captured: 0.01, left: left, played: 0.01)
                    voice.process(&span, powers, isGood: true)
                }
            }
            run(4_000, 0.000_01)
            run(afterMilliseconds, 0.012)
            return voice.expected
        }
        #expect(expected(afterMilliseconds: 30) < -20)
        #expect(expected(afterMilliseconds: 40) > -1)
    }

    /// What a canceller has not heard since it lost the room it does not take away yet.
    @Test func soundsNewToACancellerThatLostTheRoomTwiceAreNobodyHere() {
        var voice = VoiceSwitch()
        func run(_ blocks: Int, _ left: Float) -> Int {
            var open = 0
            for _ in 0..<blocks {
                var block = [Int16](repeating: Int16(left.squareRoot() * 32_768), count: 480)
                var span = block.mutableSpan
                let powers = EchoPowers(captured: 0.01, left: left, played: 0.01)
                voice.process(&span, powers, isGood: true)
                if voice.isOpen { open += 1 }
            }
            return open
        }
        _ = run(400, 0.000_01)
        _ = run(10, 0.012)
        _ = run(20, 0.000_1)
        // Lost again, 0.3 s later; then it learns vowels, and a consonant comes.
        _ = run(10, 0.012)
        _ = run(60, 0.000_1)
        #expect(run(20, 0.003) == 0)
        // After some seconds the same is somebody speaking here.
        _ = run(800, 0.000_01)
        #expect(run(20, 0.003) > 10)
    }
}
