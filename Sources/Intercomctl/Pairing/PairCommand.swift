internal import Config
internal import HAL
internal import Peering
internal import Report
internal import Time

/// `pair`, `pair HOST CODE`: lets the daemon pair with another station by a code (protocol.md
/// §4.1), and shows its reports.
func pair(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard invocation.isJoining || !invocation.isMoving else {
        throw Failure.usage("--move goes with --join")
    }
    let joining = invocation.isJoining ? try Joining(invocation) : nil
    guard let (peer, former) = try pairedPeer(joining, invocation) else { return .failed }
    if let joining { return try joining.go(on: peer, invocation) }
    try remindOfSite(peer, after: former, invocation)
    return .ok
}

/// Pairs as the command line asks.
///
/// - Parameters:
///   - joining: The step after the pairing; nil if there is none.
///   - invocation: The command line.
/// - Returns: The name of the new peer here, and of the peer that it may replace; nil if the
///   terminal is closed or the output has no reader.
/// - Throws: The reason why the pairing failed.
func pairedPeer(
    _ joining: Joining?, _ invocation: borrowing Invocation
) throws(Failure) -> (name: String, former: String?)? {
    let name = try peerName(ifAny: invocation.name)
    // With --join, an introducer takes the peer back into the site, and a joining station leaves
    // the site that has taken the peer out.
    let takesBack = invocation.isYes || joining != nil
    var (code, host): (String?, String?) = (nil, nil)
    switch PastedPairing(invocation.arguments) {
    case .nothing: break
    case .code(let typed, let place): (code, host) = (typed, try place.map(hostText))
    case .host(let place, let complaint):
        host = try place.map(hostText)
        code = try askForCode(of: host, complaint)
    case .wrong(let what): throw Failure.usage(what)
    }
    let request = PairRequest(code: code, host: host, name: name, takesBack: takesBack)
    var shown: (name: String, former: String?)?
    do throws(Failure) {
        let paired = try follow(request, invocation) { (report) throws(Failure) in
            guard report.stage == .paired else { return try show(report, joining) }
            shown = try showPaired(report, hasWish: name != nil, joining, invocation)
        }
        return shown ?? paired?.name.map { ($0, nil) }
    } catch {
        guard let joining, error.refusal == .known || error.refusal == .declined else {
            throw error
        }
        throw Failure(
            error.text + "\nfor the site a peer need not be paired again: "
                + (joining.isIntroducing
                    ? "sudo intercomctl site add NAME, then, unless it is in the site still,"
                        + " intercomctl site join there"
                    : "intercomctl site join here, once this station is in its list (where it is"
                        + " introduced: sudo intercomctl site add NAME)"),
            error.code, refusal: error.refusal)
    }
}

/// Checks one address, and returns it in the form of the settings.
private func hostText(_ typed: String) throws(Failure) -> String {
    let address = try peerAddress(typed)
    guard PeerAddress(text: address) != nil else {
        throw Failure.usage("\"\(typed.visible)\" is no single address; write HOST or HOST:PORT")
    }
    return address
}

/// The longest silence of a pairing daemon, which shows a code.
private let silenceMax = PairingWindow.length + .seconds(30)

