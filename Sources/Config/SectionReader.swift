/// Reads one section by the table of its settings, and collects its mistakes.
struct SectionReader {
    let section: INI.Section
    private(set) var mistakes: [Mistake] = []
    private(set) var warnings: [Mistake] = []
    private var missing: [Mistake] = []

    init(_ section: INI.Section) { self.section = section }

    mutating func fail(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        mistakes.append(Mistake(origin, what, didYouMean: suggestion))
    }

    /// Warns of a setting that is ignored, or that has another meaning now.
    mutating func warn(_ origin: Origin, _ what: String) {
        warnings.append(Mistake(origin, what))
    }

    /// Reports a missing setting, at the end of the section.
    ///
    /// Reports nothing where a line of the section could not be read, or has an unknown setting:
    /// that line was most likely meant as the missing one, and one slip is reported once.
    mutating func failMissing(_ what: String) {
        missing.append(Mistake(section.origin, "\(section.header) \(what)"))
    }

    /// Reads every setting of a section into its value.
    mutating func read<Section: ConfigSection>(into target: inout Section) {
        target.begin(section)
        let settings = Section.settings
        for setting in settings where setting.isFirst { read(setting, into: &target) }
        for setting in settings where !setting.isFirst { read(setting, into: &target) }
        target.end(&self)
        refuseUnknown(besides: settings.map { $0.name })
    }

    /// Reads every setting of a section that has a name.
    mutating func read<Section: NamedSection>(named target: inout Section) {
        target.name = section.name
        target.origin = section.origin
        read(into: &target)
    }

    private mutating func read<Section>(_ setting: Setting<Section>, into target: inout Section) {
        let why = setting.unused(target)
        guard let entry = entry(setting.name) else {
            guard let hint = setting.hint, why == nil else { return }
            return failMissing("needs \(setting.name) = \(hint)")
        }
        if let why {
            fail(entry.origin, "\(setting.name): \(why)")
        } else if entry.value.isEmpty, !setting.mayBeEmpty {
            fail(entry.origin, "\(setting.name) has no value")
        } else {
            setting.take(&target, entry, &self)
        }
    }

    /// Returns the first entry of this setting, and reports each further one as a mistake.
    private mutating func entry(_ name: String) -> INI.Entry? {
        var found: INI.Entry?
        for entry in section.entries where entry.key == name {
            if let found {
                fail(entry.origin, "\(name) is already set at line \(found.origin.line)")
            } else {
                found = entry
            }
        }
        return found
    }

    /// Returns the value that `parse` reads from an entry; reports a wrong one and returns nil.
    mutating func value<Value>(
        of entry: INI.Entry, _ parse: (String) -> Parsed<Value>
    ) -> Value? {
        switch parse(entry.value) {
        case .value(let value): return value
        case .wrong(let what, let suggestion):
            fail(entry.origin, "\(entry.key): \(what)", suggestion)
        case .has(let what): fail(entry.origin, "\(entry.key) has \(what)")
        }
        return nil
    }

    /// Warns of a setting of former versions, which has no effect, and returns whether it is one.
    private mutating func warnsOfWhatIsGone(_ entry: INI.Entry) -> Bool {
        let gone = GoneSetting.all.first { $0.matches(entry, in: section.kind) }
        if let gone { warn(entry.origin, gone.warning) }
        return gone != nil
    }

    /// Reports every setting that the section does not have, and warns of settings of former
    /// versions.
    private mutating func refuseUnknown(besides names: [String]) {
        var isMisspelt = section.hasFaults
        for entry in section.entries where !names.contains(entry.key) {
            // The user's own notes.
            if entry.key.hasPrefix("x-") { continue }
            if warnsOfWhatIsGone(entry) { continue }
            isMisspelt = true
            fail(
                entry.origin, "\(quoted(entry.key)) is not a setting of [\(section.kind)]",
                nearestWord(to: entry.key, among: names))
        }
        if !isMisspelt { mistakes += missing }
    }
}

/// A setting of former versions: it has no effect and only a warning, so that no new version
/// refuses old settings.
struct GoneSetting {
    /// The kind of the setting's section.
    let section: String
    let name: String
    /// The reason for its end, in one sentence.
    let why: String

