extension Config {
    /// Reads a whole configuration, or reports everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - sources: the files in order of precedence: `intercomd.conf`, then `peers.d` beside
    ///     it, then `peers.d` in the state directory, each sorted by name, then `site.conf` there.
    ///   - paths: the directories unless `[paths]` sets them; see `Paths.init`.
    /// - Throws: every mistake, by file and line.
    public init(_ sources: [ConfigSource], paths: Paths) throws(ConfigError) {
        var reader = ConfigReader(paths: paths)
        for source in sources { reader.read(source) }
        reader.readWaiting()
        let main = sources.first { $0.role == .main }?.path ?? "intercomd.conf"
        reader.check(main: main)
        guard reader.mistakes.isEmpty else {
            let order = sources.map { $0.path }
            throw ConfigError(sorted(reader.mistakes, by: order))
        }
        self = reader.config
    }

    /// The paths of the main file alone; mistakes elsewhere in it are ignored.
    ///
    /// The learned peers lie in one of these directories, so it must be known before all is read.
    public static func paths(in main: ConfigSource, otherwise paths: Paths) -> Paths {
        var result = paths
        for section in INI(parsing: main).sections where section.kind == "paths" {
            var reader = SectionReader(section)
            reader.read(into: &result)
        }
        return result
    }
}

/// In the order of the files, then of the lines, so that a person goes through each file once.
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
    /// Whether `[station]` has a name, even a wrong one, or a line that was probably meant as one.
    private(set) var isNamed = false
    /// The site's file; nil for a station that is in no site.
    private(set) var site: INI?
    /// The first section of each header.
    private var begun: [INI.Section] = []

    private let kinds = Config.kinds
    /// The sections that are read last.
    private var waiting: [(kind: SectionKind, section: INI.Section)] = []

    /// Sections that a later version may have.
    private static let later = ["levels", "record"]

    init(paths: Paths) { config.paths = paths }

    mutating func fail(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        mistakes.append(Mistake(origin, what, didYouMean: suggestion))
    }

    mutating func warn(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        config.warnings.append(Mistake(origin, what, didYouMean: suggestion))
    }

    mutating func add(_ channel: Config.Channel) { config.channels.append(channel) }

    mutating func addAwaited(_ missing: Mistake) {
        config.warnings.append(missing)
        config.awaited.append(missing)
    }

    mutating func resolve(button index: Int, _ target: Config.Target) {
        config.buttons[index].talk = target
    }

    mutating func read(_ source: ConfigSource) {
        let file = INI(parsing: source)
        if source.role == .site {
            site = file
            return
        }
        mistakes += file.mistakes
        if source.role == .main { isNamed = file.hasStrayFaults }
        for section in file.sections {
            guard let kind = welcome(section) else { continue }
            if kind.isLast {
                waiting.append((kind, section))
            } else {
                read(section, as: kind)
            }
        }
    }

    /// Reads the sections that wait for all files.
    mutating func readWaiting() {
        for (kind, section) in waiting { read(section, as: kind) }
        waiting = []
        readSite()
    }

    private mutating func read(_ section: INI.Section, as kind: SectionKind) {
        var reader = SectionReader(section)
        kind.read(&config, &reader)
        if section.kind == "station" {
            isNamed =
                isNamed || section.hasFaults || !reader.mistakes.isEmpty
                || !config.station.name.isEmpty
        }
        mistakes += reader.mistakes
        config.warnings += reader.warnings
    }

    /// The kind of a section; nil where it is unknown, in the wrong file, or there already.
    private mutating func welcome(_ section: INI.Section) -> SectionKind? {
        let origin = section.origin
        if Self.later.contains(section.kind) {
            fail(origin, "[\(section.kind)] is not in this version")
            return nil
        }
        let all = kinds.filter { $0.name == section.kind }
        guard let kind = all.first(where: { $0.isNamed != section.name.isEmpty }) ?? all.first
        else {
            let nearest = nearestWord(to: section.kind, among: kinds.map { $0.name })
            fail(origin, "[\(shown(section.kind))] is not a section", nearest)
            isNamed = isNamed || nearest == "station"
            return nil
        }
        guard section.role == .main || kind.isOfPeer else {
            fail(
                origin,
                "[\(section.kind)] belongs in intercomd.conf; this file may have only [peer NAME] "
                    + "and [policy NAME]")
            return nil
        }
        return hasRightName(section, kind) && isFirst(section) ? kind : nil
    }

    private mutating func hasRightName(_ section: INI.Section, _ kind: SectionKind) -> Bool {
        guard kind.isNamed else {
            if section.name.isEmpty { return true }
            fail(section.origin, "[\(section.kind)] takes no name")
            return false
        }
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
        guard let first = begun.first(where: { $0.header == section.header }) else {
            begun.append(section)
            return true
        }
        if section.role == .learned, first.role != .learned {
            warn(
                section.origin, "\(section.header) is ignored: it is already at \(first.origin)")
        } else {
            fail(section.origin, "\(section.header) is already at \(first.origin)")
        }
        return false
    }

    /// Reports the first section beyond the limit of its kind.
    mutating func checkCounts() {
        for kind in kinds {
            guard let limit = kind.limit else { continue }
            let origins = begun.filter { $0.kind == kind.name }.map { $0.origin }
            if origins.count > limit { fail(origins[limit], "more than \(limit) \(kind.name)s") }
        }
    }

    private func shown(_ word: String) -> String { String(quoted(word).dropFirst().dropLast()) }
}
