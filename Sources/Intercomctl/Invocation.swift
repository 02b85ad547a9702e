internal import Config

/// The options there are.
struct Option {
    let name: String
    /// What it takes, as help shows it; empty when nothing.
    let value: String
    let help: String

    private init(_ name: String, _ value: String, _ help: String) {
        (self.name, self.value, self.help) = (name, value, help)
    }

    private static let table = [
        Option("--config", "DIR", "the settings' folder, in place of /etc/intercomd"),
        Option("--socket", "PATH", "the daemon's control socket"),
        Option("--json", "", "one JSON object as one line"),
        Option("--fingerprint", "", "24 digits to read out, in place of the key"),
        Option("--psk-file", "FILE", "64 hexadecimal digits that both stations have"),
        Option("--effective", "", "with every default, as is shown anyway"),
        Option("--name", "NAME", "the station's name, in place of the machine's"),
        Option("--yes", "", "take every choice without asking"),
        Option("--force", "", "also where there is a configuration; it is kept"),
        Option("--timeout", "SECONDS", "wait so long, 1 to 600"),
        Option("--json-lines", "", "one JSON object a line, as it comes"),
        Option("--seconds", "N", "end by itself after so long"),
        Option("--file", "FILE.wav", "PCM or float, up to a minute"),
        Option("--priority", "P", "normal, high or emergency"),
        Option("--no-wait", "", "do not wait for what comes of it"),
        Option("--missed", "", "only those that nobody here answered"),
        Option("--since", "WHEN", "30m, 2h or 3d ago, 21:00, 2026-11-20"),
        Option("--limit", "N", "so many, the newest"),
        Option("--for", "TIME", "90s, 30m, 1h or 2d"),
        Option("--address", "ADDRESS", "HOST or HOST:PORT, several by commas; - for none"),
        Option("--suite", "N", "auto, 1 (AES-256-GCM) or 2 (ChaCha20-Poly1305)"),
        Option("--gain", "DB", "-40dB to +20dB: how loud the peer is here"),
        Option("--no-reload", "", "write the files only; reload applies them"),
        Option("--version", "", "the versions, as the command version prints them"),
        Option("--help", "", "more of a command"),
    ]

    static let all = table.map { $0.name }

    /// Short forms, and commands that people look for among the options.
    static let shorts = ["-h": "--help", "-V": "--version"]

    static func named(_ name: String) -> Option? { table.first { $0.name == name } }

    static func takesValue(_ option: String) -> Bool {
        named(option).map { !$0.value.isEmpty } ?? false
    }

    /// `--for TIME`.
    var usage: String { value.isEmpty ? name : "\(name) \(value)" }
}

/// What was typed, taken apart.
struct Invocation {
    /// As `--config` says; nil without it.
    private(set) var config: String?
    private(set) var socket: String?
    private(set) var isJSON = false
    private(set) var isFingerprint = false
    private(set) var pskFile: String?
    private(set) var name: String?
    private(set) var isYes = false
    private(set) var isForced = false
    /// As `--timeout` says: 1 to 600 s; nil without it.
    private(set) var timeout: Int?
    private(set) var isJSONLines = false
    /// As `--seconds` says: 1 to 86400; nil without it.
    private(set) var seconds: Int?
    private(set) var file: String?
    private(set) var priority: String?
    private(set) var isMissed = false
    private(set) var isNoWait = false
    /// As `--since` says; see `When`.
    private(set) var since: String?
    /// As `--limit` says: 1 to 100000; nil without it.
    private(set) var limit: Int?
    /// As `--for` says: `1h`.
    private(set) var length: String?
    private(set) var address: String?
    private(set) var suite: String?
    private(set) var gain: String?
    /// Whether what is written is not to be applied yet.
    private(set) var isUnapplied = false
    private(set) var isVersion = false
    private(set) var isHelp = false
    /// Options as typed, without their values.
    private(set) var options: [String] = []
    /// What is no option, the command's words first.
    private(set) var words: [String] = []
    /// The command's arguments: the words after its name.
    var arguments: [String] = []

    var configFolder: String { config ?? "/etc/intercomd" }

    init(_ typed: [String]) throws(Failure) {
        var rest = typed[...]
        while let word = rest.popFirst() {
            if word == "--" {
                words += rest
                return
            }
            // A lone hyphen is an argument: the address of a peer that calls us. So is -5.
            guard word.utf8.first == UInt8(ascii: "-"), word.utf8.count > 1,
                !(0x30...0x39).contains(word.utf8.dropFirst().first!)
            else {
                words.append(word)
                continue
            }
            if let option = Option.shorts[word] {
                options.append(option)
                set(option)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let option = String(parts[0])
            guard Option.all.contains(option) else {
                throw Failure(.usage, unknown("option", option, among: Option.all))
            }
            options.append(option)
            guard Option.takesValue(option) else {
                guard parts.count == 1 else { throw Failure(.usage, "\(option) takes no value") }
                set(option)
                continue
            }
            let following: String? = parts.count == 2 ? String(parts[1]) : rest.popFirst()
            guard let value = following, !value.isEmpty else {
                throw Failure(.usage, "\(option) needs a value")
            }
            set(option, to: value)
            guard option != "--timeout" || timeout != nil else {
                throw Failure(.usage, "--timeout takes 1 to 600 seconds")
            }
            guard option != "--limit" || limit != nil else {
                throw Failure(.usage, "--limit takes 1 to 100000")
            }
            guard option != "--seconds" || seconds != nil else {
                throw Failure(.usage, "--seconds takes 1 to 86400")
            }
        }
    }

    private mutating func set(_ option: String, to value: String = "") {
        switch option {
        case "--config": config = value
        case "--socket": socket = value
        case "--psk-file": pskFile = value
        case "--json": isJSON = true
        case "--fingerprint": isFingerprint = true
        // What is shown is always the effective configuration; the word says so.
        case "--effective": break
        case "--name": name = value
        case "--file": file = value
        case "--priority": priority = value
        case "--yes": isYes = true
        case "--force": isForced = true
        case "--timeout": timeout = Int(value).flatMap { (1...600).contains($0) ? $0 : nil }
        case "--json-lines": isJSONLines = true
        case "--seconds": seconds = Int(value).flatMap { (1...86_400).contains($0) ? $0 : nil }
        case "--missed": isMissed = true
        case "--no-wait": isNoWait = true
        case "--since": since = value
        case "--limit": limit = Int(value).flatMap { (1...100_000).contains($0) ? $0 : nil }
        case "--for": length = value
        case "--address": address = value
        case "--suite": suite = value
        case "--gain": gain = value
        case "--no-reload": isUnapplied = true
        case "--version": isVersion = true
        default: isHelp = true
        }
    }
}

/// What to say to a word that does not exist: the nearest one that does, else what to try.
func unknown(
    _ what: String, _ word: String, among words: [String], or trial: String = "intercomctl help"
) -> String {
    let complaint = "unknown \(what) \"\(visible(word))\""
    guard let nearest = nearestWord(to: word, among: words) else {
        return "\(complaint); try: \(trial)"
    }
    return "\(complaint); did you mean \"\(nearest)\"?"
}
