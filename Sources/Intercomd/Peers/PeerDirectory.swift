internal import Config
internal import Crypto
internal import Peering
internal import Station

/// The peers by number.
///
/// A number stays with its peer while the settings change around it, so nothing that is on its way
/// between the threads or on the wire is taken for another's. One who has left is still known by
/// name until the number is another's: its goodbye is told of.
struct PeerDirectory {
    struct Entry {
        var peer: Config.Peer
        let key: PublicKey
    }

    /// Numbers there are at all.
    static let capacity = SessionLimits.numbers

    /// By number, up to the highest that a peer has, or had.
    private var entries: [Entry?] = []
    /// The peers there are, in the order of the configuration.
    private(set) var numbers: [Int] = []

    init() {}

    /// Takes over the peers of a configuration, with the key and the number of each.
    mutating func configure(_ peers: [Config.Peer], keys: [PublicKey], numbers: [Int]) {
        for (place, number) in numbers.enumerated() {
            while entries.count <= number { entries.append(nil) }
            entries[number] = Entry(peer: peers[place], key: keys[place])
        }
        self.numbers = numbers
    }

    var isEmpty: Bool { numbers.isEmpty }

    /// The peers that are new since then, or are to be called at other addresses.
    func moved(since former: PeerDirectory) -> [Int] {
        numbers.filter {
            !former.contains($0) || former[$0].places != self[$0].places
        }
    }

    /// One more than the highest number that a peer has, or had.
    var numbersEnd: Int { entries.count }

    func contains(_ number: Int) -> Bool { numbers.contains(number) }

    /// The number of the peer of this name; nil when there is none.
    func number(named name: String) -> Int? { numbers.first { self[$0].name == name } }

    /// The peer that has this number, or had it last.
    subscript(number: Int) -> Config.Peer {
        entry(number).peer
    }

    func key(of number: Int) -> PublicKey {
        entry(number).key
    }

    private func entry(_ number: Int) -> Entry {
        guard entries.indices.contains(number), let entry = entries[number] else {
            preconditionFailure("nobody has this number")
        }
        return entry
    }

    /// The numbers of those who hear this target, in the order of the configuration; there is no
    /// session with those that were put out.
    func listeners(of target: Config.Target, in config: Config) -> [Int] {
        config.listeners(of: target).map { numbers[$0] }.filter { !self[$0].isRevoked }
    }
}

/// The names of a station's settings, and what they stand for.
struct Names {
    let config: Config
    let directory: PeerDirectory
    let routing: Routing

    init(_ config: Config, _ directory: PeerDirectory, _ routing: Routing) {
        (self.config, self.directory, self.routing) = (config, directory, routing)
    }

    /// The channel or the peer that a person has named.
    func target(_ name: String) -> Wish.Named<TalkTarget> {
        .init(name, routing.target(named: name))
    }

    func peer(_ name: String) -> Wish.Named<Int> { .init(name, directory.number(named: name)) }
}
