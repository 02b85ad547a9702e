internal import Config
internal import HAL
internal import Peering
internal import Report
internal import Time

/// `pair`, `pair HOST CODE`: the running daemon pairs with another station by a code (protocol.md
/// §4.1); this program shows what it says.
func pair(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let joining = try joining(invocation)
    guard let (peer, former) = try pairedPeer(joining, invocation) else { return .failed }
    if let joining { return try joining.go(on: peer, invocation) }
    try remindOfSite(peer, after: former, invocation)
    return .ok
}

private func joining(_ invocation: borrowing Invocation) throws(Failure) -> Joining? {
    guard invocation.isJoining || !invocation.isMoving else {
        throw Failure(.usage, "--move goes with --join")
    }
    return invocation.isJoining ? try Joining(invocation) : nil
}

/// Pairs, as the command line says.
///
/// - Parameters:
///   - joining: What follows; nil for nothing.
///   - invocation: The command line.
/// - Returns: The name of the new peer here, and of the one whose place it may take; nil where
///   nobody is there to see it.
/// - Throws: Why they are no peers.
func pairedPeer(
    _ joining: Joining?, _ invocation: borrowing Invocation
) throws(Failure) -> (name: String, former: String?)? {
    let name = try invocation.name.map { (name) throws(Failure) in try peerName(name) }
    // The one that introduces takes it back into the site.
    let takesBack = invocation.isYes || joining?.isIntroducing == true
    let request: PairRequest
    switch PastedPairing(invocation.arguments) {
    case .nothing: request = .show(name: name, takesBack: takesBack)
    case .code(let code, let host):
        let host = try host.map(hostText)
        request = .enter(code: code, host: host, name: name, takesBack: takesBack)
    case .host(let host, let complaint):
        let host = try host.map(hostText)
        let code = try askForCode(of: host, complaint)
        request = .enter(code: code, host: host, name: name, takesBack: takesBack)
    case .wrong(let what): throw Failure(.usage, what)
    }
    var former: String?
    do throws(Failure) {
        let paired = try follow(request, invocation) { (report) throws(Failure) in
            let status = report.stage == .paired ? try? statusNow(invocation) : nil
            var report = report
            // Of one that is up nobody takes the place.
            if status?.peers.first(where: { $0.name == report.former })?.state == .up {
                report.former = nil
            }
            former = report.former
            // What settings name cannot be renamed.
            let isInSettings = report.name.map {
                (try? PeerBook(invocation).config())?.names(peer: $0) ?? false
            }
            try show(
                report, isNamed: name != nil || isInSettings ?? false,
                // The one that introduces signs a roster, which needs root.
                command: joining?.isIntroducing == false
                    ? "sudo intercomctl pair" : "intercomctl pair",
                option: joining == nil ? "" : " --join",
                place: joining?.isIntroducing == true ? "site" : "peer",
                site: status?.site,
                formerName: report.former.flatMap { try? PeerBook(invocation).site(of: $0)?.name },
                state: status?.state)
        }
        return paired?.name.map { ($0, former) }
    } catch {
        guard joining != nil, error.refusal == .known || error.refusal == .declined else {
            throw error
        }
        throw Failure(
            error.code,
            error.text + "\nfor the site a peer need not be paired again: sudo intercomctl site"
                + " add NAME where the site is introduced, then, unless it is in the site still,"
                + " intercomctl site join at the other",
            error.refusal)
    }
}

/// One address, as the settings have it.
private func hostText(_ typed: String) throws(Failure) -> String {
    let address = try peerAddress(typed)
    guard PeerAddress(text: address) != nil else {
        throw Failure(.usage, "\"\(typed.visible)\" is no single address; write HOST or HOST:PORT")
    }
    return address
}

/// The longest silence of a daemon that pairs: while it shows a code.
private let silenceMax = PairingWindow.length + .seconds(30)

/// Lets the daemon pair, and shows what it says until that is over.
///
/// - Parameters:
///   - request: Its part in the pairing.
///   - invocation: The command line.
///   - patience: For how long it may go on when the output has no reader any more.
///   - show: Shows a report.
/// - Returns: The last report; nil where nobody is there to see it.
/// - Throws: Why they are no peers.
func follow(
    _ request: PairRequest, _ invocation: borrowing Invocation, patience: Duration = .zero,
    _ show: (PairingReport) throws(Failure) -> Void
) throws(Failure) -> PairingReport? {
    // The pairing ends when this connection does.
    var daemon = try Daemon(invocation)
    try daemon.begin(.pair(request))
    var lifeline = Lifeline(at: Clock.now())
    var (end, isCut) = (Clock.now() + silenceMax, false)
    while Clock.now() < end {
        // The terminal is closed, or the output has no reader.
        if !isCut, lifeline.poll(at: Clock.now()) {
            (end, isCut) = (Clock.now() + patience, true)
        }
        guard let reply = try daemon.answer(until: Clock.now() + .milliseconds(200)) else {
            continue
        }
        guard case .pairing(let report) = reply else { throw Failure.misfit }
        if !isCut { end = Clock.now() + silenceMax }
        if invocation.isJSON {
            try printLine(report.json)
        } else {
            try show(report)
        }
        guard report.stage == .paired else { continue }
        guard let problem = report.problem else { return report }
        throw Failure(
            .failed,
            "\(report.name ?? "") is written, but intercomd has not applied it:\n\(problem)\n"
                + "correct that, then: intercomctl reload")
    }
    if isCut { return nil }
    throw Failure(.failed, "the daemon does not answer; see: journalctl -u intercomd")
}
