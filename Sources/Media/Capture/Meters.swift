internal import Audio
internal import Realtime
internal import Time

/// The levels of microphone and speaker, for the media loop.
///
/// A microphone that a person has muted is not measured.
struct Meters: ~Copyable {
    private var microphone = LevelMeter()
    private var signalToNoise = SignalToNoise()
    private var speaker = LevelMeter()

    /// The mean square of -75 dBFS, without a constant offset: a card that is muted gives less, an
    /// open microphone has at least the noise of a room.
    private static let mutedSquare = 34

    /// The microphone's RMS in dBFS.
    var level: Double { microphone.rms }

    /// Takes captured samples, any number of them.
    mutating func captured(
        _ samples: Span<Int16>, isMuted: Bool, at now: Instant, _ rings: Rings
    ) {
        if Self.isSound(samples) {
            rings.counters.set(.microphoneSoundAt, to: UInt64(max(0, now.nanoseconds)))
        }
        guard !isMuted else {
            microphone.reset()
            rings.counters.set(.microphoneMeter, to: microphone.reading.packed)
            return
        }
        microphone.add(samples)
        signalToNoise.add(samples)
        rings.counters.set(.microphoneMeter, to: microphone.reading.packed)
        rings.counters.set(.microphoneClips, to: microphone.clips)
    }

    private static func isSound(_ samples: Span<Int16>) -> Bool {
        var (sum, squares) = (0, 0)
        for i in samples.indices {
            sum &+= Int(samples[i])
            squares &+= Int(samples[i]) &* Int(samples[i])
        }
        let count = samples.count
        return count > 0 && squares &- sum &* sum / count > mutedSquare &* count
    }

    /// Takes a block of what is played.
    mutating func played(_ samples: Span<Int16>, _ rings: Rings) {
        speaker.add(samples)
        rings.counters.set(.speakerMeter, to: speaker.reading.packed)
        rings.counters.set(.speakerClips, to: speaker.clips)
    }

    /// Publishes the figures that need a logarithm, which is too costly for every block.
    mutating func publish(_ rings: Rings) {
        // One more than tenths of decibels: 0 means unknown.
        let tenths = signalToNoise.decibels.map { UInt64($0 * 10 + 0.5) + 1 } ?? 0
        rings.counters.set(.signalToNoise, to: tenths)
    }

    /// Starts again with the microphone, perhaps of another card.
    mutating func forgetMicrophone() {
        microphone.reset()
        signalToNoise.reset()
    }
}
