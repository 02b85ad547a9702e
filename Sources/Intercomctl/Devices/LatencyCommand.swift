internal import Report
internal import Time

/// `test latency PEER`: how long a voice takes from here to the ear of another.
func testLatency(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = invocation.arguments[0]
    var daemon = try Daemon(invocation, patience: .seconds(10))
    guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
    let peer = try findPeer(name, in: status)
    // Otherwise nothing is sent, and the answer says why.
    if peer.state != .down, !status.microphone.isOpen, status.audio.input.state == .open {
        try printProgress(
            "sending \(name.visible) three sweeps, and listening for them here", invocation)
    }
    guard case .latency(let latency) = try daemon.ask(.latency(peer: name)) else {
        throw Failure.misfit
    }
    if invocation.isJSON {
        try printLine(latency.json)
    } else {
        try printText(latencyScreen(of: latency))
    }
    return latency.finding == .silent && latency.problem != nil ? .failed : .ok
}

func latencyScreen(of latency: Latency) -> String {
    func line(_ head: String, _ number: Double?, _ rest: String = "") -> String {
        let number = decimal(number)
        let text = "\(padded(head, to: 28))\(padding(7 - number.utf8.count))\(number) ms"
        return rest.isEmpty ? "\(text)\n" : "\(text)   \(rest)\n"
    }
    let debounce = latency.debounceMilliseconds.map { "and \(decimal($0)) ms of debounce" } ?? ""
    var text = ""
    if latency.keyToPacketMilliseconds != nil {
        text += line("button -> first packet", latency.keyToPacketMilliseconds, debounce)
    } else {
        text += "button -> first packet            -      no button was pressed since the start\n"
    }
    text += line("microphone, one frame", latency.inputMilliseconds)
    text += line("coder", latency.codecMilliseconds)
    text += line("network, half the RTT", latency.networkMilliseconds)
    let here = latency.bufferHereMilliseconds.map { "here, for its voice: \(whole($0)) ms" } ?? ""
    text += line("jitter buffer there", latency.bufferThereMilliseconds, here)
    text += line("loudspeaker", latency.outputMilliseconds, "assumed as here")
    text += line("mouth to ear, estimate", latency.estimateMilliseconds)
    switch latency.finding {
    case .heard:
        text += line(
            "mouth to ear, heard", latency.acousticMilliseconds,
            "at \(whole(latency.levelDBFS)) dBFS, noise floor \(whole(latency.noiseFloorDBFS))")
    case .silent where latency.problem != nil:
        text += wrapped("\((latency.problem ?? "").visible); see whether it has power and network")
    case .silent:
        text += "not heard here: normal when the two stand out of each other's earshot\n"
    case .untried:
        text += wrapped("no tone was sent: \((latency.problem ?? "unknown").visible)")
    }
    return text
}
