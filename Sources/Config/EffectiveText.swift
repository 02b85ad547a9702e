/// One section as it would stand in a file, every default included.
public struct EffectiveSection: Equatable, Sendable {
    /// `peer`.
    public let kind: String
    /// Empty for a section that exists once.
    public let name: String
    /// Every setting that has a use, with its value as text, in the order of the table.
    public let entries: [(key: String, value: String)]
    /// The file that has it; nil for the main one, and for a section that is in none.
    public internal(set) var file: String?

    /// `[peer attic]`.
    var header: String { name.isEmpty ? "[\(kind)]" : "[\(kind) \(name)]" }

    /// The value of a setting; empty where it has no use.
    func value(of name: String) -> String { entries.first { $0.key == name }?.value ?? "" }

    var text: String {
        var text = file.map { "# \($0)\n" } ?? ""
        text += "\(header)\n"
        for (key, value) in entries {
            text += value.isEmpty ? "\(key) =\n" : "\(key) = \(value)\n"
        }
        return text
    }

    /// Whether they say the same; the file does not matter.
    public static func == (one: Self, other: Self) -> Bool {
        one.kind == other.kind && one.name == other.name
            && one.entries.elementsEqual(other.entries) { $0 == $1 }
    }
}

extension Config {
    /// The whole configuration as one file that says the same, every default included; a comment
    /// above a section names the file that has it, unless that is the main one.
    ///
    /// Read back it gives these settings again; only origins, warnings, and which peers were
    /// learned are not in it, nor are channels that buttons wait for. A configuration holds no
    /// secret, so neither does this.
    public var effective: String {
        effectiveSections.map { $0.text }.joined(separator: "\n")
    }

    /// The sections that exist once, then the named ones, each kind as it was written.
    public var effectiveSections: [EffectiveSection] {
        Self.kinds.flatMap { $0.effective(self) }
    }
}
