internal import Config
internal import Files
internal import Report
internal import Wire

/// The command line: its options and words.
struct Invocation {
    /// The value of `--config`; nil without that option.
    var config: String?
    var socket: String?
    var isJSON = false
    var isFingerprint = false
    var pskFile: String?
    var name: String?
    var site: String?
    var isJoining = false
    var isMoving = false
    var isTakingOver = false
    var isYes = false
    var isForced = false
    var seconds: Int?
    var file: String?
    var keyFile: String?
    var outputFolder: String?
    var isMixed = false
    var priority = Priority.normal
    var isMissed = false
    var isNoWait = false
    /// The value of `--since`, in seconds before now.
    var since: Int?
    var limit: Int?
    /// The value of `--for`, in seconds.
    var length: Int?
    var address: String?
    var suite: String?
    var gain: String?
    var revoked: String?
    /// `--no-reload`: files are written, and the daemon is not asked to read them.
    var isUnapplied = false
    var isVersion = false
    var isHelp = false
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
                try option.take(&self, "")
                continue
            }
            let following: String? = parts.count == 2 ? String(parts[1]) : rest.popFirst()
            guard let value = following, !value.isEmpty else {
                throw Failure.usage("\(name) needs a value")
            }
            try option.take(&self, value)
        }
    }

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
