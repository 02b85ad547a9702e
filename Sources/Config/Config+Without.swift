extension Config {
    /// Leaves out a peer, and the warnings about its section.
    ///
    /// Channels that name it go on without it. A button that talks to it alone is the caller's to
    /// find (`talksTo`).
    ///
    /// - Parameter place: The place of the peer.
    /// - Returns: The settings without it.
    public func without(peer place: Int) -> Config {
        var config = self
        let peer = config.peers.remove(at: place)
        config.warnings.removeAll { $0.origin == peer.origin }
        return config
    }

    /// The peers, but for one with the name of this station.
    ///
    /// It is this station itself, as far as programs that may not read its key can tell.
    public var otherPeers: [Peer] { peers.filter { $0.name != station.name } }

    /// Where the first button is told to talk to a peer; nil where none is.
    public func talksTo(peer name: String) -> Origin? {
        buttons.first { $0.talk == .peer(name) }?.talkOrigin
    }
}
