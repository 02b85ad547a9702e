internal import HAL
internal import Settings

/// What is known of the clocks of the sound cards, and of what stands before them.
extension ControlLoop {
    typealias Drift = (ppm: Double, uncertainty: Double)

    var captureDrift: Drift? {
        CardClocks.told(rings.counters, .captureDrift, .captureDriftError)
    }

    var playbackDrift: Drift? {
        CardClocks.told(rings.counters, .playbackDrift, .playbackDriftError)
    }

    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    ///
    /// What the samples say goes before what the names say.
    var soundClock: PCMClock? {
        guard let capture = side(cards.input), let playback = side(cards.output) else { return nil }
        if let one = captureDrift, let other = playbackDrift,
            let apart = PCMClock.apart(
                capturePPM: one.ppm, uncertain: one.uncertainty, playbackPPM: other.ppm,
                uncertain: other.uncertainty)
        {
            return PCMClock(
                reason: "the speaker's clock was seen to run \(oneDigit(apart)) ppm "
                    + "\(apart > 0 ? "faster" : "slower") than the microphone's")
        }
        return PCMClock(capture: capture, playback: playback)
    }

    private func side(_ side: Cards.Side) -> PCMClock.Side? {
        guard side.isOpen, let name = side.name.pcm, let route = side.route else { return nil }
        return PCMClock.Side(name: name, route: route)
    }

    /// Devices that work, and cost.
    var detourNotes: [String] {
        var found: [String] = []
        for (word, side) in [("input", cards.input), ("output", cards.output)] where side.isOpen {
            for detour in side.route?.detours ?? [] {
                found.append(
                    "audio \(word) \(side.name) goes through \(detour.name), \(detour.cost): "
                        + "\(word) = card:ID in [audio] is direct (intercomctl audio list)")
            }
        }
        return found
    }

    func told(_ drift: Drift?) -> (Double?, Double?) {
        guard let drift else { return (nil, nil) }
        return ((drift.ppm * 10).rounded() / 10, (drift.uncertainty * 10).rounded() / 10)
    }

    private func oneDigit(_ value: Double) -> String {
        let tenths = Int((abs(value) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
