extension Config {
    /// `[station]`: who this is.
    public struct Station: Equatable, Sendable {
        /// Empty only before the checks.
        public internal(set) var name = ""
        public internal(set) var origin = Origin.nowhere
    }
}

extension Config.Station: ConfigSection {
    static var settings: [Setting<Self>] {
        [Setting("name", .name, { $0.name }, { $0.name = $1 }).required]
    }

    mutating func begin(_ section: INI.Section) { origin = section.origin }
}
