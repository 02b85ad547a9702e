/// A section of the configuration: its values, and the table of its settings.
protocol ConfigSection {
    /// Every setting, in the order of the effective text.
    ///
    /// A new setting is one row here and one field that has its default; the tests then ask for it
    /// in the man page and in the example.
    static var settings: [Setting<Self>] { get }

    /// Every setting at its default.
    init()

    /// Takes the section's name and place, before its settings are read.
    mutating func begin(_ section: INI.Section)

    /// Reports what is wrong with the settings together, when all are read.
    func end(_ reader: inout SectionReader)
}

extension ConfigSection {
    mutating func begin(_ section: INI.Section) {}

    func end(_ reader: inout SectionReader) {}

    /// The settings that have a use, with their values, as a file would have them.
    func effective(_ kind: String, name: String = "") -> EffectiveSection {
        let used = Self.settings.filter { $0.unused(self) == nil }
        return EffectiveSection(
            kind: kind, name: name, entries: used.map { (key: $0.name, value: $0.text(self)) })
    }
}

/// A section that exists once for each name.
protocol NamedSection: ConfigSection {
    var name: String { get }
    var origin: Origin { get }
    /// Whether it is in no file, and only waits for one.
    var isWaiting: Bool { get }
}

extension NamedSection {
    var isWaiting: Bool { false }
}
