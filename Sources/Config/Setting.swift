/// One setting of a section: a row of the table for the reader, the effective text, the difference
/// between two configurations, and the checks of the documents.
///
/// Its default is the field's value in a new section.
struct Setting<Section> {
    /// The name as the file spells it.
    let name: String
    let allowed: Allowed
    /// Returns the value as the effective text has it.
    let text: (Section) -> String
    /// Puts the value of an entry into its field, or reports the value's fault.
    private(set) var take: (inout Section, INI.Entry, inout SectionReader) -> Void
    /// Whether an empty value may be right.
    private(set) var mayBeEmpty = false
    /// Whether a section without the setting is wrong.
    private(set) var isRequired = false
    /// The advice where the setting is missing; nil if the row does not report that.
    private(set) var hint: String?
    /// Whether the setting decides the meaning of others in its section, and so is read before
    /// them.
    private(set) var isFirst = false
    /// Why the setting is unused beside the others of its section; nil where it is in use.
    private(set) var unused: (Section) -> String? = { _ in nil }

    /// Makes a setting that has its own way to be read and written.
    init(
        _ name: String, _ allowed: Allowed, text: @escaping (Section) -> String,
        take: @escaping (inout Section, INI.Entry, inout SectionReader) -> Void
    ) {
        self.name = name
        self.allowed = allowed
        self.text = text
        self.take = take
    }

    init<Value>(
        _ name: String, _ form: Form<Value>, _ get: @escaping (Section) -> Value,
        _ set: @escaping (inout Section, Value) -> Void
    ) {
        self.init(name, form.allowed, text: { form.text(get($0)) }) { section, entry, reader in
            guard let value = reader.value(of: entry, form.parse) else { return }
            set(&section, value)
        }
    }
}

extension Setting {
    /// Remembers where the setting is set.
    func at(_ remember: @escaping (inout Section, Origin) -> Void) -> Self {
        let take = take
        return changed {
            $0.take = { section, entry, reader in
                remember(&section, entry.origin)
                take(&section, entry, &reader)
            }
        }
    }

    /// Makes the setting required: a section without it is reported, with a hint.
    func required(such hint: String) -> Self {
        changed {
            $0.isRequired = true
            $0.hint = hint
        }
    }

    /// The setting, as required; `ConfigReader` reports its absence.
    var required: Self { changed { $0.isRequired = true } }

    /// The setting, with an empty value allowed.
    var orEmpty: Self { changed { $0.mayBeEmpty = true } }

    /// The setting, read before those whose meaning it decides.
    var first: Self { changed { $0.isFirst = true } }

    /// Refuses the setting where `unused` gives a reason; the effective text then leaves it out.
    func unless(_ unused: @escaping (Section) -> String?) -> Self {
        changed { $0.unused = unused }
    }

    private func changed(_ change: (inout Self) -> Void) -> Self {
        var setting = self
        change(&setting)
        return setting
    }
}

/// The place of a setting or a section: a file, and a line in it, counted from 1.
public struct Origin: Hashable, Sendable {
    public let file: String
    public let line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// The origin of a default.
    static let nowhere = Origin(file: "", line: 1)
}

extension Origin: CustomStringConvertible {
    public var description: String { "\(visibleFile):\(line)" }

    /// The file's name without control characters, which could begin a line of their own.
    var visibleFile: String {
        let bytes = file.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One configuration file: its role, its path, and its bytes, which may have any values.
public struct ConfigSource: Sendable {
    /// The role of a file: which sections it may have, and which file wins when two have the same
    /// peer.
    public enum Role: Sendable {
        /// `intercomd.conf`: all sections.
        case main
        /// `peers.d/*.conf` beside it: only peers and their policies.
        case peers
        /// `peers.d/*.conf` in the state directory, written by a pairing or `peer add`: only peers
        /// and their policies. A peer that a file of the roles above has is ignored here.
        case learned
        /// `site.conf` in the state directory, written with the roster of the site: channels only,
        /// with keys as members. Nothing in it makes settings wrong: a channel that the main file
        /// has is ignored silently, an impossible channel with a warning.
        case site

        /// Whether the file is in the state directory, where programs write it.
        public var isOfState: Bool { self == .learned || self == .site }
    }

    public let role: Role
    public let path: String
    public let bytes: [UInt8]

    public init(role: Role, path: String, bytes: [UInt8]) {
        self.role = role
        self.path = path
        self.bytes = bytes
    }
}
