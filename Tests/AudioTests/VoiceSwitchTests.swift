import Foundation
import Testing

@testable import Audio

@Suite struct VoiceSwitchTests {
    private var canceller = Canceller()

    /// Without a canceller: the switch gets everything the microphone hears.
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
        let scene = RoomScene(seconds: 14, far: 0..<14, near: 7..<14, coupling: -20, nearLevel: -20)
        let out = switched(scene)
        let lost = level(scene.near, 7.5..<13.5) - level(out, 7.5..<13.5)
        #expect(lost <= 4, "\(lost)")
    }

    /// A switch behind a canceller; sound is played at -20 dBFS and heard as loud.
    private struct Canceller {
        var voice = VoiceSwitch()

        /// Leaves this much of each block, and returns for how many of them the switch was open.
        @discardableResult
        mutating func leave(
            _ left: Float, of captured: Float = 0.01, milliseconds: Int, blocksOf samples: Int = 480
        ) -> Int {
            var open = 0
            for _ in 0..<milliseconds * 48 / samples {
                var block = [Int16](repeating: Int16(left.squareRoot() * 32_768), count: samples)
                var span = block.mutableSpan
                let powers = EchoPowers(captured: captured, left: left, played: 0.01)
                voice.process(&span, powers, isGood: true)
                if voice.isOpen { open += 1 }
            }
            return open
        }
    }

    @Test mutating func anEchoTheCancellerLostIsHeldBackAtOnce() {
        canceller.leave(0.000_01, milliseconds: 12_000)
        #expect(!canceller.voice.isOpen && canceller.voice.expected < -20)
        // Four blocks in which the canceller adds to the sound.
        #expect(canceller.leave(0.012, milliseconds: 200) <= 4)
    }

    @Test(arguments: [240, 480])
    func aCancellerHasLostTheRoomAfterTheSameTimeInBlocksOfAnySize(_ samples: Int) {
        func expected(afterMilliseconds: Int) -> Float {
            var canceller = Canceller()
            canceller.leave(0.000_01, milliseconds: 12_000, blocksOf: samples)
            canceller.leave(0.012, milliseconds: afterMilliseconds, blocksOf: samples)
            return canceller.voice.expected
        }
        #expect(expected(afterMilliseconds: 30) < -20)
        #expect(expected(afterMilliseconds: 40) > -1)
    }

    /// The canceller does not yet remove sounds that it has not heard since it lost the room.
    @Test mutating func soundsNewToACancellerThatLostTheRoomTwiceAreNobodyHere() {
        canceller.leave(0.000_01, milliseconds: 12_000)
        canceller.leave(0.012, milliseconds: 100)
        canceller.leave(0.000_1, milliseconds: 200)
        // Lost again, 0.3 s later; then it learns vowels, and a consonant comes.
        canceller.leave(0.012, milliseconds: 100)
        canceller.leave(0.000_1, milliseconds: 600)
        #expect(canceller.leave(0.003, milliseconds: 200) == 0)
        // After some seconds the same sound is a person speaking here.
        canceller.leave(0.000_01, milliseconds: 8_000)
        let later = canceller.leave(0.003, milliseconds: 200)
        #expect(later > 10)
    }

    @Test mutating func soundsNewToACancellerThatHasJustBegunAreNobodyHere() {
        // Vowels are learned, and the first consonant comes.
        canceller.leave(0.000_01, milliseconds: 3_000)
        #expect(canceller.leave(0.001, milliseconds: 200) == 0)
        canceller.leave(0.000_01, milliseconds: 10_000)
        #expect(canceller.leave(0.001, milliseconds: 200) > 10)
    }

    /// With a headset there is no echo to learn from; any voice is a person here.
    @Test mutating func aRoomThatDoesNotAnswerIsTrustedToo() {
        #expect(canceller.leave(0.001, of: 0.001, milliseconds: 200) == 0)
        canceller.leave(0.000_000_1, of: 0.000_000_1, milliseconds: 15_000)
        #expect(canceller.leave(0.001, of: 0.001, milliseconds: 200) > 10)
    }
}
