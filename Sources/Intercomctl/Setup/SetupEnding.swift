internal import Files
internal import HAL
internal import Report
internal import Time

// How `setup` ends at a terminal: the daemon takes the settings, and pairs.
extension Setup {
    /// Lets the daemon take what was written, starts it where it does not run, and offers to pair.
    func goOn(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        var typed = copy invocation
        // The name that was given is this station's.
        typed.name = nil
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

    /// Starts the service; false where the person does not want it, or it fails, which it says.
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
        // A unit that does not say when it is ready.
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

    /// Has systemd start it at each boot, if wanted, where a person has started it by hand.
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

    /// Lets the person who has typed `sudo` do without it from now on, if wanted.
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
                // What was typed may be mistyped.
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

/// The service, started by systemd, as `setup` does it for the person.
enum ServiceStart {
    private static let program = "/usr/bin/systemctl"
    private static let unitFolder = "/etc/systemd/system"

    /// Whether systemd runs this machine, has the unit, which reads `folder`, and would obey.
    static func isPossible(for folder: String) -> Bool {
        let unit = UnitFacts()
        guard unit.hasSystemd, unit.path != nil, folder == ConfigFolder.standard else {
            return false
        }
        return (try? FileStore.mayWrite(in: unitFolder)) == true
    }

    /// Starts it, now and at each boot; returns what has failed.
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

    /// The user of this login if they have become a member since it began, which only a new one
    /// shows to programs.
    static func joined() -> String? {
        guard let user = Environment.value(of: "USER"), isName(user),
            Environment.group(groups[0], lists: user) == true
        else { return nil }
        return user
    }

    /// Nil for a person who is in these groups, where they do not exist, and where nobody knows who
    /// that is: `sudo` alone says so.
    init?() {
        guard let user = Environment.value(of: "SUDO_USER"), user != "root", Self.isName(user),
            Self.groups.contains(where: { Environment.group($0, lists: user) == false })
        else { return nil }
        self.user = user
    }

    /// Whether it may be a word of a command line.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 32
        else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
    }

    /// For a person who types it.
    var command: String { "sudo usermod -aG \(Self.groups.joined(separator: ",")) \(user)" }

    /// Makes the person a member; returns what has failed.
    func failure() -> String? {
        SystemProgram.failure(
            Self.program, ["-aG", Self.groups.joined(separator: ","), "--", user],
            called: "usermod")
    }
}
