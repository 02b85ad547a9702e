internal import Config
internal import Report
internal import Wire

/// One row of the table of options: name, value, help, and the check of the value.
struct Option: Sendable {
    let name: String
    /// The value, as help shows it; empty for an option without a value.
    let value: String
    let help: String
    /// The kind of the value.
    let takes: Expected
    /// Throws the valid values, if a value is none of them.
    let check: @Sendable (String) throws(Failure) -> Void

    init(
        _ name: String, _ value: String, _ help: String, takes: Expected = .anything,
        check: @escaping @Sendable (String) throws(Failure) -> Void = { (_) throws(Failure) in }
    ) {
        (self.name, self.value, self.help, self.takes) = (name, value, help, takes)
        self.check = check
    }

    /// `--for TIME`.
    var usage: String { value.isEmpty ? name : "\(name) \(value)" }
}

extension Option {
    static let all: [Option] = [
        Option(
            "--config", "DIR", "the settings' folder, instead of /etc/intercomd", takes: .folder),
        Option("--socket", "PATH", "the daemon's control socket", takes: .file),
        flag("--json", "print one JSON object on one line"),
        flag("--fingerprint", "print the 24 digits to read out, not the key"),
        Option(
            "--psk-file", "FILE", "file of 64 hexadecimal digits, one for both stations",
            takes: .file),
        Option("--name", "NAME", "a name: with setup of this station, with pair of the other"),
        Option("--site", "DIGITS", "the 24 of the site's key, as site list shows them"),
        flag("--join", "with pair at both: be in one site, too"),
        flag("--move", "with pair --join: leave the site that this station is in"),
        flag("--take-over", "of the site that this station is in, under a new key"),
        flag("--yes", "accept every choice without asking"),
        flag("--force", "replace what is set up here; setup keeps the old file"),
        number("--seconds", 1...86_400, "stop after N seconds"),
        number("--loss", 0...90, "lose N percent of the packets"),
        Option("--file", "FILE.wav", "PCM or float, up to a minute", takes: .file),
        Option("--key-file", "FILE", "the secret half of a recording key", takes: .file),
        Option("--out", "DIR", "the folder to write to, instead of this one", takes: .folder),
        flag("--mix", "write one file of all talkers"),
        Option("--priority", "P", "normal, high or emergency", takes: .oneOf(Priority.words)) {
            (word) throws(Failure) in
            guard Priority(word: word) == nil else { return }
            let complaint = unknown("priority", word, among: Priority.words)
            throw Failure.usage("\(complaint) (\(Priority.words.joined(separator: ", ")))")
        },
        flag("--no-wait", "do not wait for the outcome"),
        flag("--missed", "only missed calls"),
        Option("--since", "TIME", "30m, 2h or 3d ago") { (word) throws(Failure) in
            guard time(typed: word) == nil else { return }
            throw Failure.usage("--since takes a time such as 30m, 2h or 3d")
        },
        number("--limit", 1...100_000, "only the newest N"),
        Option("--for", "TIME", "90s, 30m, 1h or 2d") { (word) throws(Failure) in
            if let time = time(typed: word), (1...StateRequest.secondsMax).contains(time) { return }
            throw Failure.usage("--for takes a time such as 90s, 30m, 1h or 2d; 31d at most")
        },
        Option("--address", "ADDRESS", "HOST or HOST:PORT, a comma between two; - for none"),
        Option(
            "--suite", "N", "auto, 1 (AES-256-GCM) or 2 (ChaCha20-Poly1305)",
            takes: .oneOf(["auto", "1", "2"])),
        Option("--gain", "DB", "-40dB to +20dB: volume of the peer here"),
        Option(
            "--revoked", "yes|no", "yes: no session with the peer; no: take it back",
            takes: .oneOf(["yes", "no"])),
        flag("--no-reload", "only write the files; reload applies them"),
        flag("--version", "print the versions, as the command version does"),
        flag("--help", "print the help of a command"),
    ]

    /// Short forms of options.
    static let shorts = ["-h": "--help", "-V": "--version"]

    static func named(_ name: String) -> Option? { all.first { $0.name == name } }

    private static func flag(_ name: String, _ help: String) -> Option { Option(name, "", help) }

    private static func number(
        _ name: String, _ range: ClosedRange<Int>, _ help: String
    ) -> Option {
        Option(name, "N", help) { (text) throws(Failure) in
            guard let number = Int(text), range.contains(number) else {
                throw Failure.usage(
                    "\(name) takes \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }
}
