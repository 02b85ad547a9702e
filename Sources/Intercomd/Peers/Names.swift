internal import Config
internal import Station

/// The names in a station's settings, and their meanings.
struct Names {
    let config: Config
    let directory: PeerDirectory
    let routing: Routing

    init(_ config: Config, _ directory: PeerDirectory, _ routing: Routing) {
        (self.config, self.directory, self.routing) = (config, directory, routing)
    }

    /// Finds the channel or the peer that a person has named.
    func target(_ name: String) -> Wish.Named<TalkTarget> {
        .init(name, routing.target(named: name))
    }

    func peer(_ name: String) -> Wish.Named<Int> { .init(name, directory.number(named: name)) }
}
