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
    var handsFree: HandsFree { devices.handsFree(config.audio) }

    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    var soundClock: PCMClock? { devices.soundClock(rings.counters) }

    /// Tells the media loop where something else can be done about the echo now.
    mutating func followClocks() {
        // One exchange at a time.
        guard settings.change == nil,
            let clock = devices.followClocks(config.audio, rings.counters)
        else { return }
        tellMedia(config, routing)
        journal.note(
            .audioOpen,
            clock.reason.map { Advice.echoRefused($0) }
                ?? "microphone and speaker have one clock: the echo is cancelled")
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
}
