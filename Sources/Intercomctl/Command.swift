internal import Control
internal import HAL
internal import Settings

/// One row of the table that is this program: what to type, what it takes, what it does.
struct Command: Sendable {
    /// "peer add": one word or two.
    let name: String
    /// What follows the name, as help shows it.
    let arguments: String
    /// How many arguments it takes.
    let count: ClosedRange<Int>
    /// The options it takes besides `--config`, `--socket` and `--help`.
    let options: [String]
    /// Those of the options without which it does nothing.
    var needed: [String] = []
    let help: String
    let function: @Sendable (borrowing Invocation) throws(Failure) -> ExitCode
}

extension Command {
    static let all = [
        Command(
            name: "status", arguments: "", count: 0...0, options: ["--json"],
            help: "how the station, its devices and its peers are", function: showStatus),
        Command(
            name: "peers", arguments: "", count: 0...0, options: ["--json"],
            help: "the peers alone", function: showPeers),
        Command(
            name: "ptt", arguments: "down|up TARGET", count: 2...2,
            options: ["--no-wait", "--json"],
            help: "press or let go a talk key for a peer or channel", function: pressTalkKey),
        Command(
            name: "talk", arguments: "TARGET", count: 1...1, options: ["--seconds", "--json"],
            help: "talk to a peer or channel until Ctrl-C", function: talk),
        Command(
            name: "call", arguments: "TARGET", count: 1...1,
            options: ["--priority", "--no-wait", "--json"],
            help: "ring a peer, or all of a channel", function: callTarget),
        Command(
            name: "answer", arguments: "", count: 0...0, options: ["--json"],
            help: "take the call that rings here", function: answerCall),
        Command(
            name: "reject", arguments: "", count: 0...0, options: ["--json"],
            help: "turn away the call that rings here", function: rejectCall),
        Command(
            name: "hangup", arguments: "", count: 0...0, options: ["--json"],
            help: "end the call, or take back one's own", function: hangUp),
        Command(
            name: "page", arguments: "TARGET", count: 1...1,
            options: ["--priority", "--seconds", "--json"],
            help: "speak to a peer or channel at once, until Ctrl-C", function: page),
        Command(
            name: "reply", arguments: "down|up", count: 1...1,
            options: ["--no-wait", "--json"],
            help: "a talk key for whoever was heard last", function: reply),
        Command(
            name: "drop-in", arguments: "PEER", count: 1...1, options: ["--no-wait", "--json"],
            help: "be heard and hear at a peer, where it allows it", function: dropIn),
        Command(
            name: "listen", arguments: "PEER", count: 1...1, options: ["--no-wait", "--json"],
            help: "hear a peer's room, where it allows it", function: listenIn),
        Command(
            name: "show peer", arguments: "NAME", count: 1...1, options: ["--json"],
            help: "how a peer is protected, and what it may do here", function: showPeer),
        Command(
            name: "announce", arguments: "TARGET", count: 1...1,
            options: ["--file", "--priority", "--json"], needed: ["--file"],
            help: "say a WAV file to a peer or channel", function: announce),
        Command(
            name: "relay", arguments: "NAME [PEER]", count: 1...2,
            options: ["--no-wait", "--json"],
            help: "switch a relay on for its pulse, here or at a peer", function: switchRelay),
        Command(
            name: "signal", arguments: "PEER", count: 1...1, options: ["--no-wait", "--json"],
            help: "light the call light of a peer", function: signalPeer),
        Command(
            name: "monitor", arguments: "", count: 0...0,
            options: ["--json", "--json-lines"],
            help: "what happens, line by line, until Ctrl-C", function: monitor),
        Command(
            name: "history", arguments: "", count: 0...0,
            options: ["--missed", "--since", "--limit", "--json"],
            help: "the calls that were", function: showHistory),
        Command(
            name: "volume", arguments: "[WHAT] [N|+N|-N]", count: 0...2, options: ["--json"],
            help: "how loud: speaker, ring, tones or page; per cent", function: setVolume),
        Command(
            name: "mute", arguments: "WHAT", count: 1...1, options: ["--json"],
            help: "silence mic, speaker, a peer or a channel", function: mute),
        Command(
            name: "unmute", arguments: "WHAT", count: 1...1, options: ["--json"],
            help: "let it be heard again", function: unmute),
        Command(
            name: "dnd", arguments: "[on|off]", count: 0...1, options: ["--for", "--json"],
            help: "do not disturb, for a while or until it is off", function: setDoNotDisturb),
        Command(
            name: "stats", arguments: "[PEER]", count: 0...1, options: ["--json"],
            help: "how it sounds, and what the network does to it", function: showStats),
        Command(
            name: "levels", arguments: "", count: 0...0, options: ["--json-lines", "--seconds"],
            help: "how loud it is, live, until Ctrl-C", function: showLevels),
        Command(
            name: "metrics", arguments: "", count: 0...0, options: [],
            help: "the status as OpenMetrics text, for a collector", function: printMetrics),
        Command(
            name: "key show", arguments: "", count: 0...0, options: ["--json", "--fingerprint"],
            help: "the public key for others, or its fingerprint", function: showKey),
        Command(
            name: "peer list", arguments: "", count: 0...0, options: ["--json"],
            help: "the peers in the files, with the daemon or without", function: listPeers),
        Command(
            name: "peer add", arguments: "NAME ADDRESS KEY", count: 3...3,
            options: ["--psk-file", "--suite", "--gain", "--no-reload", "--json"],
            help: "make a peer known; ADDRESS - when it calls us", function: addPeer),
        Command(
            name: "peer set", arguments: "NAME", count: 1...1,
            options: ["--address", "--psk-file", "--suite", "--gain", "--no-reload", "--json"],
            help: "change what is set for a known peer", function: setPeer),
        Command(
            name: "peer show", arguments: "NAME", count: 1...1, options: ["--json"],
            help: "the same as show peer", function: showPeer),
        Command(
            name: "peer verify", arguments: "NAME DIGITS", count: 2...7,
            options: ["--no-reload", "--json"],
            help: "record that a peer's fingerprint was compared", function: verifyPeer),
        Command(
            name: "peer rename", arguments: "NAME NEW", count: 2...2,
            options: ["--no-reload", "--json"],
            help: "give a peer another name on this station", function: renamePeer),
        Command(
            name: "peer remove", arguments: "NAME", count: 1...1,
            options: ["--no-reload", "--json"],
            help: "forget a peer and its pre-shared key", function: removePeer),
        Command(
            name: "setup", arguments: "", count: 0...0,
            options: ["--name", "--yes", "--force", "--json"],
            help: "write a first configuration from what is found", function: setUp),
        Command(
            name: "doctor", arguments: "[TOPIC...]", count: 0...32, options: ["--json"],
            help: "look for faults, each with what mends it", function: runDoctor),
        Command(
            name: "config check", arguments: "", count: 0...0, options: ["--json"],
            help: "read the configuration and say what is wrong", function: checkConfig),
        Command(
            name: "config show", arguments: "", count: 0...0, options: ["--effective", "--json"],
            help: "the configuration with every default", function: showConfig),
        Command(
            name: "config diff", arguments: "", count: 0...0, options: ["--json"],
            help: "what a reload would change", function: showDifference),
        Command(
            name: "reload", arguments: "", count: 0...0, options: ["--json"],
            help: "let the daemon read the configuration anew", function: reloadConfig),
        Command(
            name: "test speaker", arguments: "", count: 0...0, options: ["--json"],
            help: "play a tone three times", function: testSpeaker),
        Command(
            name: "test mic", arguments: "", count: 0...0, options: ["--json"],
            help: "show for 3 s how loud the microphone is", function: testMicrophone),
        Command(
            name: "test loop", arguments: "", count: 0...0, options: ["--json"],
            help: "play, and hear whether the microphone hears it", function: testLoop),
        Command(
            name: "test latency", arguments: "PEER", count: 1...1, options: ["--json"],
            help: "how long a voice takes to a peer's ear", function: testLatency),
        Command(
            name: "test button", arguments: "[NAME]", count: 0...1,
            options: ["--timeout", "--json"],
            help: "wait for a press of a talk key", function: testButton),
        Command(
            name: "test led", arguments: "[NAME]", count: 0...1, options: ["--json"],
            help: "blink a lamp five times", function: testLamp),
        Command(
            name: "audio list", arguments: "", count: 0...0, options: ["--json"],
            help: "the sound cards, as input and output take them", function: listAudio),
        Command(
            name: "audio controls", arguments: "", count: 0...0, options: ["--json"],
            help: "volumes and mutes of the configured cards", function: listControls),
        Command(
            name: "gpio list", arguments: "", count: 0...0, options: ["--json"],
            help: "the GPIO lines, as line takes them", function: listGPIO),
        Command(
            name: "keys list", arguments: "", count: 0...0, options: ["--json"],
            help: "keys of keypads and the like, as line takes them", function: listKeys),
        Command(
            name: "version", arguments: "", count: 0...0, options: ["--json"],
            help: "of this program and of the daemon", function: showVersion),
        Command(
            name: "help", arguments: "[COMMAND]", count: 0...2, options: [],
            help: "this, or more of one command", function: showHelp),
    ]

