public import Config
public import Crypto
internal import HAL

/// The secrets of this station on disk: its identity, made at the first start, and psks of peers.
///
/// A file or a folder that others have rights on is refused, with the command that corrects it.
/// Root is led nowhere by them (`StateDirectory`). The secrets are read into memory that is wiped.
public enum KeyStore {
    /// More than any key file may have, so that one that is too long is noticed.
    private static let secretMax = 256

    /// Reads the identity key; makes and writes it when there is none yet, and then calls `made`.
    public static func identity(
        _ paths: Paths, made: () -> Void
    ) throws(KeyStoreError) -> Key {
        try checkFolder(paths)
        if let key = try readIdentity(paths) { return key }
        do throws(SystemError) {
            let key = try makeIdentity(paths)
            made()
            return key
        } catch { throw KeyStoreError(error) }
    }

    /// Reads the key that messages to this station are sealed to.
    ///
    /// It must be the one that is `known`; at the start none is, and it is made where there is none
    /// yet.
    public static func messageKey(
        _ paths: Paths, known: RecordingPublicKey? = nil
    ) throws(KeyStoreError) -> RecordingKey {
        let name = "\(Paths.keysName)/\(Paths.messageKeyName)"
        try checkFolder(paths)
        do throws(SystemError) {
            if known == nil, try paths.directory.status(of: name) == nil {
                var made = Secret(count: RecordingKey.fileSize)
                var bytes = made.mutableBytes
                RecordingKey.random().write(into: &bytes)
                try paths.directory.write(made.bytes, to: name, mode: 0o600)
            }
        } catch { throw KeyStoreError(error) }
        let path = "\(paths.state)/\(name)"
        let key = try read(path, as: RecordingKey.parse) { (bytes) throws(SystemError) in
            try paths.directory.readSecret(name, into: &bytes)
        }
        guard let key else { throw missing(path) }
        guard known == nil || key.publicKey == known else {
            throw KeyStoreError("\(path) is another key than at the daemon's start")
        }
        return key
    }

    /// The secret half of a recording key, from any file.
    public static func recordingKey(at path: String) throws(KeyStoreError) -> RecordingKey {
        let key = try read(path, as: RecordingKey.parse) { (bytes) throws(SystemError) in
            try FileStore.readSecret(path, into: &bytes)
        }
        guard let key else { throw missing(path) }
        return key
    }

    /// The public key of the identity; nil when it has not been made yet.
    public static func publicKey(_ paths: Paths) throws(KeyStoreError) -> PublicKey? {
        try checkFolder(paths)
        guard let key = try readIdentity(paths) else { return nil }
        return X25519.publicKey(of: key)
    }

    /// Reads a pre-shared key from any file.
    public static func psk(at path: String) throws(KeyStoreError) -> Key {
        let key = try read(path, as: PSKFile.parse) { (bytes) throws(SystemError) in
            try FileStore.readSecret(path, into: &bytes)
        }
        guard let key else { throw missing(path) }
        return key
    }

    /// Refuses a folder of keys that anyone but its owner may look into or change.
    ///
    /// A missing folder, or one without access, passes: reading from it reports that.
    public static func checkFolder(_ paths: Paths) throws(KeyStoreError) {
        let mode: UInt32?
        do throws(SystemError) {
            mode = try paths.directory.status(of: Paths.keysName)?.mode
        } catch {
            let error = KeyStoreError(error)
            guard error.isRefused else { throw error }
            return
        }
        guard (mode ?? 0) & 0o077 == 0 else {
            throw KeyStoreError(
                "look into \(paths.keys): others have rights on it: chmod 700 \(paths.keys)")
        }
    }

    /// Writes a pre-shared key as `file:NAME.psk`, for the owner of the state directory.
    public static func write(
        psk: borrowing Key, of name: String, _ paths: Paths
    ) throws(KeyStoreError) {
        try write(secret: psk, to: "\(name).psk", paths)
    }

    /// Writes 64 digits to a file of the folder of keys.
    static func write(
        secret: borrowing Key, to file: String, _ paths: Paths
    ) throws(KeyStoreError) {
        try checkFolder(paths)
        var text = Secret(count: PSKFile.size)
        var bytes = text.mutableBytes
        PSKFile.write(secret, into: &bytes)
        do throws(SystemError) {
            try paths.directory.write(
                text.bytes, to: "\(Paths.keysName)/\(file)", mode: 0o600)
        } catch { throw KeyStoreError(error) }
    }

    /// Removes what `write(psk:of:)` wrote.
    static func removePSK(of name: String, _ paths: Paths) throws(KeyStoreError) {
        try checkFolder(paths)
        do throws(SystemError) {
            try paths.directory.remove("\(Paths.keysName)/\(name).psk")
        } catch { throw KeyStoreError(error) }
    }

