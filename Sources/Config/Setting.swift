/// One setting of a section: a row of the table that the reader, the effective text, the difference
/// between two configurations, and the checks of the documents all walk.
///
/// Its default is what the field has in a new section.
struct Setting<Section> {
    /// As the file spells it.
    let name: String
    let allowed: Allowed
    /// The value as the effective text has it.
    let text: (Section) -> String
    /// Puts the value of an entry into its field, or reports what is wrong with it.
    private(set) var take: (inout Section, INI.Entry, inout SectionReader) -> Void
    /// Whether an empty value may be right.
    private(set) var mayBeEmpty = false
    /// Whether the section is wrong without it.
    private(set) var isRequired = false
    /// The advice when it is missing; nil if something other than the row reports that.
    private(set) var hint: String?
    /// Whether it decides what other settings of its section mean, and so is read before them.
    private(set) var isFirst = false
    /// Why it has no use beside the other settings of its section; nil when it has one.
    private(set) var unused: (Section) -> String? = { _ in nil }

    /// A setting that is read and written in a way of its own.
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
    /// Remembers where it is set.
    func at(_ remember: @escaping (inout Section, Origin) -> Void) -> Self {
        let take = take
        return changed {
            $0.take = { section, entry, reader in
                remember(&section, entry.origin)
                take(&section, entry, &reader)
            }
        }
    }

    /// Reports a section without it, and shows what might stand there.
    func required(such hint: String) -> Self {
        changed {
            $0.isRequired = true
            $0.hint = hint
        }
    }

    /// Required, which `ConfigReader` checks.
    var required: Self { changed { $0.isRequired = true } }

    /// Takes an empty value for one.
    var orEmpty: Self { changed { $0.mayBeEmpty = true } }

    /// Is read before those whose meaning it decides.
    var first: Self { changed { $0.isFirst = true } }

    /// Is refused where there is a reason, and is not in the effective text then.
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

    /// The place of a default.
    static let nowhere = Origin(file: "", line: 1)
}

extension Origin: CustomStringConvertible {
    public var description: String { "\(visibleFile):\(line)" }

    /// Without control characters: the name of the file must not begin a line of its own.
    var visibleFile: String {
        let bytes = file.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One configuration file: its role, its path, and its bytes, which may be anything.
public struct ConfigSource: Sendable {
    /// Which sections a file may have, and which file wins when two have the same peer.
    public enum Role: Sendable {
        /// `intercomd.conf`: everything.
        case main
        /// `peers.d/*.conf` beside it: peers only.
        case peers
        /// `peers.d/*.conf` in the state directory, written by a pairing or `peer add`: peers
        /// only. A peer that one of the other two has is ignored here.
        case learned
        /// `site.conf` in the state directory, written with the roster of the site: channels only,
        /// with keys as members. Nothing in it makes settings wrong: a channel that the main file
        /// has, or that cannot be, is ignored with a warning.
        case site

        /// Whether it lies in the state directory, where programs write it.
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
