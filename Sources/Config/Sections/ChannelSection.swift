extension Config {
    /// `[channel NAME]`: a named group one listens and talks to.
    public struct Channel: Equatable, Sendable {
        public enum Members: Equatable, Sendable {
            /// Every configured peer.
            case all
            /// Names of peers; never empty.
            case named([String])
        }
        /// Who is in a call of the channel: whoever answers first, or all who do.
        public enum CallMode: String, CaseIterable, Sendable { case hunt, join }

        public internal(set) var name: String
        public internal(set) var members = Members.all
        public internal(set) var listen = true
        /// Decibels: -40…+20.
        public internal(set) var gain = 0.0
        /// Whether its sound is received, yet not played.
        public internal(set) var isMuted = false
        /// Over whom one's own sound on it is heard.
        public internal(set) var priority = Priority.normal
        public internal(set) var callMode = CallMode.hunt
        public internal(set) var origin: Origin
        public internal(set) var membersOrigin: Origin

        /// Whether what the peer of this name says here is for us, and ours for it.
        public func includes(peer: String) -> Bool {
            switch members {
            case .all: true
            case .named(let names): names.contains(peer)
            }
        }
    }
}
