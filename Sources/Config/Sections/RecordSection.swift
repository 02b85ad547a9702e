extension Config {
    /// `[record NAME]`: a recording of the talk on the channel of this name, or of calls.
    public struct Record: Equatable, Sendable {
        /// The name of the recording of calls.
        public static let calls = "calls"

        public internal(set) var name = ""
        /// The recording key that opens it, as text; the key itself is not checked here.
        public internal(set) var to = ""
        /// The megabytes that its files take at most.
        public internal(set) var keep = 1_000
        public internal(set) var origin = Origin.nowhere
        public internal(set) var toOrigin = Origin.nowhere
    }
}

extension Config.Record: NamedSection {
    static var settings: [Setting<Self>] {
        let key = Form<String>(["intercomrec1:"]) { .value($0.lowercased()) }
        return [
            Setting("to", key, { $0.to }, { $0.to = $1 })
                .required(such: "intercomrec1:... (intercomctl recording keygen)")
                .at { $0.toOrigin = $1 },
            Setting("keep", .integer(in: 100...1_000_000), { $0.keep }, { $0.keep = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) { toOrigin = section.origin }
}

extension Config {
    /// `[replay]`: what was heard here last, to be played again.
    public struct Replay: Equatable, Sendable {
        /// How long it stays in memory; nil keeps nothing.
        public internal(set) var keep: Duration?
    }
}

extension Config.Replay: ConfigSection {
    static var settings: [Setting<Self>] {
        let time = Form<Duration>.time(in: .seconds(10) ... .seconds(60))
        return [Setting("keep", time.or("off"), { $0.keep }, { $0.keep = $1 })]
    }
}

extension ConfigReader {
    /// Checks that each recording is of a channel of this station, or of calls.
    mutating func checkRecords() {
        let names = config.channels.map { $0.name } + [Config.Record.calls]
        for record in config.records where !names.contains(record.name) {
            miss(
                record.name, record.origin,
                "[record \(record.name)]: there is no channel \(quoted(record.name))",
                among: names)
        }
        let isSilent = config.audio.output == .none || config.audio.volume == .mute
        guard isSilent, !config.lamps.contains(where: { $0.show == .recording }) else { return }
        for record in config.records {
            warn(
                record.origin,
                "[record \(record.name)]: nothing here tells people: add a speaker that sounds, or"
                    + " a lamp with show = recording")
        }
    }
}
