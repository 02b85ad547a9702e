extension Config {
    /// `[pairing]`: how other stations become peers.
    public struct Pairing: Equatable, Sendable {
        /// Whether the talk button pairs this station while it has no peer.
        public internal(set) var button = true
    }

    /// The place of the button that pairs this station now, without a screen: the first talk button
    /// that fingers press; nil where none does.
    public var pairingButton: Int? {
        guard pairing.button, peers.isEmpty else { return nil }
        return buttons.firstIndex { $0.talks && !$0.isVoiceOperated }
    }
}

extension Config.Pairing: ConfigSection {
    static var settings: [Setting<Self>] {
        [Setting("button", .noOrYes, { $0.button }, { $0.button = $1 })]
    }
}