/// Lets the daemon pair, and shows its reports until the pairing is over.
///
/// - Parameters:
///   - request: The request to the daemon.
///   - invocation: The command line.
///   - show: Shows a report.
/// - Returns: The last report; nil if the terminal is closed or the output has no reader.
/// - Throws: The reason why the pairing failed.
func follow(
    _ request: PairRequest, _ invocation: borrowing Invocation,
    _ show: (PairingReport) throws(Failure) -> Void
) throws(Failure) -> PairingReport? {
    // The pairing ends when this connection closes.
    var daemon = try Daemon(invocation)
    try daemon.begin(.pair(request))
    var lifeline = Lifeline(at: Clock.now())
    var end = Clock.now() + silenceMax
    while Clock.now() < end {
        // The terminal is closed, or the output has no reader.
        if lifeline.poll(at: Clock.now()) { return nil }
        // A person who sees two codes may type one at the wrong station.
        if request.code == nil, Keyboard.typed()?.isEmpty == false {
            try? printLine(
                "nothing is typed here: type this code at the other station; or, if that one shows"
                    + " a code, end this by Ctrl-C, and type: intercomctl pair CODE"
                    + (invocation.isJoining ? " --join" : ""), to: .complaint)
        }
        guard let reply = try daemon.answer(until: Clock.now() + .milliseconds(200)) else {
            continue
        }
        guard case .pairing(let report) = reply else { throw Failure.misfit }
        end = Clock.now() + silenceMax
        if invocation.isJSON {
            try printLine(report.json)
        } else {
            try show(report)
        }
        guard report.stage == .paired else { continue }
        guard let problem = report.problem else { return report }
        throw Failure(
            "\(report.name ?? "") is written, but intercomd has not applied it:\n\(problem)\n"
                + "to apply it: intercomctl reload")
    }
    throw Failure("the daemon does not answer; see: journalctl -u intercomd")
}

/// Shows a person the progress of a pairing.
private func show(_ report: PairingReport, _ joining: Joining?) throws(Failure) {
    switch report.stage {
    case .code: try showCode(report, joining)
    // An attempt is no result: keep it out of the output, which a program may read.
    case .attempt: try? printLine(report.text.visible, to: .complaint)
    case .searching, .trying, .paired: try printLine(report.text.visible)
    }
}

/// Shows a person the new peer, and the ways to talk to it.
///
/// - Parameters:
///   - report: The new peer.
///   - hasWish: Whether the person has chosen the peer's name here.
///   - joining: The step after the pairing; nil if there is none.
///   - invocation: The command line.
/// - Returns: The name of the new peer here, and of the peer that it may replace.
/// - Throws: An output that cannot be written, or the reason why the replacement failed.
private func showPaired(
    _ report: PairingReport, hasWish: Bool, _ joining: Joining?,
    _ invocation: borrowing Invocation
) throws(Failure) -> (name: String, former: String?) {
    let name = report.name ?? ""
    let (status, book) = (try? statusNow(invocation), try? PeerBook(invocation))
    try printLine(report.text.visible)
    // A peer that settings name cannot be renamed.
    let isNamed = hasWish || (try? book?.config())?.names(peer: name) == true
    let former = formerPeer(of: report, isNamed: isNamed, status?.peers ?? [])
    if let old = former, let book, old.state == .down, report.isApplied, joining == nil,
        book.mayReplace(old.name), Keyboard.isThere
    {
        let isSame = isAgreed(
            "\(old.name.visible) is known here with another key and is down. Is this the same box,"
                + " erased? It gets that name, and all that \(old.name.visible) may do here. [no]")
        guard !isSame else {
            _ = try replacePeer(old.name, by: name, in: book, isAsking: false, invocation)
            try printLine(waysToTalk(to: old.name))
            return (old.name, nil)
        }
    }
    let (site, place) = (status?.site, joining?.isIntroducing == true ? "site" : "peer")
    if !isNamed, let called = report.called, called != name {
        try printLine(
            "it calls itself \(called.visible); another name:"
                + " sudo intercomctl \(place) rename \(name.visible) NAME")
    }
    // Without --join, `remindOfSite` names a former peer that is in the site.
    if let former = former?.name, joining != nil || site?.peers.contains(former) != true {
        let formerName = book?.site(of: former)?.name
        try printLine(
            succession(of: name.visible, after: former.visible, place, site, formerName))
    }
    if report.isApplied { try printLine(waysToTalk(to: name)) }
    return (name, former?.name)
}

/// Finds the peer that a new peer may replace: a peer that is away may be the same box, erased.
///
/// A peer that is up is never replaced.
func formerPeer(
    of report: PairingReport, isNamed: Bool, _ peers: [PeerStatus]
) -> PeerStatus? {
    let place = peers.first { $0.name == report.name }?.endpoint
    let away = peers.filter { $0.state != .up && $0.name != report.name }
    let namesake = isNamed ? nil : away.first { $0.name == report.former }
    return namesake ?? away.first { place != nil && $0.endpoint == place }
}

