import Audio
import Realtime
import Testing
import Time

@testable import Media

/// What leaves the media loop of the microphone's sound, besides talk.
@Suite struct MetersTests {
    private let rings: Rings
    private let now = Instant(nanoseconds: 1_000_000_000)

    init() throws { rings = try Rings() }

    private var rms: Double {
        LevelMeter.Reading(packed: rings.counters[.microphoneMeter]).rms
    }

    /// A second of a loud square, of which every second half is cut off.
    private func hear(_ meters: inout Meters, isMuted: Bool = false) {
        let samples = (0..<480).map { Int16($0 / 24 % 2 == 0 ? 20_000 : -32_768) }
        for _ in 0..<100 {
            meters.captured(samples.span, isMuted: isMuted, at: now, rings)
        }
    }

    @Test func nothingIsKnownOfAMutedMicrophone() {
        var meters = Meters()
        hear(&meters, isMuted: true)
        #expect(rms == LevelMeter.floor && rings.counters[.microphoneClips] == 0)
        hear(&meters)
        #expect(rms > -10 && rings.counters[.microphoneClips] > 0)
        let clips = rings.counters[.microphoneClips]
        hear(&meters, isMuted: true)
        #expect(rms == LevelMeter.floor && rings.counters[.microphoneClips] == clips)
    }

    @Test func aConstantOffsetIsNoSignOfLife() {
        var meters = Meters()
        let dead = (0..<480).map { Int16(1_500 + $0 % 2) }
        meters.captured(dead.span, isMuted: false, at: now, rings)
        #expect(rings.counters[.microphoneSoundAt] == 0 && rms < -85)
        let alive = (0..<480).map { Int16(1_500 + 20 * ($0 % 2)) }
        meters.captured(alive.span, isMuted: false, at: now, rings)
        #expect(rings.counters[.microphoneSoundAt] == 1_000_000_000)
    }
}
