internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
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

    /// What is done about the echo, and why.
    var handsFree: HandsFree { HandsFree(config.audio, clocksApart: devices.clocksApart) }

    /// Cancels the echo where that is wished and can be done: a card that comes may change that,
    /// and so may what is measured.
    mutating func followClocks() {
        // One exchange at a time.
        guard config.audio.wishesEchoGone, settings.change == nil, let clock = soundClock else {
            return
        }
        let before = handsFree
        devices.clocksApart = clock.reason
        guard handsFree.cancelsEcho != before.cancelsEcho else { return }
        tellMedia(config, routing)
        journal.note(
            .audioOpen,
            clock.reason.map { Advice.echoRefused($0) }
                ?? "microphone and speaker have one clock: the echo is cancelled")
    }

    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    ///
    /// What the samples say goes before what the names say.
    var soundClock: PCMClock? {
        guard let capture = side(devices.cards.input), let playback = side(devices.cards.output)
        else { return nil }
        let named = PCMClock(capture: capture, playback: playback)
        guard let one = captureDrift, let other = playbackDrift else { return named }
        let seen = PCMClock.compared(
            capturePPM: one.ppm, uncertain: one.uncertainty, playbackPPM: other.ppm,
            uncertain: other.uncertainty)
        switch seen {
        case .apart(let apart):
            return PCMClock(
                reason: "the speaker's clock was seen to run \(oneDigit(apart)) ppm "
                    + "\(apart > 0 ? "faster" : "slower") than the microphone's")
        case .together where named.isGuess: return PCMClock(reason: nil)
        case .together, .unknown: return named
        }
    }

    private func side(_ side: Cards.Side) -> PCMClock.Side? {
        guard side.isOpen, let route = side.route else { return nil }
        return PCMClock.Side(name: side.shown, route: route)
    }

    /// Devices that work, and cost.
    var detourNotes: [String] {
        var found: [String] = []
        for (word, side) in [("input", devices.cards.input), ("output", devices.cards.output)]
        where side.isOpen {
            for detour in side.route?.detours ?? [] {
                found.append(
                    "audio \(word) \(side.shown) goes through \(detour.name), \(detour.cost): "
                        + "\(word) = card:ID in [audio] is direct (intercomctl audio list)")
            }
        }
        return found
    }

    /// Volumes that could not be set, and a microphone that gives nothing because it is muted.
    var controlNotes: [String] {
        var found: [String] = []
        for (key, side) in [("mic-volume", devices.cards.input), ("volume", devices.cards.output)]
        where side.isOpen && side.wish != nil && side.control == nil {
            let name = side.wish?.name.map { " \($0)" } ?? ""
            found.append(
                "\(key): \(side.shown) has no control\(name) to set: intercomctl audio controls")
        }
        if let control = devices.silentMicrophone {
            found.append(
                "the microphone is muted: control \(control.name) of \(devices.cards.input.shown): "
                    + HeardBy.Reason.microphoneCardMuted.remedy)
        }
        return found
    }

    func told(_ drift: Drift?) -> (Double?, Double?) {
        guard let drift else { return (nil, nil) }
        return (tenths(drift.ppm), max(0.1, tenths(drift.uncertainty)))
    }

    private func oneDigit(_ value: Double) -> String {
        let tenths = Int((abs(value) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
