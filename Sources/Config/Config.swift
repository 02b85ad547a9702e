/// What a station is told to be: the checked settings, with every default in one place.
///
/// A value of this type has passed every check that needs no device and no key: names are
/// unique, targets exist, numbers are in range. Keys as text are checked for their form only;
/// their check characters are for whoever holds `PublicKey`.
public struct Config: Equatable, Sendable {
    public internal(set) var station = Station()
    public internal(set) var network = Network()
    public internal(set) var audio = Audio()
    public internal(set) var talk = Talk()
    public internal(set) var call = Call()
    public internal(set) var policy = Policy()
    public internal(set) var policies: [Policy] = []
    public internal(set) var sounds = Sounds()
    public internal(set) var session = Session()
    public internal(set) var quiet = Quiet()
    public internal(set) var events = Events()
    public internal(set) var paths = Paths()
    /// In the order they were written; so are the five below.
    public internal(set) var buttons: [Button] = []
    public internal(set) var channels: [Channel] = []
    public internal(set) var lamps: [Lamp] = []
    public internal(set) var relays: [Relay] = []
    public internal(set) var peers: [Peer] = []
    /// What is allowed but worth a look; the daemon starts all the same.
    public internal(set) var warnings: [Mistake] = []

    init() {}

    /// A station that nobody has set up yet: every default, no keys, no peers.
    ///
    /// - Parameters:
    ///   - name: what it is called meanwhile; must be a name (`isName`).
    ///   - paths: where things are; see `Paths.init`.
    /// - Returns: what a main file with nothing but this name would give.
    public static func unconfigured(name: String, paths: Paths) -> Config {
        precondition(isName(name), "a station's name is checked by who gives it")
        var config = Config()
        config.station.name = name
        config.paths = paths
        return config
    }

    /// Who hears a talk key.
    public enum Target: Hashable, Sendable {
        case peer(String)
        case channel(String)

        public var name: String {
            switch self {
            case .peer(let name), .channel(let name): name
            }
        }
    }

    /// Who may be heard over whom.
    public enum Priority: String, CaseIterable, Sendable { case normal, high, emergency }

    /// Which level of a line means "on".
    public enum Active: String, CaseIterable, Sendable { case low, high }
}

extension Config {
    /// The peer or channel of this name; no name is both.
    public func target(named name: String) -> Target? {
        if channels.contains(where: { $0.name == name }) { return .channel(name) }
        if peers.contains(where: { $0.name == name }) { return .peer(name) }
        return nil
    }

    /// The place in `peers` of the one with this name.
    public func peerIndex(named name: String) -> Int? {
        peers.firstIndex { $0.name == name }
    }

    /// The peers who hear this target, by place in `peers`, in order.
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
