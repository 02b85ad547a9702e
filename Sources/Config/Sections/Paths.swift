/// `[paths]`: the directories of the station.
public struct Paths: Equatable, Sendable {
    /// The directory of keys, added peers, history and state.
    public internal(set) var state = "/var/lib/intercomd"
    /// The directory of the control socket.
    public internal(set) var runtime = "/run/intercomd"

    /// The directory of the secret keys: it has mode 0700, its files 0600.
    public var keys: String { "\(state)/\(Self.keysName)" }
    /// The directory of voice messages, which are sealed.
    public var messages: String { "\(state)/\(Self.messagesName)" }
    /// The directory of recordings, which are sealed.
    public var recordings: String { "\(state)/\(Self.recordingsName)" }
    /// The station's own secret key.
    public var identity: String { "\(keys)/\(Self.identityName)" }
    /// The directory of peers added by `intercomctl peer add`.
    public var learnedPeers: String { "\(state)/\(Self.learnedPeersName)" }
    public var controlSocket: String { "\(runtime)/control.sock" }

    // The names of these files and folders in their directories.
    public static let keysName = "keys"
    public static let identityName = "identity"
    /// The secret half of the key to which messages to this station are sealed.
    public static let messageKeyName = "messages"
    /// The folder of voice messages.
    public static let messagesName = "messages"
    /// The folder of recordings.
    public static let recordingsName = "recordings"
    public static let learnedPeersName = "peers.d"
    public static let savedStateName = "state"

    /// The default directories.
    public init() {}

    /// Takes the directories of the service manager, or the defaults.
    ///
    /// - Parameters:
    ///   - stateDirectory: the value of `STATE_DIRECTORY`; of a list with colons the first one.
    ///   - runtimeDirectory: the value of `RUNTIME_DIRECTORY`, likewise.
    public init(stateDirectory: String?, runtimeDirectory: String?) {
        if let first = Self.first(of: stateDirectory) { state = first }
        if let first = Self.first(of: runtimeDirectory) { runtime = first }
    }

    private static func first(of list: String?) -> String? {
        guard let list, let first = list.split(separator: ":").first,
            first.utf8.first == UInt8(ascii: "/")
        else { return nil }
        return withoutTrailingSlash(String(first))
    }

    static func withoutTrailingSlash(_ path: String) -> String {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        return path
    }
}

extension Paths: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("state", .wholePath(limit: 1024), { $0.state }, { $0.state = $1 }),
            // A socket's address holds 107 bytes, of which 13 are "/control.sock".
            Setting("runtime", .wholePath(limit: 94), { $0.runtime }, { $0.runtime = $1 }),
        ]
    }
}
