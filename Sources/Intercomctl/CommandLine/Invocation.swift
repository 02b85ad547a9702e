internal import Config
internal import Files
internal import Report
internal import Wire

/// The command line: its options and words.
struct Invocation {
    var config: String? { values["--config"].map { folder(typed: $0) } }
    var socket: String? { values["--socket"] }
    var isJSON: Bool { has("--json") }
    var isFingerprint: Bool { has("--fingerprint") }
    var pskFile: String? { values["--psk-file"] }
    var name: String? { values["--name"] }
    var site: String? { values["--site"] }
    var isJoining: Bool { has("--join") }
    var isMoving: Bool { has("--move") }
    var isTakingOver: Bool { has("--take-over") }
    var isYes: Bool { has("--yes") }
    var isForced: Bool { has("--force") }
    var seconds: Int? { number("--seconds") }
    var loss: Int? { number("--loss") }
    var file: String? { values["--file"] }
    var keyFile: String? { values["--key-file"] }
    var outputFolder: String? { values["--out"].map { folder(typed: $0) } }
    var isMixed: Bool { has("--mix") }
    var priority: Priority { values["--priority"].flatMap { Priority(word: $0) } ?? .normal }
    var isMissed: Bool { has("--missed") }
    var isNoWait: Bool { has("--no-wait") }
    /// In seconds before now.
    var since: Int? { values["--since"].flatMap { time(typed: $0) } }
    var limit: Int? { number("--limit") }
    /// In seconds.
    var length: Int? { values["--for"].flatMap { time(typed: $0) } }
    var address: String? { values["--address"] }
    var suite: String? { values["--suite"] }
    var gain: String? { values["--gain"] }
    var revoked: String? { values["--revoked"] }
    /// Whether files are written, and the daemon is not asked to read them.
    var isUnapplied: Bool { has("--no-reload") }
    var isVersion: Bool { has("--version") }
    var isHelp: Bool { has("--help") }
    /// The valid values of the options that have one.
    private var values: [String: String] = [:]
    /// Options as typed, without their values.
    private(set) var options: [String] = []
    /// Everything that is not an option; the command's own words come first.
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
            // Phones and web pages turn -- into a dash.
            if let dash = word.unicodeScalars.first, (0x2010...0x2015).contains(dash.value) {
                let name = word.unicodeScalars.drop { (0x2010...0x2015).contains($0.value) }
                throw Failure.usage(
                    "\(word.visible) begins with a typographic dash;"
                        + " type --\(String(name).visible)")
            }
            // A lone hyphen (a peer without an address) and a number such as -5 are arguments.
            guard word.utf8.first == UInt8(ascii: "-"), word.utf8.count > 1,
                !(0x30...0x39).contains(word.utf8.dropFirst().first!)
            else {
                words.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Option.shorts[word] ?? String(parts[0])
            guard let option = Option.named(name) else {
                throw Failure(unknownOption: name, beside: words + rest)
            }
            options.append(name)
            guard !option.value.isEmpty else {
                guard parts.count == 1 else { throw Failure.usage("\(name) takes no value") }
                continue
            }
            let following: String? = parts.count == 2 ? String(parts[1]) : rest.popFirst()
            guard let value = following, !value.isEmpty else {
                throw Failure.usage("\(name) needs a value")
            }
            try option.check(value)
            values[name] = value
        }
    }

    private func has(_ option: String) -> Bool { options.contains(option) }

    private func number(_ option: String) -> Int? { values[option].flatMap { Int($0) } }

    /// Drops the value of an option.
    mutating func forget(_ option: String) { values[option] = nil }

    /// Whether the first argument presses the button (`down`) or releases it (`up`).
    func isDown() throws(Failure) -> Bool {
        switch arguments[0] {
        case "down": return true
        case "up": return false
        case let word:
            throw Failure.usage("\(unknown("action", word, among: ["down", "up"])) (down or up)")
        }
    }
}

/// A folder as typed, without the slashes that a shell's completion puts at the end.
private func folder(typed: String) -> String {
    var folder = typed[...]
    while folder.utf8.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    return String(folder)
}

/// The names that a person may type on this station.
struct StationNames: Equatable {
    var peers: [String] = []
    var channels: [String] = []
    var buttons: [String] = []
    var relays: [String] = []

    /// Returns the names of this kind.
    func words(_ expected: Expected) -> [String] {
        let all: [String] =
            switch expected {
            case .peer: peers
            case .target: peers + channels
            case .mutable: ["mic", "speaker"] + peers + channels
            case .button: buttons
            case .relay: relays
            case .anything, .oneOf, .command, .file, .folder: []
            }
        // Another user's program may answer in the daemon's place: only names go to the shell.
        return all.filter { isName($0) }
    }
}

extension StationNames {
    /// Reads the names from the running daemon, or else from the settings.
    ///
    /// A person who presses Tab must not wait and gets no complaints: without daemon and settings,
    /// there are no names.
    init(_ invocation: borrowing Invocation) {
        if var daemon = try? Daemon(invocation, patience: .milliseconds(500)),
            case .status(let status)? = try? daemon.askAtOnce(.status)
        {
            peers = status.peers.map { $0.name }
            channels = status.channels.map { $0.name }
            buttons = status.buttons.map { $0.name }
            relays = status.relays.map { $0.name }
        } else if let config = try? readConfig(ConfigFolder(invocation.configFolder)) {
            peers = config.otherPeers.map { $0.name }
            channels = config.channels.map { $0.name }
            buttons = config.buttons.map { $0.name }
            relays = config.relays.map { $0.name }
        }
    }
}
