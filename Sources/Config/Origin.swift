/// Where something was written: a file, and a line in it counted from 1.
public struct Origin: Hashable, Sendable {
    public let file: String
    public let line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// Of what no file says.
    static let nowhere = Origin(file: "", line: 1)
}

extension Origin: CustomStringConvertible {
    public var description: String { "\(file):\(line)" }
}

/// One configuration file as it was read: what it is for, its path, and its bytes.
///
/// The bytes may be anything at all; parsing them gives a `Config` or errors.
public struct ConfigSource: Sendable {
    /// What a file may say, and who wins when two of them name the same peer.
    public enum Role: Sendable {
        /// `intercomd.conf`: everything.
        case main
        /// `peers.d/*.conf` beside it: peers only.
        case peers
        /// `peers.d/*.conf` in the state directory, written by `intercomctl peer add`: peers
        /// only. A name that is also in one of the other two is passed over here.
        case learned
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
