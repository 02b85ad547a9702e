internal import Config
internal import Control
internal import Crypto
internal import HAL

/// `key show`: the public key, from the daemon or, without it, from the identity file.
func showKey(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let key = try publicKey(invocation)
    if invocation.isJSON {
        printLine(key.json)
    } else {
        printLine(invocation.isFingerprint ? visible(key.fingerprint) : visible(key.key))
    }
    return .ok
}

private func publicKey(
    _ invocation: borrowing Invocation
) throws(Failure) -> Reply.PublicKeyText {
    do throws(Failure) {
        var daemon = try Daemon(invocation)
        guard case .key(let key) = try daemon.ask(.key) else { throw misfit() }
        return key
    } catch {
        guard error.code == .notRunning else { throw error }
        guard let key = try identity(at: ConfigFolder(invocation).paths.identity) else {
            throw Failure(
                .notRunning,
                "\(error.text) and has made no identity yet: start it once, then ask again")
        }
        var reply = Reply.PublicKeyText()
        reply.key = key.text
        reply.fingerprint = key.fingerprint
        return reply
    }
}

/// The station's own public key, out of its secret one; nil when there is no file yet.
func identity(at path: String) throws(Failure) -> PublicKey? {
    do throws(SystemError) {
        guard try FileStore.status(of: path) != nil else { return nil }
    } catch {
        throw Failure(error)
    }
    let secret: Key = try readSecret(path) { text throws(KeyFileError) in
        try IdentityFile.parse(text)
    }
    return X25519.publicKey(of: secret)
}

/// Reads a key file without leaving a copy of it in memory.
func readSecret(
    _ path: String, _ parse: (Span<UInt8>) throws(KeyFileError) -> Key
) throws(Failure) -> Key {
    var text = InlineArray<128, UInt8>(repeating: 0)
    var bytes = text.mutableSpan
    // What the kernel writes over it, no compiler takes for a useless store.
    defer { Random.fill(&bytes) }
    let count: Int
    do throws(SystemError) {
        count = try FileStore.readSecret(path, into: &bytes)
    } catch {
        throw Failure(error)
    }
    do throws(KeyFileError) {
        return try parse(bytes.span.extracting(first: count))
    } catch {
        throw Failure(.failed, "\(path) \(error.description)")
    }
}