    /// `peer add [--psk-file FILE] NAME ADDRESS KEY`.
    var usage: String {
        var text = name
        for option in options {
            let usage = Option.named(option)?.usage ?? option
            text += needed.contains(option) ? " \(usage)" : " [\(usage)]"
        }
        return arguments.isEmpty ? text : "\(text) \(arguments)"
    }
}

/// What the program ends with, for scripts.
enum ExitCode: Int32 {
    case ok = 0
    case failed = 1
    case usage = 2
    case notRunning = 3
    /// It works, with problems worth a look.
    case degraded = 4
}

/// Why a command ends early, in words for the person who typed it.
struct Failure: Error {
    let code: ExitCode
    let text: String
    /// As `--json` names it.
    let word: String

    /// `refusal` is the daemon's own code for it.
    init(_ code: ExitCode, _ text: String, _ refusal: ControlError.Code? = nil) {
        self.code = code
        self.text = text
        word =
            switch code {
            case .notRunning: "not_running"
            case .usage: "usage"
            default: (refusal ?? .failed).rawValue
            }
    }

    /// What the system refused; where it was a matter of rights, with what may help.
    init(_ error: SystemError) {
        let isMute = error.errno == SystemError.noPermission && error.advice.isEmpty
        self.init(refused: isMute, error.description)
    }

    /// A key that could not be read or written.
    init(_ error: KeyStoreError) { self.init(refused: error.isRefused, error.description) }

    private init(refused: Bool, _ text: String) {
        self.init(.failed, refused ? "\(text); try it with sudo" : text)
    }
}
