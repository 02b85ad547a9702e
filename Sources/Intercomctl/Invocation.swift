internal import Config

/// The options there are, and which take a value.
enum Option {
    static let all = [
        "--config", "--socket", "--json", "--fingerprint", "--psk-file", "--effective", "--name",
        "--yes", "--force", "--timeout", "--json-lines", "--seconds", "--help",
    ]

    /// What the options that take a value take.
    private static let values = [
        ("--config", "DIR"), ("--socket", "PATH"), ("--psk-file", "FILE"), ("--name", "NAME"),
        ("--timeout", "SECONDS"), ("--seconds", "N"),
    ]

    static func takesValue(_ option: String) -> Bool {
        values.contains { $0.0 == option }
    }

    static func usage(of option: String) -> String {
        guard let value = values.first(where: { $0.0 == option })?.1 else { return option }
        return "\(option) \(value)"
    }
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
            // A lone hyphen is an argument: the address of a peer that calls us.
            guard word.utf8.first == UInt8(ascii: "-"), word.utf8.count > 1 else {
                words.append(word)
                continue
            }
            if word == "-h" {
                isHelp = true
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
        case "--yes": isYes = true
        case "--force": isForced = true
        case "--timeout": timeout = Int(value).flatMap { (1...600).contains($0) ? $0 : nil }
        case "--json-lines": isJSONLines = true
        case "--seconds": seconds = Int(value).flatMap { (1...86_400).contains($0) ? $0 : nil }
        default: isHelp = true
        }
    }
}

/// What to say to a word that does not exist: the nearest one that does, else what to try.
func unknown(
    _ what: String, _ word: String, among words: [String], or trial: String = "intercomctl help"
) -> String {
    let complaint = "\"\(visible(word))\" is no \(what)"
    guard let nearest = nearestWord(to: word, among: words) else {
        return "\(complaint); try: \(trial)"
    }
    return "\(complaint); did you mean \"\(nearest)\"?"
}
