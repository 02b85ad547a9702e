internal import Report

/// The report of a command that changed a peer, and of the reload that applies the change.
struct PeerReport {
    private let name: String
    /// The peer's former name, if it was renamed.
    private let former: String?
    private let fingerprint: String?
    /// Whether the change is one of sites, after which a stolen introducer may still be a peer.
    var namesFormerIntroducers = false
    private var lines: [String] = []
    private var isApplied = false
    private var needsRestart = false

    init(name: String, former: String? = nil, fingerprint: String? = nil) {
        self.name = name
        self.former = former
        self.fingerprint = fingerprint
    }

    mutating func add(_ line: String) { lines.append(line) }

    /// Describes the messages that the daemon drops with a peer's key: no other box can open them.
    ///
    /// - Returns: nil without such messages, or without a daemon.
    static func dropped(to name: String, _ invocation: borrowing Invocation) -> String? {
        guard var daemon = try? Daemon(invocation),
            case .messages(let list)? = try? daemon.ask(.message(.list))
        else { return nil }
        let count = list.messages.count {
            !$0.isIncoming && $0.peer == name && ["waiting", "sent"].contains($0.state)
        }
        return count > 0
            ? "\(plural(count, "unsent message")), which only that box could open" : nil
    }

    /// Adds those messages.
    mutating func addDropped(to name: String, _ invocation: borrowing Invocation) {
        guard let dropped = Self.dropped(to: name, invocation) else { return }
        add((invocation.isUnapplied ? "a reload drops " : "dropped: ") + dropped)
    }

    /// Makes the daemon read the files, except with `--no-reload`; then prints the report.
    consuming func reloadAndPrint(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        var ending = ExitCode.ok
        if invocation.isUnapplied {
            add("to apply it: intercomctl reload")
        } else {
            ending = try apply(invocation)
        }
        let text = lines.map { $0.visible }.joined(separator: "\n")
        try printResult(json, text, invocation)
        return ending
    }

    private mutating func apply(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        let reload: Reply.Reload
        do throws(Failure) {
            reload = try askReload(invocation)
        } catch {
            guard error.code == .notRunning else {
                throw Failure(
                    "\(name) is written, but intercomd has not applied it:\n\(error.text)\n"
                        + "to apply it: intercomctl reload")
            }
            add("intercomd is not running; it reads this at its next start")
            return .ok
        }
        isApplied = true
        // The reload also applies earlier changes that the person may have forgotten; changes that
        // the report names already are left out.
        let told = lines.flatMap { line in
            line.split { " :;,".contains($0) }.map { String($0) }
        }
        let others = reload.difference.filter { line in
            let words = (line.section ?? "").split(separator: " ").map { String($0) }
            return words.count < 2
                || words[1] != name && words[1] != former && !told.contains(words[1])
        }
        for line in others {
            add("also applied: \(line.text)" + (line.needsRestart ? "  (needs a restart)" : ""))
        }
        needsRestart = reload.needsRestart
        if needsRestart { add("for the rest: sudo systemctl restart intercomd") }
        add("applied: the running intercomd has it")
        if namesFormerIntroducers { for line in formerIntroducers(invocation) { add(line) } }
        return .ok
    }

    private var json: JSON {
        var json = JSON.result()
        json.set("name", JSON(name))
        json.set("fingerprint", fingerprint.map { JSON($0) } ?? .null())
        json.set("applied", JSON(isApplied))
        json.set("restart", JSON(needsRestart))
        return json
    }
}

/// The lines below a table of peers: reasons why peers are down, and unknown callers.
func remarks(onPeersOf list: PeerList) -> String {
    var text = ""
    for peer in list.peers {
        guard let fault = peer.fault else { continue }
        text += "\(peer.isProblem ? "!" : "*") \(fault.sentence.visible)\n"
    }
    return text + detours(of: list.peers) + lines(of: list.callers)
}

/// One line for each peer that is reached through another one.
func detours(of peers: [PeerStatus]) -> String {
    peers.compactMap { $0.detour }.map { "* \($0.visible)\n" }.joined()
}

/// One line for each unknown station that called.
func lines(of callers: [CallerStatus]) -> String {
    var text = ""
    for caller in callers {
        text += "* \(words(about: caller).visible) -> \(fix(for: caller).visible)\n"
    }
    return text
}

/// The advice about an unknown caller.
func fix(for caller: CallerStatus) -> String {
    if caller.station != nil {
        "its name is taken here, by this station ([station] name, then intercomctl reload) or by a"
            + " peer (sudo intercomctl peer rename, or peer remove, or, if it takes that one's"
            + " place, peer replace); where the site is introduced: site rename"
    } else if caller.formerStation != nil {
        CallerStatus.formerFix
    } else {
        // If the caller uses a pre-shared key, its public key alone is not enough.
        "if you know it: intercomctl pair" + (caller.isProven ? ", or \(caller.addition)" : "")
    }
}

/// The line about an unknown caller, with the digits that a person compares.
func words(about caller: CallerStatus) -> String {
    let digits = caller.fingerprint.split(separator: " ").prefix(2).joined(separator: " ")
    let doubt =
        caller.isProven
        ? "" : " (unproven: it uses a pre-shared key, or borrows somebody's key)"
    let age = age(seconds: caller.ageSeconds)
    if caller.station == nil, let name = caller.formerStation {
        return
            "the former \(name), no peer any more, still calls, from \(caller.address) \(age) ago"
    }
    let subject = caller.station.map { "\($0) of the site, no peer here," } ?? "an unknown station"
    return "\(subject) called from \(caller.address) \(age) ago, key \(digits) …\(doubt)"
}

/// `peer show NAME`: prints the peer's protection, its rights here, and its refused requests.
func showPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let request = Request.show(peer: invocation.arguments[0])
    guard case .peer(let detail) = try daemon.ask(request) else { throw Failure.misfit }
    let site = invocation.isJSON ? nil : try site(of: detail.peer, invocation)
    try printResult(detail.json, screen(of: detail, site), invocation)
    return .ok
}

/// Returns the site that vouches for a peer that no person has verified; nil if there is none.
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
    if let detour = peer.detour { text += "\n\(detour.visible)" }
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
        ("signal", policy.signal), ("message", policy.message),
        ("record", policy.record),
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

/// Asks the daemon for the peers that introduce the site under a key that was left; none if it does
/// not answer.
func formerIntroducers(_ invocation: borrowing Invocation) -> [String] {
    let notes = (try? statusNow(invocation))?.notes ?? []
    return notes.filter { $0.code == "former_introducer" }.map { $0.sentence }
}