    static let all = [
        GoneSetting(
            section: "pairing", name: "press-to-meet",
            why: "buttons pair by six digits only, as nothing else proves the other station"),
        GoneSetting(
            section: "peer", name: "keepalive",
            why: "a peer that is up gets a packet every 14 to 16 s, before a router forgets it"),
        GoneSetting(
            section: "talk", name: "cover",
            why: "nothing hides when a talk ends any more; a tunnel that is always full does"),
        GoneSetting(section: "audio", name: "bitrate", why: "each profile has its own"),
        GoneSetting(
            section: "audio", name: "concealment",
            why: "the best way is taken that this machine has the time for"),
        GoneSetting(section: "audio", name: "jitter-max", why: "jitter = low keeps delays short"),
        GoneSetting(
            section: "network", name: "dscp", why: "every packet is marked EF, as voice is"),
        GoneSetting(section: "sounds", name: "ring-volume", why: "type: intercomctl volume ring"),
        GoneSetting(section: "sounds", name: "tones-volume", why: "type: intercomctl volume tones"),
        GoneSetting(section: "sounds", name: "page-volume", why: "type: intercomctl volume page"),
        GoneSetting(
            section: "quiet", name: "ring", why: "an emergency rings as loud as at other times"),
    ]

    /// Returns whether an entry of a section is this setting.
    func matches(_ entry: INI.Entry, in section: String) -> Bool {
        name == entry.key && self.section == section
    }

    var warning: String { "\(name) is gone, and has no effect: \(why)" }
}

/// A section of the configuration: its values, and the table of its settings.
protocol ConfigSection {
    /// Every setting, in the order of the effective text.
    ///
    /// A new setting is one row here and one field with its default; the tests then require it in
    /// the man page and in the example.
    static var settings: [Setting<Self>] { get }

    /// Makes a section with every setting at its default.
    init()

    /// Takes the section's place, before its settings are read; a named section has its name
    /// already.
    mutating func begin(_ section: INI.Section)

    /// Reports faults of the settings together, after all are read.
    func end(_ reader: inout SectionReader)
}

extension ConfigSection {
    mutating func begin(_ section: INI.Section) {}

    func end(_ reader: inout SectionReader) {}

    /// Returns the settings in use, with their values, as a file would have them.
    func effective(_ kind: String, name: String = "") -> EffectiveSection {
        let used = Self.settings.filter { $0.unused(self) == nil }
        return EffectiveSection(
            kind: kind, name: name, entries: used.map { (key: $0.name, value: $0.text(self)) })
    }
}

/// A section that exists once for each name.
protocol NamedSection: ConfigSection {
    var name: String { get set }
    var origin: Origin { get set }
    /// Whether the section is in no file, and only stands for a missing one.
    var isWaiting: Bool { get }
}

extension NamedSection {
    var isWaiting: Bool { false }
}

/// One kind of section: a row of the table for the reader, the effective text, the difference
/// between two configurations, and the checks of the documents.
struct SectionKind {
    /// The first word of the header, such as `peer`.
    let name: String
    /// Whether the header has a name; such a section may exist more than once.
    let isNamed: Bool
    /// The most such sections; nil where another rule limits them.
    var limit: Int?
    /// Whether only a restart can apply it: sockets and directories are opened at the start.
    var needsRestart = false
    /// Whether the section may stand in a file of `peers.d`.
    var isOfPeer = false
    /// Whether the section is read after all others, because it takes its missing settings from
    /// them.
    var isLast = false
    let read: (inout Config, inout SectionReader) -> Void
    let effective: (Config) -> [EffectiveSection]
    /// Puts this section of the second configuration into the first one.
    let copy: (inout Config, Config) -> Void
    /// The form of the line that the documents must have for each setting.
    let settings: [(name: String, allowed: Allowed, isRequired: Bool)]

    private init<Section: ConfigSection>(
        _ name: String, isNamed: Bool, of type: Section.Type,
        read: @escaping (inout Config, inout SectionReader) -> Void,
        effective: @escaping (Config) -> [EffectiveSection],
        copy: @escaping (inout Config, Config) -> Void
    ) {
        self.name = name
        self.isNamed = isNamed
        self.read = read
        self.effective = effective
        self.copy = copy
        settings = Section.settings.map { ($0.name, $0.allowed, $0.isRequired) }
    }

