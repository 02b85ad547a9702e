internal import Config
internal import HAL
internal import Media
internal import Report
internal import Station

extension Snapshot {
    /// What a person should mend, worst first; empty when all is well.
    var problems: [String] {
        var found = [networkProblem].compactMap { $0 }
        for side in [input, output]
        where side.isWanted && !side.isOpen && !side.isReopening {
            found.append(side.error?.description ?? "audio \(side.shown): not open yet")
        }
        found += stillComplaints
        found += floodProblems
        if let overloadProblem { found.append(overloadProblem) }
        if isSoundStill {
            found.append(
                "the audio thread stands still: the service restarts intercomd; else restart it")
        }
        if switchboard.cardTroubles.isStalled {
            found.append(stallComplaint)
        }
        found += standingHindrances.map { "\($0.text) -> \($0.remedy)" }
        for key in keys where !key.isOpen {
            found.append("button \(key.button.name): \(key.error?.description ?? "not open yet")")
        }
        for row in lamps {
            if let error = row.error { found.append("lamp \(row.lamp.name): \(error)") }
        }
        for row in relays {
            if let error = row.error { found.append("relay \(row.relay.name): \(error)") }
        }
        for key in keys where key.isStuck {
            found.append(
                "button \(key.button.name): held longer than max-talk, so the talk has ended; "
                    + "release the button, or look whether it is jammed")
        }
        if isPutOut, let name = site.name {
            found.append(Advice.putOut(of: name, introduces: site.introduces))
        }
        for peer in roster.numbers {
            if let complaint = problem(of: peer) { found.append(complaint) }
        }
        if let complaint = ownKeyProblem { found.append(complaint) }
        if !isRealtime {
            found.append(
                "no real-time priority, sound may break under load: "
                    + "give the service LimitRTPRIO=70, or ulimit -r 70")
        }
        found += fileProblems
        if let problem = memoryProblem { found.append(problem) }
        return found
    }

    /// A card that wakes the loop for nothing; a sound server does so when periods are short.
    var stallComplaint: String {
        let detours = [input, output].flatMap {
            $0.route?.detours ?? []
        }
        guard let detour = detours.first else {
            return "the sound card wakes without sound: unplug it, or try another"
        }
        return "\(detour.name) wakes without sound: set period = 20ms in [audio], or use the card "
            + "itself (intercomctl audio list)"
    }
}
