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

    /// Whether a button, a channel or a policy that a person has written names a peer.
    public func names(peer name: String) -> Bool {
        buttons.contains { button in
            button.talk?.name == name || button.acts.values.contains { $0.peerName == name }
        }
            || channels.contains { !$0.isOfSite && $0.members.names(name) }
            || policies.contains { $0.name == name && $0.origin.file == station.origin.file }
    }

    /// The peers that settings name, and that another configuration has no more.
    public func lost(in other: Config) -> [String] {
        peers.map { $0.name }.filter { name in
            names(peer: name) && !other.peers.contains { $0.name == name }
        }
    }

    /// Whether settings name a peer or a channel that no file of a person has.
    public var namesOthers: Bool {
        if peers.contains(where: { $0.isLearned && names(peer: $0.name) }) { return true }
        let others = channels.filter { $0.isOfSite || $0.isWaiting }.map { $0.name }
        return !awaited.isEmpty
            || buttons.contains { button in
                let acts = button.acts.values.map { $0.channelName }
                return ([button.talk?.name] + acts).contains { name in
                    name.map { others.contains($0) } ?? false
                }
            }
    }

    /// Where a peer is named, for words; empty where that is not known.
    public func place(ofPeer name: String) -> String {
        let button = buttons.first { button in
            button.talk?.name == name || button.acts.values.contains { $0.peerName == name }
        }
        let channel = channels.first { !$0.isOfSite && $0.members.names(name) }
        let policy = policies.first { $0.name == name && $0.origin.file == station.origin.file }
        let origin = button?.origin ?? channel?.membersOrigin ?? policy?.origin
        return origin.map { " at \($0)" } ?? ""
    }

    /// Where the first button is told to talk to a peer; nil where none is.
    public func talksTo(peer name: String) -> Origin? {
        buttons.first { $0.talk == .peer(name) }?.talkOrigin
    }
}
