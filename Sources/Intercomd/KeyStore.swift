internal import Config
internal import Crypto
internal import HAL

/// The secrets of this station on disk: its identity, made at the first start, and peers' psks.
///
/// Files with rights for anyone else are refused, with the command that mends it. What is read
/// lies in wiped memory only.
enum KeyStore {
    /// Longer than any key file may be, so that one that is too long is seen to be.
    private static let secretMax = 256

    /// Why the keys cannot be used, in words for the person who must act.
    struct Failure: Error {
        let text: String
    }

    /// The identity key: read, or made and written when there is none yet.
    static func identity(_ paths: Paths) throws(Failure) -> Key {
        do throws(SystemError) {
            try FileStore.makeDirectory(paths.state, mode: 0o750)
            try FileStore.makeDirectory(paths.keys, mode: 0o700)
            if try FileStore.status(of: paths.identity) == nil {
                let key = try make(paths.identity)
                Log.notice("made this station's identity key, \(paths.identity)")
                return key
            }
        } catch { throw Failure(text: error.description) }
        return try read(paths.identity, as: IdentityFile.parse)
    }

    private static func make(_ path: String) throws(SystemError) -> Key {
        let key = Key.random()
        var text = Secret(count: IdentityFile.size)
        var bytes = text.mutableBytes
        IdentityFile.write(key, into: &bytes)
        try FileStore.write(text.bytes, to: path, mode: 0o600)
        return key
    }

    /// A peer's pre-shared key; nil when it was paired without one.
    static func psk(of peer: Config.Peer, _ paths: Paths) throws(Failure) -> Key? {
        switch peer.psk {
        case .none: return nil
        case .file(let name): return try read("\(paths.keys)/\(name)", as: PSKFile.parse)
        case .credential(let name): return try readCredential(name, of: peer)
        }
    }

    private static func readCredential(
        _ name: String, of peer: Config.Peer
    ) throws(Failure) -> Key {
        var secret = Secret(count: secretMax)
        let count: Int
        do throws(SystemError) {
            var bytes = secret.mutableBytes
            count = try FileStore.readCredential(name, into: &bytes)
        } catch { throw Failure(text: "\(peer.pskOrigin): psk = cred:\(name): \(error)") }
        do throws(KeyFileError) {
            return try PSKFile.parse(secret.bytes.extracting(first: count))
        } catch { throw Failure(text: "credential \(name) \(error)") }
    }

    private static func read(
        _ path: String, as parse: (Span<UInt8>) throws(KeyFileError) -> Key
    ) throws(Failure) -> Key {
        var secret = Secret(count: secretMax)
        let count: Int
        do throws(SystemError) {
            var bytes = secret.mutableBytes
            count = try FileStore.readSecret(path, into: &bytes)
        } catch { throw Failure(text: error.description) }
        do throws(KeyFileError) {
            return try parse(secret.bytes.extracting(first: count))
        } catch { throw Failure(text: "\(path) \(error)") }
    }
}
