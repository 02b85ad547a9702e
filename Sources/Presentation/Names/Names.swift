package import Config
internal import Station
internal import Switchboard

/// The names of a station's settings, and what they stand for.
package struct Names {
    package let config: Config
    package let roster: Roster
    package let routing: Routing

    package init(_ config: Config, _ roster: Roster, _ routing: Routing) {
        (self.config, self.roster, self.routing) = (config, roster, routing)
    }

    /// The channel or the peer that a person has named.
    func target(_ name: String) -> Wish.Named<TalkTarget> {
        .init(name, routing.target(named: name))
    }

    func peer(_ name: String) -> Wish.Named<Int> { .init(name, roster.number(named: name)) }
}
