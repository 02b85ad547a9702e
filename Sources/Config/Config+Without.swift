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

    /// Whether a button, or a channel that a person has written, names a peer.
    public func names(peer name: String) -> Bool {
        buttons.contains { button in
            button.talk?.name == name || button.acts.values.contains { $0.peerName == name }
        }
            || channels.contains { !$0.isOfSite && $0.members.names(name) }
    }

    /// Whether a button is for a peer or a channel that no file of a person has.
    public var hasButtonsForOthers: Bool {
        let others =
            peers.filter { $0.isLearned }.map { $0.name }
            + channels.filter { $0.isOfSite || $0.isWaiting }.map { $0.name }
        return buttons.contains { button in
            let acts = button.acts.values.flatMap { [$0.peerName, $0.channelName] }
            return ([button.talk?.name] + acts).contains { name in
                name.map { others.contains($0) } ?? false
            }
        }
    }

    /// Where the first button is told to talk to a peer; nil where none is.
    public func talksTo(peer name: String) -> Origin? {
        buttons.first { $0.talk == .peer(name) }?.talkOrigin
    }
}
