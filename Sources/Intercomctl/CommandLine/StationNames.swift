internal import Config
internal import Files
internal import Report

/// The names that a person may type on this station.
struct StationNames: Equatable {
    var peers: [String] = []
    var channels: [String] = []
    var buttons: [String] = []
    var lamps: [String] = []
    var relays: [String] = []

    /// The names of this kind.
    func words(_ expected: Expected) -> [Completion.Suggestion] {
        func all(_ names: [String], _ help: String) -> [Completion.Suggestion] {
            // Another user's program may answer in the daemon's place: a shell gets names only.
            names.filter { isName($0) }.map {
                Completion.Suggestion(word: $0, help: help)
            }
        }
        let targets = all(peers, "peer") + all(channels, "channel")
        return switch expected {
        case .peer: all(peers, "peer")
        case .target: targets
        case .mutable: all(["mic", "speaker"], "of this station") + targets
        case .button: all(buttons, "button")
        case .lamp: all(lamps, "lamp")
        case .relay: all(relays, "relay")
        case .anything, .oneOf, .command, .file, .folder: []
        }
    }
}

extension StationNames {
    /// The names as the running daemon knows them, or else as the settings have them.
    ///
    /// A person who presses Tab must not wait and gets no complaints: without either, no names.
    init(_ invocation: borrowing Invocation) {
        if let status = try? Self.status(invocation) {
            peers = status.peers.map { $0.name }
            channels = status.channels.map { $0.name }
            buttons = status.buttons.map { $0.name }
            lamps = status.lamps.map { $0.name }
            relays = status.relays.map { $0.name }
        } else if let config = try? readConfig(ConfigFolder(invocation.configFolder)) {
            peers = config.otherPeers.map { $0.name }
            channels = config.channels.map { $0.name }
            buttons = config.buttons.map { $0.name }
            lamps = config.lamps.map { $0.name }
            relays = config.relays.map { $0.name }
        }
    }

    private static func status(_ invocation: borrowing Invocation) throws(Failure) -> Status {
        var daemon = try Daemon(invocation, patience: .milliseconds(500))
        guard case .status(let status) = try daemon.askAtOnce(.status) else {
            throw Failure.misfit
        }
        return status
    }
}
