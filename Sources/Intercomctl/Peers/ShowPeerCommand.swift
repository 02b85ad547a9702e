internal import Report

/// `show peer NAME`: how it is protected, what it may do here, what was refused.
func showPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let request = Request.show(peer: invocation.arguments[0])
    guard case .peer(let detail) = try daemon.ask(request) else { throw Failure.misfit }
    if invocation.isJSON {
        try printLine(detail.json)
    } else {
        try printScreen(screen(of: detail, try site(of: detail.peer, invocation)))
    }
    return .ok
}

/// The site that vouches for a peer which nobody has verified; nil where none does.
private func site(
    of peer: PeerStatus, _ invocation: borrowing Invocation
) throws(Failure) -> String? {
    guard !peer.isVerified else { return nil }
    let site = try statusNow(invocation).site
    return site.peers.contains(peer.name) ? site.name : nil
}

private func screen(of detail: PeerDetail, _ site: String?) -> String {
    let peer = detail.peer
    let name = peer.name.visible
    var text = "\(name): \(peer.state.rawValue)"
    if let endpoint = peer.endpoint {
        text += " at \(endpoint.visible)"
        if peer.endpointSource == "lan" { text += ", found on the LAN" }
        if peer.endpointSource == "rendezvous" { text += ", found by the broker" }
    }
    if let fault = peer.fault { text += "\n\(fault.text.visible)" }
    let cipher = peer.suite == 2 ? "ChaCha20-Poly1305" : "AES-256-GCM"
    text += "\nsealed: suite \(peer.suite) (\(cipher)), X25519 and ML-KEM-768\n"
    text +=
        peer.hasPSK
        ? "psk: yes, so not even a quantum computer can pose as it\n"
        : "psk: none, so no post-quantum authentication\n"
    text += "key: \(peer.fingerprint.visible), "
    text +=
        peer.isVerified
        ? "verified, by a code or by its 24 digits\n"
        : site.map { "by the list of the site \($0.visible), which its introducer has signed\n" }
            ?? "NOT VERIFIED: sudo intercomctl peer verify \(name) DIGITS\n"
    if peer.sessionAgeSeconds != nil {
        let age = age(seconds: peer.sessionAgeSeconds)
        text += "session keys: \(age) old, renewed every two minutes\n"
    }
    let repeated = max(0, min(detail.packetsRepeated, peer.packetsRefused))
    text += "packets: \(peer.packetsOpened) opened, "
    text += "\(peer.packetsRefused - repeated) forged or damaged, \(repeated) repeated\n"
    let policy = detail.policy
    let relays = (["relay"] + policy.relays.map { $0.visible }).joined(separator: " ")
    let rights = [
        ("announce", policy.announce), ("drop-in", policy.dropIn), ("monitor", policy.monitor),
        ("high", policy.high), ("emergency", policy.emergency),
        (relays, !policy.relays.isEmpty),
        ("signal", policy.signal),
    ]
    text += "its calls: \(policy.call.visible)\n"
    for (word, isAllowed) in [("allowed", true), ("denied", false)] {
        let some = rights.filter { $0.1 == isAllowed }.map { $0.0 }
        text += "\(word): \(some.isEmpty ? "nothing" : some.joined(separator: ", "))\n"
    }
    text +=
        detail.opensMicrophone
        ? "it MAY OPEN THE MICROPHONE HERE\n" : "it cannot open the microphone here\n"
    for counter in detail.refused {
        text += "refused: \(counter.name.visible), \(plural(counter.value, "time"))\n"
    }
    return text
}
