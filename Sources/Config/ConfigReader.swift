extension Config {
    /// Reads a whole configuration, or says everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - sources: the files in order of precedence: `intercomd.conf`, then `peers.d` beside
    ///     it, then `peers.d` in the state directory, each sorted by name.
    ///   - paths: where things are if `[paths]` does not say; see `Paths.init`.
    /// - Throws: every mistake that was found, by file and line.
    public init(_ sources: [ConfigSource], paths: Paths) throws(ConfigError) {
        var reader = ConfigReader(paths: paths)
        for source in sources { reader.read(source) }
        let main = sources.first { $0.role == .main }?.path ?? "intercomd.conf"
        reader.check(main: main)
        guard reader.mistakes.isEmpty else {
            let order = sources.map { $0.path }
            throw ConfigError(sorted(reader.mistakes, by: order))
        }
        self = reader.config
    }

    /// Only what `[paths]` of the main file says, mistakes elsewhere passed over.
    ///
    /// The learned peers are found by it before everything can be read.
    public static func paths(in main: ConfigSource, otherwise paths: Paths) -> Paths {
        var result = paths
        for section in INI(parsing: main).sections where section.kind == "paths" {
            var reader = SectionReader(section)
            result.read(&reader)
        }
        return result
    }
}

/// By file as given, then by line, so that a person goes through each file once.
private func sorted(_ mistakes: [Mistake], by files: [String]) -> [Mistake] {
    let ranked = mistakes.enumerated().map { index, mistake in
        (files.firstIndex(of: mistake.origin.file) ?? 0, mistake.origin.line, index)
    }
    return ranked.sorted { $0 < $1 }.map { mistakes[$0.2] }
}

/// Puts the sections of all files into one `Config`, collecting mistakes on the way.
struct ConfigReader {
    private(set) var config = Config()
    private(set) var mistakes: [Mistake] = []
    /// Whether `[station]` has a name, be it a wrong one, or a slip where the name should be.
    private(set) var isNamed = false
    /// Where each section that may exist only once was begun.
    private var begun: [(header: String, section: INI.Section)] = []

    private static let single = [
        "station", "network", "audio", "talk", "sounds", "call", "session", "quiet", "events",
        "paths",
    ]
    private static let named = ["button", "channel", "lamp", "relay", "peer"]
    /// Without a name it holds for all that have none of their own.
    private static let both = ["policy"]
    private static let later = ["levels", "record"]

    init(paths: Paths) { config.paths = paths }

    mutating func fail(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        mistakes.append(Mistake(origin, what, didYouMean: suggestion))
    }

    mutating func warn(_ origin: Origin, _ what: String) {
        config.warnings.append(Mistake(origin, what))
    }

    mutating func resolve(button index: Int, _ target: Config.Target) {
        config.buttons[index].talk = target
    }

    mutating func fill(policy place: Int) { config.policies[place].fill(from: config.policy) }

    mutating func read(_ source: ConfigSource) {
        let file = INI(parsing: source)
        mistakes += file.mistakes
        if source.role == .main { isNamed = file.hasStrayFaults }
        for section in file.sections where isWelcome(section) {
            var reader = SectionReader(section)
            switch section.kind {
            case "station":
                config.station.read(&reader)
                isNamed =
                    isNamed || section.hasFaults || !reader.mistakes.isEmpty
                    || section.entries.contains { $0.key == "name" }
            case "network": config.network.read(&reader)
            case "audio": config.audio.read(&reader)
            case "talk": config.talk.read(&reader)
            case "sounds": config.sounds.read(&reader)
            case "call": config.call.read(&reader)
            case "policy" where section.name.isEmpty: config.policy = Config.Policy(&reader)
            case "policy": config.policies.append(Config.Policy(&reader))
            case "session": config.session.read(&reader)
            case "quiet": config.quiet.read(&reader)
            case "events": config.events.read(&reader)
            case "paths": config.paths.read(&reader)
            case "button": config.buttons.append(Config.Button(&reader))
            case "channel": config.channels.append(Config.Channel(&reader))
            case "lamp": config.lamps.append(Config.Lamp(&reader))
            case "relay": config.relays.append(Config.Relay(&reader))
            default: config.peers.append(Config.Peer(&reader))
            }
            mistakes += reader.mistakes
        }
    }

    /// Whether this section is known, may stand in this file, and is the first of its name.
    private mutating func isWelcome(_ section: INI.Section) -> Bool {
        let origin = section.origin
        if Self.later.contains(section.kind) {
            fail(origin, "[\(section.kind)] is not in this version")
            return false
        }
        let all = Self.single + Self.named + Self.both
        guard all.contains(section.kind) else {
            let nearest = nearestWord(to: section.kind, among: all)
            fail(origin, "[\(shown(section.kind))] is not a section", nearest)
            isNamed = isNamed || nearest == "station"
            return false
        }
        let isOfPeer =
            section.kind == "peer" || section.kind == "policy" && !section.name.isEmpty
        guard section.role == .main || isOfPeer else {
            fail(
                origin,
                "[\(section.kind)] belongs in intercomd.conf; here only [peer NAME] and "
                    + "[policy NAME]")
            return false
        }
        return hasRightName(section) && isFirst(section)
    }

    private mutating func hasRightName(_ section: INI.Section) -> Bool {
        if Self.single.contains(section.kind) {
            guard !section.name.isEmpty else { return true }
            fail(section.origin, "[\(section.kind)] takes no name")
            return false
        }
        if Self.both.contains(section.kind), section.name.isEmpty { return true }
        guard !section.name.isEmpty else {
            fail(section.origin, "[\(section.kind)] needs a name: [\(section.kind) NAME]")
            return false
        }
        if case .wrong(let what, _) = parseName(section.name) {
            fail(section.origin, what)
            return false
        }
        return true
    }

    private mutating func isFirst(_ section: INI.Section) -> Bool {
        let header =
            section.name.isEmpty ? "[\(section.kind)]" : "[\(section.kind) \(section.name)]"
        guard let first = begun.first(where: { $0.header == header })?.section else {
            begun.append((header, section))
            return true
        }
        if section.role == .learned, first.role != .learned {
            warn(section.origin, "\(header) is passed over: \(first.origin) says it already")
        } else {
            fail(section.origin, "\(header) is already at \(first.origin)")
        }
        return false
    }

    private func shown(_ word: String) -> String { String(quoted(word).dropFirst().dropLast()) }
}
