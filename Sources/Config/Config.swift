/// The checked settings of a station.
///
/// A value of this type has passed every check that needs no device and no cryptography: names are
/// unique, targets exist, numbers are in range. Of a public key only the form is checked here;
/// `KeyChecks` checks its last characters. `Config.kinds` lists the sections; each section has a
/// table of its settings.
public struct Config: Equatable, Sendable {
    public internal(set) var station = Station()
    public internal(set) var network = Network()
    public internal(set) var audio = Audio()
    public internal(set) var talk = Talk()
    public internal(set) var pairing = Pairing()
    public internal(set) var site = Site()
    public internal(set) var rendezvous = Rendezvous()
    public internal(set) var homeAssistant = HomeAssistant()
    public internal(set) var forward = Forward()
    public internal(set) var call = Call()
    public internal(set) var policy = Policy()
    public internal(set) var policies: [Policy] = []
    public internal(set) var sounds = Sounds()
    public internal(set) var session = Session()
    public internal(set) var quiet = Quiet()
    public internal(set) var replay = Replay()
    public internal(set) var events = Events()
    public internal(set) var paths = Paths()
    /// In the order they were written, like the six below.
    public internal(set) var buttons: [Button] = []
    public internal(set) var channels: [Channel] = []
    public internal(set) var lamps: [Lamp] = []
    public internal(set) var relays: [Relay] = []
    public internal(set) var records: [Record] = []
    public internal(set) var peers: [Peer] = []
    /// Settings that are allowed but probably not meant; the daemon starts with them.
    public internal(set) var warnings: [Mistake] = []
    /// Names in buttons that are neither a channel nor a peer now.
    public internal(set) var awaited: [Mistake] = []

    init() {}

    /// Returns the settings of a station without a main file: every default, no buttons, no peers.
    ///
    /// - Parameters:
    ///   - name: its name until then; must satisfy `isName`.
    ///   - paths: see `Paths.init`.
    /// - Returns: the settings of a main file that has only this name.
    public static func unconfigured(name: String, paths: Paths) -> Config {
        precondition(isName(name), "the caller checks the name of the station")
        var config = Config()
        config.station.name = name
        config.paths = paths
        return config
    }

    /// The listeners of a talk button.
    public enum Target: Hashable, Sendable {
        case peer(String)
        case channel(String)

        public var name: String {
            switch self {
            case .peer(let name), .channel(let name): name
            }
        }
    }

    /// The level of a line that means "on".
    public enum Active: String, CaseIterable, Sendable { case low, high }
}

extension Config {
    /// The index in `peers` of the peer with this name.
    public func peerIndex(named name: String) -> Int? {
        peers.firstIndex { $0.name == name }
    }

    /// The peers that hear this target, as indices in `peers`, in order.
    public func listeners(of target: Target) -> [Int] {
        switch target {
        case .peer(let name):
            return peerIndex(named: name).map { [$0] } ?? []
        case .channel(let name):
            guard let channel = channels.first(where: { $0.name == name }) else { return [] }
            return peers.indices.filter { channel.includes(peer: peers[$0].name) }
        }
    }
}

extension Config {
    /// Leaves a peer out, and the warnings about its section.
    ///
    /// A channel that names the peer keeps its other members. The caller must look for a button
    /// that talks to the peer alone (`talksTo`).
    ///
    /// - Parameter place: The place of the peer.
    /// - Returns: The settings without the peer.
    public func without(peer place: Int) -> Config {
        var config = self
        let peer = config.peers.remove(at: place)
        config.warnings.removeAll { $0.origin == peer.origin }
        return config
    }

    /// The peers, except one with the name of this station.
    ///
    /// That peer is this station itself, as far as programs that may not read its key can tell.
    public var otherPeers: [Peer] { peers.filter { $0.name != station.name } }

    /// Whether a button, channel or policy in a file of a person, or `[forward]`, names a peer.
    public func names(peer name: String) -> Bool { origin(naming: name) != nil }

    /// Whether a button or a channel names a peer; the policy of a missing peer has no effect.
    public func needs(peer name: String) -> Bool { origin(needing: name) != nil }

    /// Whether settings name a peer or channel that is in no file of a person.
    public var namesOthers: Bool {
        peers.contains { $0.isLearned && names(peer: $0.name) } || !awaited.isEmpty
            || !buttonsOfSite.isEmpty
    }

    /// The buttons for a channel that is in no file of a person, and the place of each name.
    public var buttonsOfSite: [(button: String, channel: String, origin: Origin)] {
        let others = channels.filter { $0.isOfSite || $0.isWaiting }.map { $0.name }
        var found: [(button: String, channel: String, origin: Origin)] = []
        for button in buttons {
            var places = [(button.talk?.name, button.talkOrigin)]
            for touch in Touch.allCases {
                let origin = button.actOrigins[touch] ?? button.origin
                places.append((button.acts[touch]?.channelName, origin))
            }
            for case (let name?, let origin) in places where others.contains(name) {
                found.append((button.name, name, origin))
            }
        }
        return found
    }

    /// Returns the place where a peer is named, as words; empty where none is known.
    public func place(ofPeer name: String) -> String {
        origin(naming: name).map { " at \($0)" } ?? ""
    }

    private func origin(naming name: String) -> Origin? {
        let policy = policies.first { $0.name == name && $0.origin.file == station.origin.file }
        let forward = forward.peers.contains(name) ? forward.origin : nil
        return origin(needing: name) ?? policy?.origin ?? forward
    }

    private func origin(needing name: String) -> Origin? {
        let button = buttons.first { button in
            button.talk?.name == name || button.acts.values.contains { $0.peerName == name }
        }
        let channel = channels.first { !$0.isOfSite && $0.members.names(name) }
        return button?.origin ?? channel?.membersOrigin
    }

    /// Returns the place of the first button that talks to a peer; nil where none does.
    public func talksTo(peer name: String) -> Origin? {
        buttons.first { $0.talk == .peer(name) }?.talkOrigin
    }
}

/// The limits of a configuration.
///
/// The daemon allocates everything by them at its start.
public enum Limits {
    /// The sender seals one copy for each listener; more than 31 would cost too much.
    public static let peers = 31
    public static let channels = 16
    public static let buttons = 8
    public static let lamps = 8
    public static let relays = 4
    public static let records = 4
    /// Addresses of one peer.
    public static let addresses = 8
    /// Bytes of a name: `[a-z0-9][a-z0-9-]{0,30}`.
    public static let name = 31
    /// Bytes of one line of a file.
    public static let line = 4096
    /// Mistakes reported in one run.
    public static let mistakes = 20
}
