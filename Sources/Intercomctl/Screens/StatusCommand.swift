internal import HAL
internal import Report

/// `status`: prints one screen, problems first.
func showStatus(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let status = try statusNow(invocation)
    try printResult(status.json, screen(of: status, invocation), invocation)
    return status.problems.isEmpty ? .ok : .degraded
}

/// `peers`: prints the table of peers, and remarks on them.
func showPeers(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .peers(let list) = try daemon.ask(.peers) else { throw Failure.misfit }
    try printResult(list.json, screen(of: list, invocation), invocation)
    return .ok
}

private func screen(of list: PeerList, _ invocation: borrowing Invocation) -> String {
    let peers =
        list.peers.isEmpty ? "\(noPeers(invocation, fix: peerFix))\n" : table(of: list.peers)
    return peers + remarks(onPeersOf: list)
}

/// Whether the echo is cancelled, and how well.
private func echo(_ audio: Status.Audio) -> String {
    guard let gone = audio.echoReductionDB else { return audio.echo.visible }
    return "-\(Int(gone.rounded())) dB"
}

private func screen(of status: Status, _ invocation: borrowing Invocation) -> String {
    var text = padded(status.name.visible, to: 36)
    text += "up \(age(seconds: status.uptimeSeconds))   intercomd \(status.version.visible)\n"
    for problem in status.problems { text += "! \(problem.sentence.visible)\n" }
    for note in status.notes { text += "* \(note.sentence.visible)\n" }
    text += detours(of: status.peers)
    text += lines(of: status.callers)
    text += "audio   in  \(device(status.audio.input))\n"
    text += "        out \(device(status.audio.output))\n"
    text += "        duplex \(status.audio.duplex.visible)"
    if status.audio.echo != "off" { text += "   echo \(echo(status.audio))" }
    text += "   profile \(status.audio.profile.visible)\n"
    if let reason = status.audio.clockReason { text += "clock   two: \(reason.visible)\n" }
    text += "mic     \(microphone(status.microphone, status.state))\n"
    if status.call.state != .idle { text += "call    \(call(status.call))\n" }
    if let target = status.announcement { text += "announce a file to \(target.visible)\n" }
    if let last = lastCall(status.call) { text += "last    \(last)\n" }
    if let site = status.site.name {
        text += "site    \(site.visible), number \(status.site.number ?? 0)"
        if status.site.introduces, !status.site.behind.isEmpty {
            let names = status.site.behind.joined(separator: ", ")
            text += "; not known to have it: \(names.visible)"
        }
        if status.site.introduces { text += "; this station introduces" }
        for name in status.site.introducers { text += "; \(name.visible) introduces" }
        text += "\n"
    }
    for (broker, use) in [(status.broker, ""), (status.homeAssistant, ", for Home Assistant")] {
        guard let broker else { continue }
        let state = broker.isConnected ? "connected" : "not connected"
        text += "broker  \(broker.address.visible), \(state)\(use)"
        if let place = broker.seenAs { text += "; this station is seen as \(place.visible)" }
        text += "\n"
    }
    if let forwarded = words(aboutForwardingFor: status.peers) { text += "forward \(forwarded)\n" }
    if let pairing = words(about: status.pairing) { text += "pairing \(pairing.visible)\n" }
    if let remarks = remarks(on: status.state) { text += "set     \(remarks)\n" }
    for button in status.buttons {
        let state = button.fault.map { "unreadable: \($0.text.visible)" } ?? button.state.rawValue
        let talking = button.isTalking ? ", talking" : ""
        let line = button.line.isEmpty ? "(vox)" : button.line.visible
        text += "button  \(button.name.visible) \(line)"
        if !button.target.isEmpty { text += " -> \(button.target.visible)" }
        text += "  \(state)\(talking)\n"
    }
    for lamp in status.lamps {
        let state = lamp.fault.map { "failed: \($0.text.visible)" } ?? lamp.state.rawValue
        text += "lamp    \(lamp.name.visible) \(lamp.line.visible)"
        text += " (\(lamp.show.visible))  \(state)\n"
    }
    for relay in status.relays {
        let state = relay.fault.map { "failed: \($0.text.visible)" } ?? relay.state.rawValue
        text += "relay   \(relay.name.visible) \(relay.line.visible)  \(state)\n"
    }
    for channel in status.channels {
        let members =
            channel.members.isEmpty ? "no members" : channel.members.joined(separator: ", ")
        text += "channel \(channel.name.visible): \(members.visible)"
        text += channel.isListening ? "" : "  (not listening)"
        text += channel.isTalking ? "  talking\n" : "\n"
    }
    for recording in status.recordings { text += "record  \(words(about: recording))\n" }
    text += status.peers.isEmpty ? "\(noPeers(invocation))\n" : table(of: status.peers)
    text += doubts(about: status.peers, status.site)
    return text
}

/// The peers between which this station passes packets on, and how much of each; nil without any.
private func words(aboutForwardingFor peers: [PeerStatus]) -> String? {
    let some = peers.filter { $0.isForwarded }.map {
        "\($0.name.visible) \(decimal(Double($0.forwardedBytes) / 1e6, unit: "MB"))"
    }
    return some.isEmpty ? nil : some.joined(separator: ", ")
}

/// Describes a pairing in progress; nil if there is none.
private func words(about pairing: PairingStatus) -> String? {
    let what: String
    switch pairing.state {
    case .showing: what = "a code is shown here, for another station to type"
    case .entering: what = "a code that was typed here is tried"
    case .idle: return nil
    }
    return what + (pairing.asker.map { "; begun by \($0)" } ?? "")
}

