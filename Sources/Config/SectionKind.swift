/// One kind of section: a row of the table that the reader, the effective text, the difference
/// between two configurations, and the checks of the documents all walk.
struct SectionKind {
    /// The first word of its header: `peer`.
    let name: String
    /// Whether its header has a name; such a section may exist more than once.
    let isNamed: Bool
    /// The most there may be; nil where something else limits them.
    var limit: Int?
    /// Whether only a restart can apply it: sockets and directories are taken at start.
    var needsRestart = false
    /// Whether it may stand in a file of `peers.d`.
    var isOfPeer = false
    /// Whether it is read after all others, because it takes from them what it leaves out.
    var isLast = false
    let read: (inout Config, inout SectionReader) -> Void
    let effective: (Config) -> [EffectiveSection]
    /// Puts this section of the second configuration into the first one.
    let copy: (inout Config, Config) -> Void
    /// The line that the documents must have for each of its settings.
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

    /// A section that exists once.
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

    /// A section that exists once for each name; `new` makes it, with its defaults.
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
                reader.read(into: &section)
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
    /// The file of a section; nil for the main one, and where it is in none.
    fileprivate func file(besideMain origin: Origin) -> String? {
        origin.file.isEmpty || origin.file == station.origin.file ? nil : origin.visibleFile
    }

    /// Every kind of section there is, in the order of the effective text.
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
            .one("call", { $0.call }, { $0.call = $1 }),
            .one("policy", { $0.policy }, { $0.policy = $1 }),
            .one("session", { $0.session }, { $0.session = $1 }),
            .one("quiet", { $0.quiet }, { $0.quiet = $1 }),
            .one("events", { $0.events }, { $0.events = $1 }),
            .one("paths", needsRestart: true, { $0.paths }, { $0.paths = $1 }),
            .many("button", limit: Limits.buttons, { $0.buttons }, { $0.buttons = $1 }),
            .many("channel", limit: Limits.channels, { $0.channels }, { $0.channels = $1 }),
            .many("lamp", limit: Limits.lamps, { $0.lamps }, { $0.lamps = $1 }),
            .many("relay", limit: Limits.relays, { $0.relays }, { $0.relays = $1 }),
            .many("peer", limit: Limits.peers, isOfPeer: true, { $0.peers }, { $0.peers = $1 }),
            // What the policy of a peer leaves out is as in the policy of all.
            .many(
                "policy", isOfPeer: true, isLast: true, { $0.policies }, { $0.policies = $1 },
                new: { $0.policy }),
        ]
    }
}