    /// The pre-shared key of a peer; nil when it has none.
    public static func psk(
        of peer: Config.Peer, _ paths: Paths
    ) throws(KeyStoreError) -> Key? {
        switch peer.psk {
        case .none: return nil
        case .file(let name):
            try checkFolder(paths)
            do throws(KeyStoreError) {
                return try psk(named: name, paths)
            } catch {
                throw KeyStoreError(error, before: "\(peer.pskOrigin): psk = file:\(name): ")
            }
        case .credential(let name): return try readCredential(name, of: peer)
        }
    }

    /// Whether the folder of keys has this file; nil without the right to look.
    public static func hasPSK(named name: String, _ paths: Paths) throws(KeyStoreError) -> Bool? {
        try checkFolder(paths)
        do throws(SystemError) {
            return try paths.directory.status(of: "\(Paths.keysName)/\(name)") != nil
        } catch {
            let error = KeyStoreError(error)
            guard error.isRefused else { throw error }
            return nil
        }
    }

    /// The pre-shared key in a file of the folder of keys.
    public static func psk(named name: String, _ paths: Paths) throws(KeyStoreError) -> Key {
        let path = "\(paths.keys)/\(name)"
        try checkFolder(paths)
        let key = try read(path, as: PSKFile.parse) { (bytes) throws(SystemError) in
            try paths.directory.readSecret("\(Paths.keysName)/\(name)", into: &bytes)
        }
        guard let key else { throw missing(path) }
        return key
    }

    private static func missing(_ path: String) -> KeyStoreError {
        KeyStoreError(SystemError(operation: "open \(path)", errno: SystemError.noSuchFile))
    }

    private static func makeIdentity(_ paths: Paths) throws(SystemError) -> Key {
        let key = Key.random()
        var text = Secret(count: IdentityFile.size)
        var bytes = text.mutableBytes
        IdentityFile.write(key, into: &bytes)
        try paths.directory.write(text.bytes, to: identityName, mode: 0o600)
        return key
    }

    private static func readCredential(
        _ name: String, of peer: Config.Peer
    ) throws(KeyStoreError) -> Key {
        var secret = Secret(count: secretMax)
        let count: Int
        do throws(SystemError) {
            var bytes = secret.mutableBytes
            count = try FileStore.readCredential(name, into: &bytes)
        } catch { throw KeyStoreError("\(peer.pskOrigin): psk = cred:\(name): \(error)") }
        do throws(KeyFileError) {
            return try PSKFile.parse(secret.bytes.extracting(first: count))
        } catch { throw KeyStoreError("\(peer.pskOrigin): credential \(name) \(error)") }
    }

    /// The key in a file, which `load` reads; nil when there is no such file.
    private static func read<Value: ~Copyable>(
        _ path: String, as parse: (Span<UInt8>) throws(KeyFileError) -> Value,
        advising advice: (String) -> String = { $0 },
        _ load: (inout MutableSpan<UInt8>) throws(SystemError) -> Int
    ) throws(KeyStoreError) -> Value? {
        var secret = Secret(count: secretMax)
        let count: Int
        do throws(SystemError) {
            var bytes = secret.mutableBytes
            count = try load(&bytes)
        } catch {
            if error.errno == SystemError.noSuchFile { return nil }
            throw KeyStoreError(error)
        }
        do throws(KeyFileError) {
            return try parse(secret.bytes.extracting(first: count))
        } catch { throw KeyStoreError(advice("\(path) \(error)")) }
    }

    /// The identity; nil when there is none yet.
    ///
    /// A damaged file stays as it is, because its owner may be able to restore it.
    private static func readIdentity(_ paths: Paths) throws(KeyStoreError) -> Key? {
        try read(
            paths.identity, as: IdentityFile.parse,
            advising: { complaint in
                "\(complaint); put a copy of it back, or remove it: then a new one is made, and"
                    + " every peer needs the new key"
            }
        ) { (bytes) throws(SystemError) in
            try paths.directory.readSecret(identityName, into: &bytes)
        }
    }

    private static let identityName = "\(Paths.keysName)/\(Paths.identityName)"
}

/// Why a key cannot be used, for the person who must act.
public struct KeyStoreError: Error, Equatable, CustomStringConvertible {
    public let description: String
    /// Whether the user of the process has no right to the file; another user may have it.
    public let isRefused: Bool

    init(_ description: String) {
        self.description = description
        isRefused = false
    }

    /// The same error, with the place that it concerns.
    init(_ error: KeyStoreError, before place: String) {
        description = place + error.description
        isRefused = error.isRefused
    }

    init(_ error: SystemError) {
        description = error.description
        isRefused = error.errno == SystemError.noPermission && error.advice.isEmpty
    }
}
