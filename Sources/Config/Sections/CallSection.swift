extension Config {
    /// `[call]`: how calls go.
    public struct Call: Equatable, Sendable {
        /// How long a call of this station rings.
        public internal(set) var ringTime = Duration.seconds(30)
    }
}

extension Config.Call: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "ring-time", .time(in: .seconds(1) ... .seconds(30)),
                { $0.ringTime }, { $0.ringTime = $1 })
        ]
    }
}
