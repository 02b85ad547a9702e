extension Config {
    /// `[pairing]`: how other stations become peers.
    public struct Pairing: Equatable, Sendable {
        /// Whether the talk button pairs this station while it has no peer.
        public internal(set) var button = true
        /// Whether the talk button, held as the power comes back, erases what was learned.
        public internal(set) var reset = false
    }

    /// The place of the button that pairs this station now, without a screen; nil where none does.
    public var pairingButton: Int? { pairing.button && peers.isEmpty ? fingersButton : nil }

    /// The place of the button that erases this station; nil where none does.
    public var resetButton: Int? { pairing.reset ? fingersButton : nil }

    /// The first talk button that fingers press.
    private var fingersButton: Int? { buttons.firstIndex { $0.talks && !$0.isVoiceOperated } }
}

extension Config.Pairing: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("button", .noOrYes, { $0.button }, { $0.button = $1 }),
            Setting("reset", .noOrYes, { $0.reset }, { $0.reset = $1 }),
        ]
    }
}
