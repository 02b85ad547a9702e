extension Config {
    /// `[pairing]`: how other stations become peers.
    public struct Pairing: Equatable, Sendable {
        /// Whether the talk button pairs this station while it has no peer.
        public internal(set) var button = true
        /// Whether a hold of that button pairs this station without a code, with the only other one
        /// on the LAN whose button is held within a minute.
        public internal(set) var pressToMeet = false
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
            Setting("press-to-meet", .noOrYes, { $0.pressToMeet }, { $0.pressToMeet = $1 }),
            Setting("reset", .noOrYes, { $0.reset }, { $0.reset = $1 }),
        ]
    }
}