    /// Returns the kind of a section that exists once.
    static func one<Section: ConfigSection>(
        _ name: String, needsRestart: Bool = false, _ get: @escaping (Config) -> Section,
        _ set: @escaping (inout Config, Section) -> Void
    ) -> Self {
        var kind = Self(
            name, isNamed: false, of: Section.self,
            read: { config, reader in
                var section = get(config)
                reader.read(into: &section)
                set(&config, section)
            },
            effective: { [get($0).effective(name)] }, copy: { set(&$0, get($1)) })
        kind.needsRestart = needsRestart
        return kind
    }

    /// Returns the kind of a section that exists once for each name; `new` makes one with its
    /// defaults.
    static func many<Section: NamedSection>(
        _ name: String, limit: Int? = nil, isOfPeer: Bool = false, isLast: Bool = false,
        _ get: @escaping (Config) -> [Section],
        _ set: @escaping (inout Config, [Section]) -> Void,
        new: @escaping (Config) -> Section = { _ in Section() }
    ) -> Self {
        var kind = Self(
            name, isNamed: true, of: Section.self,
            read: { config, reader in
                var section = new(config)
                reader.read(named: &section)
                set(&config, get(config) + [section])
            },
            effective: { config in
                get(config).filter { !$0.isWaiting }.map { section in
                    var text = section.effective(name, name: section.name)
                    text.file = config.file(besideMain: section.origin)
                    return text
                }
            },
            copy: { set(&$0, get($1)) })
        kind.limit = limit
        kind.isOfPeer = isOfPeer
        kind.isLast = isLast
        return kind
    }
}

extension Config {
    /// Returns the file of a section; nil for the main file, and for a section that is in none.
    fileprivate func file(besideMain origin: Origin) -> String? {
        origin.file.isEmpty || origin.file == station.origin.file ? nil : origin.visibleFile
    }

    /// All kinds of sections, in the order of the effective text.
    static var kinds: [SectionKind] {
        [
            .one("station", { $0.station }, { $0.station = $1 }),
            .one("network", needsRestart: true, { $0.network }, { $0.network = $1 }),
            .one("audio", { $0.audio }, { $0.audio = $1 }),
            .one("talk", { $0.talk }, { $0.talk = $1 }),
            .one("sounds", { $0.sounds }, { $0.sounds = $1 }),
            .one("pairing", { $0.pairing }, { $0.pairing = $1 }),
            .one("site", { $0.site }, { $0.site = $1 }),
            .one(
                "rendezvous", needsRestart: true, { $0.rendezvous }, { $0.rendezvous = $1 }),
            .one(
                "home-assistant", needsRestart: true, { $0.homeAssistant },
                { $0.homeAssistant = $1 }),
            .one("forward", { $0.forward }, { $0.forward = $1 }),
            .one("call", { $0.call }, { $0.call = $1 }),
            .one("policy", { $0.policy }, { $0.policy = $1 }),
            .one("session", { $0.session }, { $0.session = $1 }),
            .one("quiet", { $0.quiet }, { $0.quiet = $1 }),
            .one("replay", { $0.replay }, { $0.replay = $1 }),
            .one("events", { $0.events }, { $0.events = $1 }),
            .one("paths", needsRestart: true, { $0.paths }, { $0.paths = $1 }),
            .many("button", limit: Limits.buttons, { $0.buttons }, { $0.buttons = $1 }),
            .many("channel", limit: Limits.channels, { $0.channels }, { $0.channels = $1 }),
            .many("lamp", limit: Limits.lamps, { $0.lamps }, { $0.lamps = $1 }),
            .many("relay", limit: Limits.relays, { $0.relays }, { $0.relays = $1 }),
            .many("record", limit: Limits.records, { $0.records }, { $0.records = $1 }),
            .many("peer", limit: Limits.peers, isOfPeer: true, { $0.peers }, { $0.peers = $1 }),
            // A peer's policy takes its missing settings from the policy of all peers.
            .many(
                "policy", isOfPeer: true, isLast: true, { $0.policies }, { $0.policies = $1 },
                new: { $0.policy }),
        ]
    }
}
