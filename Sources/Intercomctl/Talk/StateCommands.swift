internal import HAL
internal import Report

/// `volume [WHAT] [N|+N|-N]`: shows or sets a volume.
func setVolume(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var words = invocation.arguments[...]
    var kind = SavedState.Volumes.Kind.speaker
    if let word = words.first, let named = SavedState.Volumes.Kind(rawValue: word) {
        kind = named
        words.removeFirst()
    }
    guard let word = words.first else { return try ask(.show, invocation) }
    guard words.count == 1, let change = StateRequest.VolumeChange(typed: word) else {
        let kinds = SavedState.Volumes.Kind.allCases.map { $0.rawValue }
        if !word.isEmpty, word.utf8.allSatisfy({ (48...57).contains($0) }) {
            throw Failure.usage("\(word) is no volume: 0 to 100, or a change such as +5 or -5")
        }
        let names = StationNames(invocation)
        if names.peers.contains(word) {
            throw Failure.usage(
                "\(word) is a peer; how loud it is here is its gain:"
                    + " sudo intercomctl peer set \(word) --gain -6dB")
        }
        if names.channels.contains(word) {
            throw Failure.usage(
                "\(word) is a channel; how loud it is here is gain in [channel \(word)]")
        }
        throw Failure.usage(
            unknown("volume", word, among: kinds, or: kinds.joined(separator: ", "))
                + " (then 0 to 100, +5 or -5)")
    }
    return try ask(.volume(kind, change), invocation)
}

/// `mute WHAT`, `unmute WHAT`: "mic", "speaker", a peer or a channel.
func muting(_ isOn: Bool) -> Command.Function {
    { (invocation) throws(Failure) in
        try ask(.mute(what: invocation.arguments[0], isOn: isOn), invocation)
    }
}

/// `dnd [on|off] [--for TIME]`.
func setDoNotDisturb(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let seconds = invocation.length
    switch invocation.arguments.first {
    case nil where seconds == nil: return try ask(.show, invocation)
    case "on": return try ask(.doNotDisturb(isOn: true, seconds: seconds), invocation)
    case "off" where seconds == nil:
        return try ask(.doNotDisturb(isOn: false, seconds: nil), invocation)
    default: throw Failure.usage("usage: intercomctl dnd on [--for TIME], or dnd off")
    }
}

private func ask(
    _ request: StateRequest, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .state(let state) = try daemon.ask(.state(request)) else { throw Failure.misfit }
    try printResult(state.json, lines(of: state), invocation, isFolded: false)
    return .ok
}

/// Lists the mutes, volumes and do-not-disturb.
private func lines(of state: SavedState) -> String {
    let volumes = SavedState.Volumes.Kind.allCases.map { "\($0.rawValue) \(state.volumes[$0])%" }
    var text = "volume  \(volumes.joined(separator: "   "))\n"
    let remarks = remarks(on: state, withVolumes: false)
    text += (remarks ?? "nothing is muted, do not disturb is off") + "\n"
    let sounds = [
        ("the speaker is", state.volumes[.speaker], "voice"),
        ("rings are", state.volumes[.ring], "call"), ("pages are", state.volumes[.page], "page"),
    ]
    for (subject, volume, sound) in sounds where SavedState.isInaudible(volume) {
        text += "\(subject) at \(volume)%: no \(sound) is heard here\n"
    }
    return text
}

/// The mutes, do-not-disturb and lowered volumes in one line; nil if there are none.
func remarks(on state: SavedState, withVolumes: Bool = true) -> String? {
    var parts: [String] = []
    var muted = state.muted
    if state.isSpeakerMuted { muted.insert("speaker", at: 0) }
    if state.isMicrophoneMuted { muted.insert("mic", at: 0) }
    if !muted.isEmpty { parts.append("MUTED: \(muted.joined(separator: ", ").visible)") }
    if state.doNotDisturb.isOn {
        let end = state.doNotDisturb.untilMilliseconds
            .map { " until \(localTime(milliseconds: $0))" }
        parts.append("do not disturb\(end ?? "")")
    }
    if state.isQuietTime { parts.append("quiet hours: only an emergency may ring, where allowed") }
    let set = SavedState.Volumes.Kind.allCases.filter { state.volumes[$0] < 100 }
    if withVolumes, !set.isEmpty {
        let volumes = set.map { "\($0.rawValue) \(state.volumes[$0])%" }
        parts.append("volume: \(volumes.joined(separator: ", "))")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "   ")
}

extension StateRequest.VolumeChange {
    /// `40`, `40%`, `+5`, `-5`; nil for anything else.
    fileprivate init?(typed text: String) {
        let digits = text.utf8.last == UInt8(ascii: "%") ? String(text.dropLast()) : text
        guard digits.utf8.count <= 4, let number = Int(digits), (-100...100).contains(number)
        else { return nil }
        let sign = digits.utf8.first
        let isStep = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        self = isStep ? .by(number) : .to(number)
    }
}
