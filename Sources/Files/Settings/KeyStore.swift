public import Config
public import Crypto
internal import HAL

/// The secrets of this station on disk: its identity, made at the first start, and psks of peers.
///
/// A file or folder that other users have rights on is refused, with the command that corrects it.
/// Such files cannot mislead root (`StateDirectory`). The secrets are read into memory that is
/// wiped.
public enum KeyStore {
    /// More than any key file may have, so that a file that is too long is noticed.
    private static let secretMax = 256

    /// Reads the identity key; makes and writes the key where it is missing, and then calls `made`.
    public static func identity(
        _ paths: Paths, made: () -> Void
    ) throws(StateError) -> Key {
        try checkFolder(paths)
        if let key = try readIdentity(paths) { return key }
        let key = Key.random()
        try write(IdentityFile.size, to: Paths.identityName, paths) {
            IdentityFile.write(key, into: &$0)
        }
        made()
        return key
    }

    /// Reads the key that messages to this station are sealed to.
    ///
    /// The key must match `known`. At the start `known` is nil, and a missing key is made.
    public static func messageKey(
        _ paths: Paths, known: RecordingPublicKey? = nil
    ) throws(StateError) -> RecordingKey {
        let path = "\(paths.keys)/\(Paths.messageKeyName)"
        try checkFolder(paths)
        do throws(StateError) {
            let key = try read(Paths.messageKeyName, paths, as: RecordingKey.parse)
            guard known == nil || key.publicKey == known else {
                throw StateError("\(path) is another key than at the daemon's start")
            }
            return key
        } catch { guard error.isAbsent, known == nil else { throw error } }
        let key = RecordingKey.random()
        try write(RecordingKey.fileSize, to: Paths.messageKeyName, paths) { key.write(into: &$0) }
        return key
    }

    /// Reads the secret half of a recording key from any file.
    public static func recordingKey(at path: String) throws(StateError) -> RecordingKey {
        try read(path, as: RecordingKey.parse) { (bytes) throws(SystemError) in
            try FileStore.readSecret(path, into: &bytes)
        }
    }

    /// Returns the public key of the identity; nil before the identity is made.
    public static func publicKey(_ paths: Paths) throws(StateError) -> PublicKey? {
        try checkFolder(paths)
        guard let key = try readIdentity(paths) else { return nil }
        return X25519.publicKey(of: key)
    }

    /// Reads a pre-shared key from any file.
    public static func psk(at path: String) throws(StateError) -> Key {
        try read(path, as: PSKFile.parse) { (bytes) throws(SystemError) in
            try FileStore.readSecret(path, into: &bytes)
        }
    }

    /// Refuses a folder of keys that other users may read or change.
    ///
    /// A missing folder, or one without access, passes: reading from it reports that.
    public static func checkFolder(_ paths: Paths) throws(StateError) {
        let status: FileStore.Status?
        do throws(SystemError) {
            status = try paths.directory.status(of: Paths.keysName)
        } catch {
            let error = StateError(error)
            guard error.isRefused else { throw error }
            return
        }
        if let status, status.mode & 0o077 != 0 {
            throw StateError(
                "look into \(paths.keys): others have rights on it: "
                    + FileStore.command("chmod 700", paths.keys, status.owner))
        }
    }

    /// Writes a pre-shared key as `file:NAME.psk`, for the owner of the state directory.
    public static func write(
        psk: borrowing Key, of name: String, _ paths: Paths
    ) throws(StateError) {
        try write(secret: psk, to: "\(name).psk", paths)
    }

    /// Writes 64 digits to a file of the folder of keys.
    static func write(
        secret: borrowing Key, to file: String, _ paths: Paths
    ) throws(StateError) {
        try checkFolder(paths)
        try write(PSKFile.size, to: file, paths) { PSKFile.write(secret, into: &$0) }
    }

    /// Writes a secret of this size to a file of the folder of keys; `text` fills it in.
    private static func write(
        _ size: Int, to file: String, _ paths: Paths, _ text: (inout MutableSpan<UInt8>) -> Void
    ) throws(StateError) {
        var secret = Secret(count: size)
        var bytes = secret.mutableBytes
        text(&bytes)
        do throws(SystemError) {
            try paths.directory.write(
                secret.bytes, to: "\(Paths.keysName)/\(file)", mode: 0o600)
        } catch { throw StateError(error) }
    }

    /// Removes the file that `write(psk:of:)` wrote.
    static func removePSK(of name: String, _ paths: Paths) throws(StateError) {
        try checkFolder(paths)
        do throws(SystemError) {
            try paths.directory.remove("\(Paths.keysName)/\(name).psk")
        } catch { throw StateError(error) }
    }

