extension Config {
    /// `[talk]`: what every talk button does.
    public struct Talk: Equatable, Sendable {
        public enum Cover: String, CaseIterable, Sendable { case off, spurt }

        /// Sound kept from before the press; 0 closes the microphone while no button is pressed.
        public internal(set) var preroll = Duration.milliseconds(200)
        /// Sound sent after the release.
        public internal(set) var tail = Duration.milliseconds(150)
        /// Hides the end of a talk from the network (protocol.md §2.5).
        public internal(set) var cover = Cover.spurt
        /// A jammed button stops talking here.
        public internal(set) var maxTalk = Duration.seconds(120)
    }
}

extension Config.Talk: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "preroll", .time(in: .zero ... .milliseconds(200)),
                { $0.preroll }, { $0.preroll = $1 }),
            Setting("tail", .time(in: .zero ... .seconds(2)), { $0.tail }, { $0.tail = $1 }),
            Setting("cover", .cases, { $0.cover }, { $0.cover = $1 })
                .gone(
                    "constant",
                    "is not in this version; spurt is used, which hides when a talk ends, and not"
                        + " that somebody talks"
                ) { $0.cover = .spurt },
            Setting(
                "max-talk", .time(in: .seconds(1) ... .seconds(3_600)),
                { $0.maxTalk }, { $0.maxTalk = $1 }),
        ]
    }
}