/// Describes how to talk to a new peer, and how to hear it.
private func waysToTalk(to name: String) -> String {
    "to be heard there: the talk button here, or intercomctl talk \(name.visible); to hear it: the"
        + " talk button there"
}

/// Returns the advice for a new peer that may replace a former peer.
///
/// Only the introducer can replace a station of the site everywhere.
func succession(
    of name: String, after former: String, _ place: String, _ site: SiteStatus?,
    _ formerName: String? = nil
) -> String {
    let isOfSite = site?.peers.contains(former) ?? false
    // A station that the site took out is replaced on this station alone.
    let command = isOfSite ? "site" : site == nil ? place : "peer"
    let elsewhere = site.flatMap { isOfSite && !$0.introduces ? $0.introducer.visible : nil }
    let way =
        elsewhere.map {
            ", pair it instead with \($0); there: sudo intercomctl site replace"
                + " \(formerName ?? former) PEER"
        } ?? ": sudo intercomctl \(command) replace \(formerName ?? former) \(name)"
    return "if it takes the place of \(former), which is gone\(way)"
}

private func showCode(_ report: PairingReport, _ joining: Joining?) throws(Failure) {
    // The introducer signs a roster, which needs root.
    let command =
        joining?.isIntroducing == false ? "sudo intercomctl pair" : "intercomctl pair"
    let option = joining == nil ? "" : " --join"
    let code = (report.code ?? "").visible
    let time = report.seconds == 120 ? "two minutes" : "\(report.seconds ?? 0) seconds"
    let line = report.hosts.count > 1 ? "type one of these lines" : "type"
    if report.isAnnounced {
        try printLine("the code is \(code), for \(time); on the other station type:")
        try printLine("")
        try printLine("    \(command) \(code)\(option)")
        try printLine("")
        try printLine("if it does not find this station, \(line) there:")
    } else {
        try printLine("the code is \(code), for \(time); on the other station \(line):")
    }
    try printLine("")
    for host in report.hosts {
        try printLine("    \(command) \(host.visible) \(code)\(option)")
    }
    if report.hosts.isEmpty {
        let port = report.port.flatMap { $0 == PeerAddress.defaultPort ? nil : ":\($0)" } ?? ""
        try printLine("    \(command) HOST\(port) \(code)\(option)")
        try printLine("")
        try printLine(
            "this station has no network. Connect it, end this by Ctrl-C, and type it again: then"
                + " its address stands in place of HOST")
    }
    try printLine("")
}

/// Asks the person for a code: other users could read it in a command line, which the shell keeps.
///
/// The terminal echoes the code, which is valid once and for two minutes, and on another screen.
func askForCode(of host: String?, _ complaint: String?) throws(Failure) -> String {
    let missing = Failure.usage(
        (complaint.map { "\($0); for a host" } ?? "the code is missing")
            + ": pair HOST CODE, with the code that the other station shows")
    guard Keyboard.isThere else {
        // After a lone hyphen, a program sends the code to standard input.
        guard complaint == nil, let line = Keyboard.line() else { throw missing }
        return try code(in: line)
    }
    while true {
        let place = host.map { "that \($0.visible) shows" } ?? "of the other station"
        Terminal.write("the code \(place): ", to: .complaint)
        guard let line = Keyboard.line() else { throw Failure.usage("no code was typed") }
        do throws(Failure) {
            return try code(in: line)
        } catch { Terminal.write("\(error.text)\n", to: .complaint) }
    }
}

private func code(in line: String) throws(Failure) -> String {
    switch PastedPairing([line]) {
    case .code(let code, host: _): return code
    case .nothing: throw Failure.usage("the code is empty")
    case .host(let text, let complaint):
        throw Failure.usage(complaint ?? "\"\((text ?? "").visible)\" is no code")
    case .wrong(let what): throw Failure.usage(what)
    }
}
