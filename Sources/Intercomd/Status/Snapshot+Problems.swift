internal import Config
internal import HAL
internal import Media
internal import Report
internal import Station

extension Snapshot {
    /// What a person should mend, worst first; empty when all is well.
    var problems: [Fault] {
        var found = [networkFault].compactMap { $0 }
        found += [PCMError.Direction.capture, .playback].compactMap { cardFault($0) }
        found += floodFaults
        if let overloadFault { found.append(overloadFault) }
        if isSoundStill {
            found.append(
                Fault(
                    "sound_still", "the audio thread stands still",
                    fix: "the service restarts intercomd; else restart it"))
        }
        if switchboard.cardTroubles.isStalled { found.append(stallFault) }
        found += standingHindrances.map { $0.fault }
        found += keys.compactMap { fault(of: $0) }
        found += lamps.compactMap { $0.fault } + relays.compactMap { $0.fault }
        for key in keys where key.isStuck {
            found.append(
                Fault(
                    "held", of: "button \(key.button.name)",
                    "held longer than max-talk, so the talk has ended",
                    fix: "release the button, or look whether it is jammed"))
        }
        if isPutOut, let name = site.name {
            found.append(Advice.putOut(of: name, site))
        }
        found += directory.numbers.compactMap { problem(of: $0) }
        if let ownKeyFault { found.append(ownKeyFault) }
        if !isRealtime {
            found.append(
                Fault(
                    "no_realtime", "no real-time priority, sound may break under load",
                    fix: "give the service LimitRTPRIO=70, or ulimit -r 70"))
        }
        found += fileFaults
        if let memoryFault { found.append(memoryFault) }
        return found
    }

    /// A card that wakes the loop for nothing; a sound server does so when periods are short.
    private var stallFault: Fault {
        let detours = [input, output].flatMap {
            $0.route?.detours ?? []
        }
        guard let detour = detours.first else {
            return Fault(
                "stalled", "the sound card wakes without sound", fix: "unplug it, or try another")
        }
        return Fault(
            "stalled", "\(detour.name) wakes without sound",
            fix: "set period = 20ms in [audio], or use the card itself (intercomctl audio list)")
    }
}