/// Describes a recording: whose sound is in it now.
private func words(about recording: Status.Recording) -> String {
    var text = "\(recording.name.visible): "
    if !recording.recorded.isEmpty {
        text += "RECORDING \(recording.recorded.joined(separator: ", ").visible)"
    } else if let peer = recording.deniedBy {
        text += "stopped: \(peer.visible) does not allow it"
    } else if !recording.canTell {
        text += "not now: nothing here tells people: add a speaker that sounds, or a lamp with"
        text += " show = recording"
    } else {
        text += recording.unrecorded.isEmpty ? "nothing now" : "not yet: no peer has agreed"
    }
    guard !recording.unrecorded.isEmpty else { return text }
    return text + "; without \(recording.unrecorded.joined(separator: ", ").visible)"
}

private func device(_ device: Status.Device) -> String {
    guard device.state != .none else { return "none" }
    var text = device.name.visible
    if device.state == .open {
        if let rate = device.rate { text += "  \(rate)" }
        if let channels = device.channels {
            text += channels == 1 ? "/mono" : channels == 2 ? "/stereo" : "/\(channels)"
        }
        if let period = device.period, let buffer = device.buffer {
            text += " \(period)/\(buffer)"
        }
    } else {
        text += "  \(device.state.rawValue)"
    }
    return device.xruns > 0 ? "\(text) \(plural(device.xruns, "xrun"))" : text
}

private func call(_ call: CallStatus) -> String {
    var text = call.state.rawValue
    if let kind = call.kind, kind != "call" { text += " (\(kind.visible))" }
    text += " \(call.peers.joined(separator: ", ").visible)"
    // A compromised daemon can send any number.
    if let seconds = call.seconds, (0..<1e12).contains(seconds) {
        text += "  \(age(seconds: Int(seconds)))"
    }
    if !call.unheard.isEmpty { text += "  not heard by \(call.unheard.sentence.visible)" }
    if !call.weak.isEmpty {
        text += "  nothing heard from \(call.weak.joined(separator: ", ").visible)"
    }
    return text
}

/// Describes the call that ended last; nil before the first.
private func lastCall(_ call: CallStatus) -> String? {
    guard let ended = call.lastEndedMilliseconds, let peer = call.lastPeer else { return nil }
    let who = peer.isEmpty ? "nobody" : peer.visible
    let time = localTime(milliseconds: ended)
    guard !call.isLastMissed else {
        return "missed call from \(who), \(time)  (intercomctl history)"
    }
    let cause = call.lastCause.flatMap { HistoryRecord.Cause(rawValue: $0) }?.words ?? "ended"
    return "call \(call.lastDirection == "in" ? "from" : "to") \(who): \(cause), \(time)"
}

private func microphone(_ microphone: Status.Microphone, _ state: SavedState) -> String {
    let others = microphone.mayOpen.joined(separator: ", ")
    let remark = others.isEmpty ? "" : "   may be opened by \(others.visible)"
    guard microphone.isOpen else { return "closed\(remark)" }
    var text = "OPEN"
    if !microphone.targets.isEmpty {
        text += " to \(microphone.targets.joined(separator: ", ").visible)"
    }
    if state.isMicrophoneMuted { text += "  muted" }
    if let level = microphone.levelDBFS { text += "  \(whole(level)) dBFS" }
    return text + remark
}

private func remarks(on peer: PeerStatus) -> String {
    var remarks: [String] = []
    if peer.isTalking { remarks.append("talking") }
    if !peer.records.isEmpty {
        remarks.append("records \(peer.records.joined(separator: ", "))")
    }
    if peer.down.reason == "revoked" { remarks.append("put out") }
    if peer.suite != 1, peer.state != .down { remarks.append("suite \(peer.suite)") }
    // Without a psk, a future quantum computer could pose as the peer (protocol.md §1.5).
    if !peer.hasPSK { remarks.append("no psk") }
    if let now = peer.hearsNow, now != "heard" {
        remarks.append("does not hear us now: \(HeardBy.Reason(word: now).words)")
    }
    return remarks.joined(separator: ", ")
}

private func table(of peers: [PeerStatus]) -> String {
    let header = ["PEER", "STATE", "HEARD", "RTT", "JITTER", "LOSS", "BUFFER", "PATH", "KEY", ""]
    return Table(header, peers) { peer in
        [
            peer.name, peer.state.rawValue, age(seconds: peer.heardAgeSeconds),
            whole(peer.rttMilliseconds, unit: "ms"),
            decimal(peer.jitterMilliseconds, unit: "ms"),
            decimal(peer.lossPercent, unit: "%"), whole(peer.bufferMilliseconds, unit: "ms"),
            peer.pathWords ?? "-", peer.fingerprint, remarks(on: peer),
        ]
    }.text
}

/// Peers whose key no person has compared, and peers whose requests were refused.
private func doubts(about peers: [PeerStatus], _ site: SiteStatus) -> String {
    // A peer that was put out cannot talk here, verified or not.
    let unseen = peers.filter { !$0.isVerified && $0.down.reason != "revoked" }.map { $0.name }
    let introduced = unseen.filter { site.peers.contains($0) }
    let strangers = unseen.filter { !site.peers.contains($0) }
    let pushy = peers.filter { $0.claimsRefused > 0 }.map { "\($0.name) \($0.claimsRefused)" }
    var text = ""
    if !strangers.isEmpty {
        text += "not verified: \(strangers.joined(separator: ", ").visible)"
        text += "  (sudo intercomctl peer verify)\n"
    }
    if let name = site.name, !introduced.isEmpty {
        text += "by the site \(name.visible): \(introduced.joined(separator: ", ").visible)\n"
    }
    if !pushy.isEmpty {
        text += "refused since the start: \(pushy.joined(separator: ", ").visible)"
        text += "  (intercomctl peer show NAME)\n"
    }
    return text
}
