internal import Config
internal import Report
internal import Wire

/// One row of the table of options: name, value, help, and the function that stores the value.
struct Option: Sendable {
    let name: String
    /// The value, as help shows it; empty for an option without a value.
    let value: String
    let help: String
    /// The kind of the value.
    var takes = Expected.anything
    /// Stores the value in the invocation.
    ///
    /// - Throws: the valid values, if the value is none of them.
    let take: @Sendable (inout Invocation, String) throws(Failure) -> Void

    /// `--for TIME`.
    var usage: String { value.isEmpty ? name : "\(name) \(value)" }
}

extension Option {
    static let all: [Option] = [
        text("--config", "DIR", "the settings' folder, instead of /etc/intercomd", takes: .folder) {
            $0.config = folder(typed: $1)
        },
        text("--socket", "PATH", "the daemon's control socket", takes: .file) { $0.socket = $1 },
        flag("--json", "print one JSON object on one line") { $0.isJSON = true },
        flag("--fingerprint", "print the 24 digits to read out, not the key") {
            $0.isFingerprint = true
        },
        text(
            "--psk-file", "FILE", "file of 64 hexadecimal digits, one for both stations",
            takes: .file
        ) { $0.pskFile = $1 },
        text("--name", "NAME", "a name: with setup of this station, with pair of the other") {
            $0.name = $1
        },
        text("--site", "DIGITS", "the 24 of the site's key, as site list shows them") {
            $0.site = $1
        },
        flag("--join", "with pair at both: be in one site, too") { $0.isJoining = true },
        flag("--move", "with pair --join: leave the site that this station is in") {
            $0.isMoving = true
        },
        flag("--take-over", "of the site that this station is in, under a new key") {
            $0.isTakingOver = true
        },
        flag("--yes", "accept every choice without asking") { $0.isYes = true },
        flag("--force", "replace what is set up here; setup keeps the old file") {
            $0.isForced = true
        },
        number("--seconds", "N", 1...86_400, "stop after N seconds") { $0.seconds = $1 },
        text("--file", "FILE.wav", "PCM or float, up to a minute", takes: .file) { $0.file = $1 },
        text("--key-file", "FILE", "the secret half of a recording key", takes: .file) {
            $0.keyFile = $1
        },
        text("--out", "DIR", "the folder to write to, instead of this one", takes: .folder) {
            $0.outputFolder = folder(typed: $1)
        },
        flag("--mix", "write one file of all talkers") { $0.isMixed = true },
        Option(
            name: "--priority", value: "P", help: "normal, high or emergency",
            takes: .oneOf(Priority.words)
        ) { (typed, word) throws(Failure) in
            guard let priority = Priority(word: word) else {
                let complaint = unknown("priority", word, among: Priority.words)
                throw Failure.usage("\(complaint) (\(Priority.words.joined(separator: ", ")))")
            }
            typed.priority = priority
        },
        flag("--no-wait", "do not wait for the outcome") { $0.isNoWait = true },
        flag("--missed", "only missed calls") { $0.isMissed = true },
        Option(name: "--since", value: "TIME", help: "30m, 2h or 3d ago") {
            (typed, word) throws(Failure) in
            guard let seconds = seconds(typed: word) else {
                throw Failure.usage("--since takes a time such as 30m, 2h or 3d")
            }
            typed.since = seconds
        },
        number("--limit", "N", 1...100_000, "only the newest N") { $0.limit = $1 },
        Option(name: "--for", value: "TIME", help: "90s, 30m, 1h or 2d") {
            (typed, word) throws(Failure) in
            guard let seconds = seconds(typed: word),
                (1...StateRequest.secondsMax).contains(seconds)
            else {
                throw Failure.usage("--for takes a time such as 90s, 30m, 1h or 2d; 31d at most")
            }
            typed.length = seconds
        },
        text("--address", "ADDRESS", "HOST or HOST:PORT, a comma between two; - for none") {
            $0.address = $1
        },
        text(
            "--suite", "N", "auto, 1 (AES-256-GCM) or 2 (ChaCha20-Poly1305)",
            takes: .oneOf(["auto", "1", "2"])
        ) { $0.suite = $1 },
        text("--gain", "DB", "-40dB to +20dB: volume of the peer here") { $0.gain = $1 },
        text(
            "--revoked", "yes|no", "yes: no session with the peer; no: take it back",
            takes: .oneOf(["yes", "no"])
        ) { $0.revoked = $1 },
        flag("--no-reload", "only write the files; reload applies them") { $0.isUnapplied = true },
        flag("--version", "print the versions, as the command version does") {
            $0.isVersion = true
        },
        flag("--help", "print the help of a command") { $0.isHelp = true },
    ]

    /// Short forms of options.
    static let shorts = ["-h": "--help", "-V": "--version"]

    static func named(_ name: String) -> Option? { all.first { $0.name == name } }

    private static func flag(
        _ name: String, _ help: String, _ set: @escaping @Sendable (inout Invocation) -> Void
    ) -> Option {
        Option(name: name, value: "", help: help) { (typed, _) throws(Failure) in set(&typed) }
    }

    private static func text(
        _ name: String, _ value: String, _ help: String, takes: Expected = .anything,
        _ set: @escaping @Sendable (inout Invocation, String) -> Void
    ) -> Option {
        Option(name: name, value: value, help: help, takes: takes) {
            (typed, text) throws(Failure) in set(&typed, text)
        }
    }

    private static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Int>, _ help: String,
        _ set: @escaping @Sendable (inout Invocation, Int) -> Void
    ) -> Option {
        Option(name: name, value: value, help: help) { (typed, text) throws(Failure) in
            guard let number = Int(text), range.contains(number) else {
                throw Failure.usage(
                    "\(name) takes \(range.lowerBound) to \(range.upperBound)")
            }
            set(&typed, number)
        }
    }
}

/// A folder as typed, without the slashes that a shell's completion puts at the end.
private func folder(typed: String) -> String {
    var folder = typed[...]
    while folder.utf8.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    return String(folder)
}
