internal import Config
internal import HAL
internal import Peering
internal import Report

/// `invite`: shows a code to a program, for `accept` on another station.
///
/// The output is the invitation alone; everything else goes to the person.
func invite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard !Terminal.isInteractive(.result) else {
        throw Failure(
            .usage,
            "the invitation is for another station: intercomctl invite | ssh HOST intercomctl"
                + " accept\nto read a code and type it there: intercomctl pair")
    }
    let name = try invocation.name.map { (name) throws(Failure) in try peerName(name) }
    // The other program may have stored this station, and be gone, before the daemon here says so.
    let paired = try follow(
        .show(name: name, takesBack: invocation.isYes), invocation, patience: .seconds(5)
    ) { (report) throws(Failure) in
        if report.stage == .code {
            let invitation = Invitation(code: report.code ?? "", hosts: report.hosts)
            try printLine(invitation.line)
        } else {
            Terminal.write(report.text.visible + "\n", to: .complaint)
        }
    }
    guard paired != nil else {
        throw Failure(.failed, "the reader of the invitation is gone, and did not accept it")
    }
    return .ok
}

/// `accept`: pairs with the station whose invitation comes on standard input.
func accept(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard !Keyboard.isThere else {
        throw Failure(
            .usage,
            "the invitation comes from another station: ssh HOST intercomctl invite | intercomctl"
                + " accept\nto type a code: intercomctl pair CODE")
    }
    let name = try invocation.name.map { (name) throws(Failure) in try peerName(name) }
    var invitation: Invitation?
    var lines = 0
    while invitation == nil, lines < linesMax, let line = Keyboard.line() {
        invitation = Invitation(line: line)
        lines += 1
    }
    guard let invitation else {
        throw Failure(
            .failed,
            "there is no invitation in the input; on the other station: intercomctl invite")
    }
    let hosts = invitation.hosts.isEmpty ? nil : invitation.hosts.joined(separator: ",")
    let request = PairRequest.enter(
        code: invitation.code, host: hosts, name: name, takesBack: invocation.isYes)
    let paired = try follow(request, invocation) { (report) throws(Failure) in
        let status = report.stage == .paired ? try? statusNow(invocation) : nil
        try show(report, isNamed: name != nil, state: status?.state)
    }
    guard let paired else { return .failed }
    if let name = paired.name { try remindOfSite(name, after: paired.former, invocation) }
    return .ok
}

/// How many lines may come before the invitation, such as a greeting of the other machine.
private let linesMax = 100

/// What one station gives to another one over a channel that nobody else reads, such as ssh: its
/// code, and where it shows that.
///
/// One line of text: `intercomd-invitation CODE HOST HOST…`. Without a host the station is looked
/// for on the LAN.
struct Invitation: Equatable {
    private static let mark = "intercomd-invitation"

    let code: String
    let hosts: [String]

    init(code: String, hosts: [String]) {
        self.code = code
        self.hosts = Array(hosts.filter { PeerAddress(text: $0) != nil }.prefix(Limits.addresses))
    }

    /// Nil for a line that is none; a channel may bring others before it.
    init?(line: String) {
        let words = line.split { $0 == " " || $0 == "\r" }.map { String($0) }
        guard words.count >= 2, words[0] == Self.mark,
            (try? PairingCode(typed: words[1])) != nil,
            words.dropFirst(2).allSatisfy({ PeerAddress(text: $0) != nil })
        else { return nil }
        self.init(code: words[1], hosts: Array(words.dropFirst(2)))
    }

    var line: String { ([Self.mark, code] + hosts).joined(separator: " ") }
}
