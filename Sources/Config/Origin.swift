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
