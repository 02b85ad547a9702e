package import Audio
internal import Realtime
internal import Time

/// Sound of the microphone on its way to the control thread, for a tone trial alone.
package struct SoundBlock: Sendable {
    /// The number of its first sample, counted since the start.
    package var position = 0
    /// The place in the tone trial that it was captured at; nil outside of one.
    package var trialPlace: Int?
    package var count = 0
    package var samples = Block(repeating: 0)

    package init() {}
}

/// The levels of microphone and speaker, for the media loop; and the microphone's sound itself for
/// a tone trial.
///
/// Nothing is measured of a microphone that a person has muted. Its sound is handed over only while
/// a tone trial listens.
struct Meters: ~Copyable {
    /// What of the microphone may be known.
    enum Microphone { case muted, closed, open }

    private var microphone = LevelMeter()
    private var signalToNoise = SignalToNoise()
    private var speaker = LevelMeter()
    /// Whether the control thread wants the microphone's sound, for a tone trial.
    var isWatched = false
    /// Samples captured since the start.
    private var position = 0

    /// The mean square of -75 dBFS, without a constant offset: a converter whose card is muted
    /// gives less, an open microphone has the noise of a room.
    private static let mutedSquare = 34

    /// The microphone's RMS in dBFS.
    var level: Double { microphone.rms }

    /// Takes captured samples, any number of them.
    mutating func captured(
        _ samples: Span<Int16>, of state: Microphone, trialPlace: Int?, at now: Instant,
        _ rings: Rings
    ) {
        defer { position += samples.count }
        if Self.isSound(samples) {
            rings.counters.set(.microphoneSoundAt, to: UInt64(max(0, now.nanoseconds)))
        }
        guard state != .muted else {
            microphone.reset()
            rings.counters.set(.microphoneMeter, to: microphone.reading.packed)
            return
        }
        microphone.add(samples)
        signalToNoise.add(samples)
        rings.counters.set(.microphoneMeter, to: microphone.reading.packed)
        rings.counters.set(.microphoneClips, to: microphone.clips)
        if isWatched, state == .open || trialPlace != nil { show(samples, trialPlace, rings) }
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

    /// Publishes the figures that cost a logarithm, now and then.
    mutating func publish(_ rings: Rings) {
        // One more than tenths of decibels: 0 means unknown.
        let tenths = signalToNoise.decibels.map { UInt64($0 * 10 + 0.5) + 1 } ?? 0
        rings.counters.set(.signalToNoise, to: tenths)
    }

    /// The microphone begins anew, with another card perhaps.
    mutating func forgetMicrophone() {
        microphone.reset()
        signalToNoise.reset()
    }

    private func show(_ samples: Span<Int16>, _ trialPlace: Int?, _ rings: Rings) {
        var start = 0
        while start < samples.count {
            var block = SoundBlock()
            block.position = position + start
            block.trialPlace = trialPlace.map { $0 + start }
            block.count = min(PCM.blockMax, samples.count - start)
            var room = block.samples.mutableSpan
            for index in 0..<block.count { room[index] = samples[start + index] }
            if rings.sound.push(block) != nil { rings.counters.add(.eventsLost) }
            start += block.count
        }
    }
}