    /// Reads the pre-shared key of a peer; nil when the peer has none.
    public static func psk(
        of peer: Config.Peer, _ paths: Paths
    ) throws(StateError) -> Key? {
        switch peer.psk {
        case .none: return nil
        case .file(let name):
            try checkFolder(paths)
            do throws(StateError) {
                return try psk(named: name, paths)
            } catch {
                let place = "\(peer.pskOrigin): psk = file:\(name): "
                throw StateError(
                    error, before: place,
                    fix: error.isAbsent
                        ? "sudo intercomctl peer remove \(peer.name), then pair anew" : nil)
            }
        case .credential(let name):
            do throws(StateError) {
                return try read("credential \(name)", as: PSKFile.parse) {
                    (bytes) throws(SystemError) in
                    try FileStore.readCredential(name, into: &bytes)
                }
            } catch {
                throw StateError(error, before: "\(peer.pskOrigin): psk = cred:\(name): ")
            }
        }
    }

    /// Whether the folder of keys has this file; nil without the right to look.
    public static func hasPSK(named name: String, _ paths: Paths) throws(StateError) -> Bool? {
        try checkFolder(paths)
        do throws(SystemError) {
            return try paths.directory.status(of: "\(Paths.keysName)/\(name)") != nil
        } catch {
            let error = StateError(error)
            guard error.isRefused else { throw error }
            return nil
        }
    }

    /// Reads the pre-shared key in a file of the folder of keys.
    public static func psk(named name: String, _ paths: Paths) throws(StateError) -> Key {
        try checkFolder(paths)
        return try read(name, paths, as: PSKFile.parse)
    }

    /// Reads the identity; nil when there is none yet.
    ///
    /// A damaged file stays as it is, because its owner may be able to restore it.
    private static func readIdentity(_ paths: Paths) throws(StateError) -> Key? {
        do throws(StateError) {
            return try read(
                Paths.identityName, paths, as: IdentityFile.parse,
                advice: "; put a copy of it back, or remove it: then a new one is made, and every"
                    + " peer needs the new key")
        } catch {
            guard error.isAbsent else { throw error }
            return nil
        }
    }

    /// Reads the key in a file of the folder of keys.
    private static func read<Value: ~Copyable>(
        _ name: String, _ paths: Paths,
        as parse: (Span<UInt8>) throws(KeyFileError) -> Value, advice: String = ""
    ) throws(StateError) -> Value {
        try read("\(paths.keys)/\(name)", as: parse, advice: advice) {
            (bytes) throws(SystemError) in
            try paths.directory.readSecret("\(Paths.keysName)/\(name)", into: &bytes)
        }
    }

    /// Parses the key that `load` reads.
    private static func read<Value: ~Copyable>(
        _ path: String, as parse: (Span<UInt8>) throws(KeyFileError) -> Value,
        advice: String = "", _ load: (inout MutableSpan<UInt8>) throws(SystemError) -> Int
    ) throws(StateError) -> Value {
        var secret = Secret(count: secretMax)
        let count: Int
        do throws(SystemError) {
            var bytes = secret.mutableBytes
            count = try load(&bytes)
        } catch { throw StateError(error) }
        do throws(KeyFileError) {
            return try parse(secret.bytes.extracting(first: count))
        } catch { throw StateError("\(path) \(error)\(advice)") }
    }
}

/// The secret of a site.
extension KeyStore {
    /// Reads the secret of the site that this station introduces; nil where it introduces none.
    public static func siteKey(_ paths: Paths) throws(StateError) -> SigningKey? {
        guard try hasSiteKey(paths) != false else { return nil }
        guard let key = SigningKey(try psk(named: SiteFiles.keyName, paths)) else {
            throw StateError("\(SiteFiles.keyPath(paths)) holds no number of P-256")
        }
        return key
    }

    /// Whether the site's secret is there; nil without the right to look.
    public static func hasSiteKey(_ paths: Paths) throws(StateError) -> Bool? {
        try hasPSK(named: SiteFiles.keyName, paths)
    }

    /// Writes the site's secret.
    public static func write(
        siteKey: borrowing SigningKey, _ paths: Paths
    ) throws(StateError) {
        try write(secret: Key(copying: siteKey.bytes), to: SiteFiles.keyName, paths)
    }

    /// Removes the site's secret: this station no longer introduces.
    public static func removeSiteKey(_ paths: Paths) throws(StateError) {
        do throws(SystemError) {
            try paths.directory.remove("\(Paths.keysName)/\(SiteFiles.keyName)")
        } catch { throw StateError(error) }
    }
}
