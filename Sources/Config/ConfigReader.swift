extension Config {
    /// Reads a whole configuration, or reports all its mistakes.
    ///
    /// - Parameters:
    ///   - sources: the files in order of precedence: `intercomd.conf`, then `peers.d` beside it,
    ///     then `peers.d` in the state directory, each sorted by name, then `site.conf` in the
    ///     state directory.
    ///   - paths: the directories unless `[paths]` sets them; see `Paths.init`.
    /// - Throws: all mistakes, by file and line.
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

    /// Reads the paths of the main file alone; ignores mistakes in its other sections.
    ///
    /// The learned peers are in one of these directories, so it must be known before all files are
    /// read.
    public static func paths(in main: ConfigSource, otherwise paths: Paths) -> Paths {
        var result = paths
        for section in INI(parsing: main).sections where section.kind == "paths" {
            var reader = SectionReader(section)
            reader.read(into: &result)
        }
        return result
    }
}

/// Sorts mistakes by file, then by line, so that a person goes through each file once.
private func sorted(_ mistakes: [Mistake], by files: [String]) -> [Mistake] {
    let ranked = mistakes.enumerated().map { index, mistake in
        (files.firstIndex(of: mistake.origin.file) ?? 0, mistake.origin.line, index)
    }
    return ranked.sorted { $0 < $1 }.map { mistakes[$0.2] }
}

/// Puts the sections of all files into one `Config`, and collects mistakes.
struct ConfigReader {
    var config = Config()
    private(set) var mistakes: [Mistake] = []
    /// Whether `[station]` has a name, even a wrong one, or a line that was probably meant as one.
    private(set) var isNamed = false
    /// The site's file; nil for a station that has no site.
    private(set) var site: INI?
    /// The first section of each header.
    private var begun: [INI.Section] = []

    private let kinds = Config.kinds
    /// The sections that are read last.
    private var waiting: [(kind: SectionKind, section: INI.Section)] = []

    init(paths: Paths) { config.paths = paths }

    mutating func fail(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        mistakes.append(Mistake(origin, what, didYouMean: suggestion))
    }

    mutating func warn(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        config.warnings.append(Mistake(origin, what, didYouMean: suggestion))
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

    /// Returns the kind of a section; nil where it is unknown, in the wrong file, or a repetition.
    private mutating func welcome(_ section: INI.Section) -> SectionKind? {
        let origin = section.origin
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
        return checkName(section, kind) && checkFirst(section) ? kind : nil
    }

    private mutating func checkName(_ section: INI.Section, _ kind: SectionKind) -> Bool {
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

    private mutating func checkFirst(_ section: INI.Section) -> Bool {
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

// The channels of the site, whose members are keys: a person may give a peer another name on this
// station.
//
// Nothing in the site's file makes the settings of a station wrong, because a distant introducer
// decides its contents: an impossible channel is left out, with a warning.

extension ConfigReader {
    /// Reads the site's file, after all other files.
    mutating func readSite() {
        guard let site, config.site.takesSettings else { return }
        for mistake in site.mistakes { warn(mistake.origin, mistake.what, mistake.suggestion) }
        var names: [String: String] = [:]
        for peer in config.peers { names[peer.key.lowercased()] = peer.name }
        // A channel in a file of a person takes precedence, and that is no fault.
        let own = config.channels.map { $0.name }
        for section in site.sections where !own.contains(section.name) {
            if let why = hindrance(of: section) {
                warn(section.origin, "\(section.header) of the site is ignored: \(why)")
            } else {
                read(section, names)
            }
        }
    }

    /// Returns why a section of the site's file cannot be a channel here; nil where it can.
    private func hindrance(of section: INI.Section) -> String? {
        let name = section.name
        guard section.kind == "channel", isName(name) else { return "it is no channel" }
        if let meaning = ReservedName.meaning(of: name) { return "\(name) means \(meaning)" }
        if let peer = config.peers.first(where: { $0.name == name }) {
            return "that is the name of the peer at \(peer.origin)"
        }
        if let own = config.channels.first(where: { $0.name == name }) {
            return "it is already at \(own.origin)"
        }
        return hasRoom(for: name) ? nil : "there are \(Limits.channels) channels already"
    }

    /// Returns whether there is room for this channel besides one for each name that buttons await.
    private func hasRoom(for name: String) -> Bool {
        var awaited: Set<String> = []
        for button in config.buttons {
            if let name = button.talk?.name { awaited.insert(name) }
            awaited.formUnion(button.acts.values.compactMap { $0.channelName })
        }
        awaited.subtract(config.channels.map { $0.name } + config.peers.map { $0.name })
        awaited.subtract(["mic", "speaker", name])
        return config.channels.count + awaited.count < Limits.channels
    }

    /// Reads a channel, with this station's names for its members; without a member that is a peer
    /// here, there is no channel.
    private mutating func read(_ section: INI.Section, _ names: [String: String]) {
        var found = section
        found.entries = section.entries.compactMap { entry in
            guard entry.key == "members" else { return entry }
            let members = entry.value.split(separator: ",").compactMap { item in
                names[item.filter { $0 != " " }.lowercased()]
            }
            return members.isEmpty
                ? nil
                : INI.Entry(
                    key: entry.key, value: members.joined(separator: ", "), origin: entry.origin)
        }
        // Without members the channel would include all peers.
        guard found.entries.contains(where: { $0.key == "members" }) else { return }
        var channel = Config.Channel()
        var reader = SectionReader(found)
        reader.read(named: &channel)
        for mistake in reader.mistakes { warn(mistake.origin, mistake.what, mistake.suggestion) }
        if reader.mistakes.isEmpty { config.channels.append(channel) }
    }

    /// Reports a missing peer that settings name; only a warning in a site, from which the peer may
    /// have gone.
    mutating func miss(_ name: String, _ origin: Origin, _ what: String, among names: [String]) {
        guard site == nil else {
            return warn(origin, what, nearestWord(to: name, among: names))
        }
        fail(origin, what, nearestWord(to: name, among: names))
    }

    /// Decides whether a button waits for a missing name: in a site the channel or peer may be
    /// gone, or come later.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - origin: The place of the name.
    ///   - what: The mistake if the station has no site.
    ///   - names: The right names.
    ///   - mayBeChannel: Whether the name may be a channel's; a channel without members then stands
    ///     for it.
    /// - Returns: whether the button waits, with a warning.
    mutating func waitsForSite(
        _ name: String, _ origin: Origin, _ what: String, among names: [String],
        mayBeChannel: Bool = true
    ) -> Bool {
        guard site != nil else { return false }
        let isThere = !mayBeChannel || config.channels.contains { $0.name == name }
        // Without room for the channel, the settings are wrong in any site.
        guard isThere || config.channels.count < Limits.channels else { return false }
        let missing = Mistake(
            origin, mayBeChannel ? "\(what) now: nobody hears it" : "\(what) now",
            didYouMean: nearestWord(to: name, among: names),
            advice: (mayBeChannel
                ? "for a channel, where the site is introduced: sudo intercomctl site channel"
                    + " \(name) STATIONS, with all that are to be in it; for a station: " : "")
                + "pair with that station, or join its site; or give the button another target")
        config.warnings.append(missing)
        config.awaited.append(missing)
        if !isThere { config.channels.append(Config.Channel(waiting: name, at: origin)) }
        return true
    }
}
