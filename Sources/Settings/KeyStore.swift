public import Config
public import Crypto
internal import HAL

/// The secrets of this station on disk: its identity, made at the first start, and psks of peers.
///
/// A file or a folder that others have rights on is refused, with the command that corrects it. The
/// secrets are read into memory that is wiped.
public enum KeyStore {
    /// More than any key file may have, so that one that is too long is noticed.
    private static let secretMax = 256

    /// Reads the identity key; makes and writes it when there is none yet, and then calls `made`.
    public static func identity(
        _ paths: Paths, made: () -> Void
    ) throws(KeyStoreError) -> Key {
        do throws(SystemError) {
            try FileStore.makeDirectory(paths.state, mode: 0o750)
            try FileStore.makeDirectory(paths.keys, mode: 0o700)
        } catch { throw KeyStoreError(error) }
        try checkFolder(paths)
        do throws(SystemError) {
            if try FileStore.status(of: paths.identity) == nil {
                let key = try make(paths.identity)
                made()
                return key
            }
        } catch { throw KeyStoreError(error) }
        return try readIdentity(paths)
    }

    /// The public key of the identity; nil when it has not been made yet.
    public static func publicKey(_ paths: Paths) throws(KeyStoreError) -> PublicKey? {
        try checkFolder(paths)
        do throws(SystemError) {
            guard try FileStore.status(of: paths.identity) != nil else { return nil }
        } catch { throw KeyStoreError(error) }
        return X25519.publicKey(of: try readIdentity(paths))
    }

    /// Reads a pre-shared key from any file.
    public static func psk(at path: String) throws(KeyStoreError) -> Key {
        try read(path, as: parsePSK)
    }

    /// Refuses a folder of keys that anyone but its owner may look into or change.
    ///
    /// A missing folder, or one without access, passes: reading from it reports that.
    public static func checkFolder(_ paths: Paths) throws(KeyStoreError) {
        guard let status = (try? FileStore.status(of: paths.keys)) ?? nil,
            status.mode & 0o077 != 0
        else { return }
        throw KeyStoreError(
            "look into \(paths.keys): others have rights on it: chmod 700 \(paths.keys)")
    }

    /// Writes a pre-shared key as `file:NAME.psk`, for the owner of the state directory.
    public static func write(
        psk: borrowing Key, of name: String, _ paths: Paths
    ) throws(KeyStoreError) {
        do throws(SystemError) {
            try FileStore.makeDirectory(paths.keys, mode: 0o700, ownerOf: paths.state)
        } catch { throw KeyStoreError(error) }
        try checkFolder(paths)
        var text = Secret(count: PSKFile.size)
        var bytes = text.mutableBytes
        PSKFile.write(psk, into: &bytes)
        let path = "\(paths.keys)/\(name).psk"
        do throws(SystemError) {
            try FileStore.write(text.bytes, to: path, mode: 0o600, ownerOf: paths.state)
        } catch { throw KeyStoreError(error) }
    }

    private static func make(_ path: String) throws(SystemError) -> Key {
        let key = Key.random()
        var text = Secret(count: IdentityFile.size)
        var bytes = text.mutableBytes
        IdentityFile.write(key, into: &bytes)
        try FileStore.write(text.bytes, to: path, mode: 0o600)
        return key
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
                return try psk(at: "\(paths.keys)/\(name)")
            } catch { throw KeyStoreError("\(peer.pskOrigin): psk = file:\(name): \(error)") }
        case .credential(let name): return try readCredential(name, of: peer)
        }
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

    private static func read(
        _ path: String, as parse: (Span<UInt8>) throws(KeyFileError) -> Key,
        advising advice: (String) -> String = { $0 }
    ) throws(KeyStoreError) -> Key {
        var secret = Secret(count: secretMax)
        let count: Int
        do throws(SystemError) {
            var bytes = secret.mutableBytes
            count = try FileStore.readSecret(path, into: &bytes)
        } catch { throw KeyStoreError(error) }
        do throws(KeyFileError) {
            return try parse(secret.bytes.extracting(first: count))
        } catch { throw KeyStoreError(advice("\(path) \(error)")) }
    }

    /// A damaged file stays as it is, because its owner may be able to restore it.
    private static func readIdentity(_ paths: Paths) throws(KeyStoreError) -> Key {
        try read(paths.identity, as: parseIdentity) { complaint in
            "\(complaint); put a copy of it back, or remove it: then a new one is made, and every "
                + "peer needs the new key"
        }
    }

    private static func parseIdentity(_ text: Span<UInt8>) throws(KeyFileError) -> Key {
        try IdentityFile.parse(text)
    }

    private static func parsePSK(_ text: Span<UInt8>) throws(KeyFileError) -> Key {
        try PSKFile.parse(text)
    }
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

    init(_ error: SystemError) {
        description = error.description
        isRefused = error.errno == SystemError.noPermission && error.advice.isEmpty
    }
}
