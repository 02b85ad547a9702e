/// Reads one section by the table of its settings, and collects what is wrong.
struct SectionReader {
    let section: INI.Section
    private(set) var mistakes: [Mistake] = []
    private(set) var warnings: [Mistake] = []
    private var missing: [Mistake] = []

    init(_ section: INI.Section) { self.section = section }

    mutating func fail(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        mistakes.append(Mistake(origin, what, didYouMean: suggestion))
    }

    /// Reports what is ignored, or means something else now.
    mutating func warn(_ origin: Origin, _ what: String) {
        warnings.append(Mistake(origin, what))
    }

    /// Reports at the end that something is missing.
    ///
    /// Not where a line of the section could not be read, or has an unknown setting: that line was
    /// most likely meant to say it, and one slip is reported once.
    mutating func failMissing(_ what: String) {
        missing.append(Mistake(section.origin, "\(section.header) \(what)"))
    }

    /// Reads every setting of a section into it.
    mutating func read<Section: ConfigSection>(into target: inout Section) {
        target.begin(section)
        let settings = Section.settings
        for setting in settings where setting.isFirst { read(setting, into: &target) }
        for setting in settings where !setting.isFirst { read(setting, into: &target) }
        target.end(&self)
        refuseUnknown(besides: settings.map { $0.name })
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

    /// The first entry of this setting; each further one is a mistake.
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

    /// The value that `parse` reads from an entry; nil when it is wrong, which is then reported.
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

    /// Reports every setting that the section does not have, and warns of those that it had once.
    private mutating func refuseUnknown(besides names: [String]) {
        var isMisspelt = section.hasFaults
        for entry in section.entries where !names.contains(entry.key) {
            // The user's own notes.
            if entry.key.hasPrefix("x-") { continue }
            if let gone = GoneSetting.named(entry.key, in: section.kind) {
                warn(entry.origin, "\(gone.name) is gone, and has no effect: \(gone.why)")
                continue
            }
            isMisspelt = true
            fail(
                entry.origin, "\(quoted(entry.key)) is not a setting of [\(section.kind)]",
                nearestWord(to: entry.key, among: names))
        }
        if !isMisspelt { mistakes += missing }
    }
}

/// A setting that former versions had: it is warned of and has no effect, so that no new version
/// refuses the settings of an old one.
struct GoneSetting {
    /// The kind of its section.
    let section: String
    let name: String
    /// What happened, in one sentence.
    let why: String

    static let all = [
        GoneSetting(
            section: "pairing", name: "press-to-meet",
            why: "buttons pair by six digits only, as nothing else proves the other station")
    ]

    /// The former setting that an entry of a section has; nil where it is none.
    static func named(_ name: String, in section: String) -> GoneSetting? {
        all.first { $0.name == name && $0.section == section }
    }
}
