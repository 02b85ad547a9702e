import Audio
import Foundation
import Testing

@Suite struct CaptureChainTests {
    private let echo = CaptureChain.Settings(cancelsEcho: true)

    /// In blocks of any size; from a speaker that clips; and again two seconds after the path of
    /// the echo has changed.
    @Test(arguments: [
        (480, false, Double?.none, 5.0..<10.0, 35.0), (240, false, nil, 5..<10, 35),
        (120, false, nil, 5..<10, 35), (480, true, nil, 5..<10, 22), (480, false, 7, 9..<10, 15),
    ])
    func theEchoOfARoomGoes(
        block: Int, isClipping: Bool, change: Double?, span: Range<Double>, least: Double
    ) {
        let scene = RoomScene(
            seconds: 10, far: 0..<10, near: nil, isClipping: isClipping, pathChange: change)
        let (out, estimate) = scene.improved(by: echo, block: block)
        #expect(scene.gone(out, span) >= least)
        if !isClipping, change == nil { #expect(estimate!.isGood) }
    }

    @Test(arguments: [false, true]) func aVoiceHerePassesWhileTheOtherSpeaks(isClipping: Bool) {
        let scene = RoomScene(seconds: 16, far: 0..<16, near: 7..<16, isClipping: isClipping)
        let (out, _) = scene.improved(by: echo)
        let lost = level(scene.near, 7.5..<15.5) - level(out, 7.51..<15.51)
        #expect(lost <= 4)
    }

    @Test func withAllOffSoundPassesAsItIs() {
        let scene = RoomScene(seconds: 1, far: nil, near: 0..<1)
        let (out, estimate) = scene.improved(by: .init())
        #expect(out == scene.captured && estimate == nil)
    }

    /// Gathering blocks delays them by the samples gathered, and loses none.
    @Test(arguments: [480, 240, 120]) func theDelayIsWhatItSays(block: Int) {
        let chain = CaptureChain(.init(noiseDecibels: 15), blockSamples: block)
        #expect(chain.delaySamples == [480: 480, 240: 240, 120: 360][block])
        let scene = RoomScene(seconds: 4, far: nil, near: 0..<4, noise: -80)
        let (out, _) = scene.improved(by: .init(noiseDecibels: 15), block: block)
        let delay = chain.delaySamples
        func likeness(_ shift: Int) -> Double {
            var sum = 0.0
            for i in 100_000..<150_000 {
                sum += Double(scene.captured[i]) * Double(out[i + shift])
            }
            return sum
        }
        #expect(likeness(delay) > likeness(delay - 2))
        #expect(likeness(delay) > likeness(delay + 2))
    }

    /// A bypassed filter delays sound exactly as long as an active one.
    @Test(arguments: [480, 240, 120], [false, true])
    func whatAFilterLeavesComesAtTheSameTime(block: Int, isEcho: Bool) {
        let settings = CaptureChain.Settings(cancelsEcho: isEcho, noiseDecibels: isEcho ? 0 : 15)
        var chain = CaptureChain(settings, blockSamples: block)
        let reference = EchoReference(isWanted: isEcho)
        let sound = (0..<96_000).map { Int16(4000 * sin(Double($0) * 0.03)) }
        var out: [Int16] = []
        for start in stride(from: 0, to: sound.count, by: block) {
            chain.isNoiseLeft = !isEcho && (24_000..<72_000).contains(start)
            chain.isEchoLeft = isEcho && (24_000..<72_000).contains(start)
            var part = Array(sound[start..<start + block])
            var span = part.mutableSpan
            chain.process(&span, at: start, reference)
            out += part
        }
        let delay = chain.delaySamples
        for place in 26_000..<72_000 where out[place] != sound[place - delay] {
            Issue.record("sample \(place) is \(out[place]), not \(sound[place - delay])")
            return
        }
    }
}
