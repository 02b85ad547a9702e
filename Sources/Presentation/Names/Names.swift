package import Config
internal import Station

/// The names of a station's settings, and what they stand for.
package struct Names {
    package let config: Config
    package let roster: PeerDirectory
    package let routing: Routing

    package init(_ config: Config, _ roster: PeerDirectory, _ routing: Routing) {
        (self.config, self.roster, self.routing) = (config, roster, routing)
    }

    /// The channel or the peer that a person has named.
    func target(_ name: String) -> Wish.Named<TalkTarget> {
        .init(name, routing.target(named: name))
    }

    func peer(_ name: String) -> Wish.Named<Int> { .init(name, roster.number(named: name)) }
}
