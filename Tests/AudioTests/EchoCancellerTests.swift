import Audio
import Foundation
import Testing

@Suite struct EchoCancellerTests {
    @Test(arguments: [480, 240]) func itTakesTheEchoOfARoomAway(frame: Int) {
        let scene = RoomScene(seconds: 9, far: 0..<9, near: nil)
        let (out, estimate) = scene.cancelled(frame: frame)
        #expect(scene.gone(out, 5..<9) >= 25)
        #expect(estimate.isGood)
    }

    @Test func itLetsAVoiceHereThroughWhileTheOtherSpeaks() {
        let scene = RoomScene(seconds: 14, far: 0..<14, near: 7..<14)
        let (out, estimate) = scene.cancelled()
        let lost = level(scene.near, 7.5..<13.5) - level(out, 7.51..<13.51)
        #expect(lost <= 3)
        #expect(estimate.isGood)
    }

    @Test func itLeavesAVoiceAlone() {
        let scene = RoomScene(seconds: 6, far: nil, near: 0..<6)
        let (out, _) = scene.cancelled()
        #expect(abs(level(scene.near, 1..<6) - level(out, 1.01..<6)) <= 1.5)
    }

    @Test func withoutWhatWasPlayedTheEchoStays() {
        var scene = RoomScene(seconds: 4, far: 0..<4, near: nil)
        scene.played = [Int16](repeating: 0, count: scene.played.count)
        let (out, estimate) = scene.cancelled()
        #expect(scene.gone(out, 2..<4) < 6)
        #expect(!estimate.isGood)
    }
}
