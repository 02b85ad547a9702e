internal import Config
internal import Crypto
internal import Session

/// The peers by number.
///
/// A number stays with its peer while the settings change around it, so nothing that is on its way
/// between the threads or on the wire is taken for another's. One who has left is still known by
/// name until the number is another's: its goodbye is told of.
struct Roster {
    struct Entry {
        var peer: Config.Peer
        let key: PublicKey
    }

    /// Numbers there are at all.
    static let capacity = Session.Limits.numbers

    private var entries = [Entry?](repeating: nil, count: capacity)
    /// The peers there are, in the order of the configuration.
    private(set) var numbers: [Int] = []

    /// Takes over the peers of a configuration, with the key and the number of each.
    mutating func configure(_ peers: [Config.Peer], keys: [PublicKey], numbers: [Int]) {
        for (place, number) in numbers.enumerated() {
            entries[number] = Entry(peer: peers[place], key: keys[place])
        }
        self.numbers = numbers
    }

    var isEmpty: Bool { numbers.isEmpty }

    func contains(_ number: Int) -> Bool { numbers.contains(number) }

    /// The number of the peer of this name; nil when there is none.
    func number(named name: String) -> Int? { numbers.first { self[$0].name == name } }

    /// The peer that has this number, or had it last.
    subscript(number: Int) -> Config.Peer {
        guard let entry = entries[number] else { preconditionFailure("nobody has this number") }
        return entry.peer
    }

    func key(of number: Int) -> PublicKey {
        guard let entry = entries[number] else { preconditionFailure("nobody has this number") }
        return entry.key
    }

    /// The numbers of those who hear this target, in the order of the configuration.
    func listeners(of target: Config.Target, in config: Config) -> [Int] {
        config.listeners(of: target).map { numbers[$0] }
    }
}
