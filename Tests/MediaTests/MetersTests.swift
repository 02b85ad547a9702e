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
    private func hear(
        _ meters: inout Meters, _ state: Meters.Microphone, trialPlace: Int? = nil
    ) {
        let samples = (0..<480).map { Int16($0 / 24 % 2 == 0 ? 20_000 : -32_768) }
        for _ in 0..<100 {
            meters.captured(samples.span, of: state, trialPlace: trialPlace, at: now, rings)
        }
    }

    /// How many blocks were handed over.
    private var shown: Int {
        var count = 0
        while rings.sound.pop() != nil { count += 1 }
        return count
    }

    @Test func nothingIsKnownOfAMutedMicrophone() {
        var meters = Meters()
        meters.isWatched = true
        hear(&meters, .muted)
        hear(&meters, .muted, trialPlace: 0)
        #expect(rms == LevelMeter.floor && rings.counters[.microphoneClips] == 0)
        #expect(shown == 0)
        hear(&meters, .open)
        #expect(rms > -10 && rings.counters[.microphoneClips] > 0)
        let clips = rings.counters[.microphoneClips]
        hear(&meters, .muted)
        #expect(rms == LevelMeter.floor && rings.counters[.microphoneClips] == clips)
    }

    @Test func aConstantOffsetIsNoSignOfLife() {
        var meters = Meters()
        let dead = (0..<480).map { Int16(1_500 + $0 % 2) }
        meters.captured(dead.span, of: .open, trialPlace: nil, at: now, rings)
        #expect(rings.counters[.microphoneSoundAt] == 0 && rms < -85)
        let alive = (0..<480).map { Int16(1_500 + 20 * ($0 % 2)) }
        meters.captured(alive.span, of: .open, trialPlace: nil, at: now, rings)
        #expect(rings.counters[.microphoneSoundAt] == 1_000_000_000)
    }

    @Test func theSoundOfAClosedMicrophoneIsHandedToATrialAlone() {
        var meters = Meters()
        hear(&meters, .open)
        #expect(shown == 0, "nobody watches")
        meters.isWatched = true
        hear(&meters, .closed)
        #expect(shown == 0 && rms > -10)
        hear(&meters, .closed, trialPlace: 0)
        #expect(shown > 0)
        hear(&meters, .open)
        #expect(shown > 0)
    }
}
