internal import Files
internal import HAL
internal import Report
internal import Time

// The end of `setup` at a terminal: the daemon applies the settings, and pairs.
extension Setup {
    /// Makes the daemon apply the new settings, or starts the daemon; then offers to pair.
    func goOn(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        var typed = copy invocation
        // `--name` gave the name of this station, not of a peer.
        typed.forget("--name")
        if isRunning(typed) {
            try printScreen(written)
            let applied = try reloadConfig(typed)
            guard applied == .ok else {
                try printScreen(Self.pairing)
                return applied
            }
            guard try statusNow(invocation).name == plan[.name].value else {
                try printLine("the intercomd that runs has other settings than these")
                return .ok
            }
            try offerEachStart()
        } else {
            guard ServiceStart.isPossible(for: folder.folder) else {
                try printScreen(advice(isRunning: false))
                return .ok
            }
            try printScreen(written)
            guard try isStarted(typed) else { return .ok }
        }
        try offerMembership()
        return try offerToPair(&typed)
    }

    /// Starts the service; returns false if the person declines.
    private func isStarted(_ invocation: borrowing Invocation) throws(Failure) -> Bool {
        let question = "start intercomd now, and at each start of this machine? [yes]:"
        guard try choice(question) == "yes" else {
            try printLine(
                "later: sudo systemctl enable --now intercomd, then sudo intercomctl pair")
            return false
        }
        if let why = ServiceStart.failure() {
            throw Failure("\(why); the reason: journalctl -u intercomd -n 20")
        }
        // The unit may not report when it is ready.
        let end = Clock.now() + .seconds(5)
        while !isRunning(invocation) {
            guard Clock.now() < end else {
                throw Failure(
                    "intercomd was started, but does not answer; the reason:"
                        + " journalctl -u intercomd -n 20")
            }
            Clock.sleep(.milliseconds(100))
        }
        try printLine("intercomd runs; intercomctl status shows how it is")
        return true
    }

    /// Offers to start the daemon at each boot, if a person has started it by hand.
    private func offerEachStart() throws(Failure) {
        guard ServiceStart.isPossible(for: folder.folder), !UnitFacts().isEnabled else { return }
        let question = "intercomd runs; start it at each start of this machine, too? [yes]:"
        guard try choice(question) == "yes" else {
            return try printLine("later: sudo systemctl enable intercomd")
        }
        if let why = ServiceStart.failure() {
            try printLine("that failed: \(why); by hand: sudo systemctl enable intercomd")
        }
    }

    /// Offers a person who has typed `sudo` to do without it from the next login on.
    private func offerMembership() throws(Failure) {
        guard let member = Membership() else { return }
        guard try choice("may \(member.user) use intercomctl without sudo? [yes]:") == "yes" else {
            return try printLine("later: \(member.command)")
        }
        if let why = member.failure() {
            return try printLine("that failed: \(why); by hand: \(member.command)")
        }
        try printLine("from the next login on")
    }

    private func offerToPair(_ invocation: inout Invocation) throws(Failure) -> ExitCode {
        while true {
            try printQuestion(
                "pair with another station now? Enter shows a code to type there;"
                    + " or type the code that it shows; no ends [show]:")
            guard let answer = typedLine() else {
                try printLine("\nlater: intercomctl pair")
                return .ok
            }
            let words = answer.split(separator: " ").map(String.init)
            switch words.first?.lowercased() {
            case "n", "no", "nope", "not", "later":
                try printLine("later: intercomctl pair")
                return .ok
            case "y", "yes", "ok", "show", "enter": invocation.arguments = []
            default: invocation.arguments = words
            }
            let peer: String?
            do throws(Failure) {
                peer = try pairedPeer(nil, invocation)?.name
            } catch {
                // The answer may be mistyped: ask again.
                guard invocation.arguments.isEmpty else {
                    try printLine(error.text)
                    continue
                }
                throw Failure(
                    error.text + "\nthe settings are written; to pair, again: intercomctl pair",
                    error.code, refusal: error.refusal)
            }
            guard let peer else { return .failed }
            return try offerToJoin(peer, invocation)
        }
    }
}

/// The start of the service by systemd, which `setup` does for the person.
enum ServiceStart {
    private static let program = "/usr/bin/systemctl"
    private static let unitFolder = "/etc/systemd/system"

    /// Whether this user may let systemd start the unit, and the unit reads `folder`.
    static func isPossible(for folder: String) -> Bool {
        let unit = UnitFacts()
        guard unit.hasSystemd, unit.path != nil, folder == ConfigFolder.standard else {
            return false
        }
        return (try? FileStore.mayWrite(in: unitFolder)) == true
    }

    /// Starts the service, now and at each boot; returns the failure, if any.
    static func failure() -> String? {
        SystemProgram.failure(
            program, ["--quiet", "enable", "--now", "intercomd"],
            called: "systemctl enable --now intercomd")
    }
}

/// The two groups whose members use `intercomctl` without `sudo`, and the user that runs `setup`.
struct Membership {
    private static let program = "/usr/sbin/usermod"
    static let groups = ["intercom", Right.administrators]

    let user: String

    /// Returns the user of this login if the group lists them; only a new login applies that.
    static func joined() -> String? {
        guard let user = Environment.value(of: "USER"), isName(user),
            Environment.group(groups[0], lists: user) == true
        else { return nil }
        return user
    }

    /// Nil if the person is in these groups, if the groups do not exist, or if the person is
    /// unknown: only `sudo` names them.
    init?() {
        guard let user = Environment.value(of: "SUDO_USER"), user != "root", Self.isName(user),
            Self.groups.contains(where: { Environment.group($0, lists: user) == false })
        else { return nil }
        self.user = user
    }

    /// Whether the name may be a word of a command line.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 32
        else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
    }

    /// The command for a person to type.
    var command: String { "sudo usermod -aG \(Self.groups.joined(separator: ",")) \(user)" }

    /// Makes the person a member; returns the failure, if any.
    func failure() -> String? {
        SystemProgram.failure(
            Self.program, ["-aG", Self.groups.joined(separator: ","), "--", user],
            called: "usermod")
    }
}
