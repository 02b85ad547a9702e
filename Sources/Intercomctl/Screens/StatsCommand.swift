internal import Audio
internal import Report

/// `stats PEER`: prints sound quality and network figures of a peer, in both directions.
func showStats(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let status = try statusNow(invocation)
    let peer = try findPeer(invocation.arguments[0], in: status)
    var json = JSON.result()
    json.set("name", JSON(status.name))
    json.set("microphone", status.microphone.json)
    json.set("speaker", status.speaker.json)
    json.set("peers", JSON.list([peer]) { $0.json })
    try printResult(json, statsScreen(of: peer), invocation, isFolded: false)
    return .ok
}

/// Finds the peer with this name; the complaint about an unknown name suggests the nearest name.
func findPeer(_ name: String, in status: Status) throws(Failure) -> PeerStatus {
    guard let peer = status.peers.first(where: { $0.name == name }) else {
        let names = status.peers.map { $0.name }
        throw Failure(unknown("peer", name, among: names, or: "intercomctl peers"))
    }
    return peer
}

/// Formats the figures of one peer, in both directions.
func statsScreen(of peer: PeerStatus) -> String {
    func line(_ head: String, _ rest: String) -> String { padded(head, to: 20) + rest + "\n" }
    func arrival(_ loss: Double?, _ jitter: Double?) -> String {
        let share = decimal(loss, unit: "%")
        return line("  as it comes", "loss \(share)   jitter \(decimal(jitter, unit: "ms"))")
    }
    var text = line(peer.name.visible, "\(peer.state.rawValue)\(endpoint(of: peer))")
    if peer.isProblem, let fault = peer.fault { text += "! \(fault.sentence.visible)\n" }
    let talking =
        peer.isTalking
        ? "talking  \(whole(peer.rmsDBFS)) dBFS, peak \(whole(peer.peakDBFS))" : "silent"
    text += line("its voice here", talking)
    text += arrival(peer.lossPercent, peer.jitterMilliseconds)
    text += line(
        "  as it is played",
        "concealed \(decimal(peer.concealedPercent, unit: "%")) of its last 10 s, "
            + "\(peer.concealedMilliseconds)ms in all")
    text += line("  waits here", whole(peer.bufferMilliseconds, unit: "ms"))
    if let heard = peer.heardPercent {
        let word = peer.heardReason == .unknown ? "arrived" : "heard"
        let why = peer.heardReason.map { ": \($0.words)" } ?? ""
        let ago = "\(age(seconds: peer.lastWordsAgeSeconds)) ago"
        text += line("our last words", "\(ago), \(heard)% \(word) there\(why)")
    }
    if let reported = peer.report.ageSeconds {
        text += line("our voice there", "as it reported \(age(seconds: reported)) ago")
        text += arrival(peer.report.lossPercent, peer.report.jitterMilliseconds)
        text += line(
            "  as it is played",
            "concealed \(whole(peer.report.concealedMilliseconds, unit: "ms")) of a second")
        text += line("  waits there", whole(peer.report.bufferMilliseconds, unit: "ms"))
    } else {
        text += line("our voice there", "not reported yet: it has heard nothing of us")
    }
    text += line(
        "network",
        "RTT \(whole(peer.rttMilliseconds, unit: "ms"))"
            + "   up \(bytes(peer.sentPerSecond))B/s   down \(bytes(peer.openedPerSecond))B/s")
    text += line("mouth to ear", whole(peer.delayMilliseconds, unit: "ms"))
    let refused = "\(peer.packetsRefused) refused"
    text += line("packets", "\(peer.packetsSent) sent, \(peer.packetsOpened) opened, \(refused)")
    return text
}

private func endpoint(of peer: PeerStatus) -> String {
    peer.endpoint.map { " at \($0.visible)" } ?? ""
}

/// Formats bytes per second: 0, 870, 8.7k.
func bytes(_ count: Int) -> String {
    count < 1000 ? "\(count)" : decimal(Double(min(count, 1_000_000_000)) / 1000, unit: "k")
}
