internal import Config
internal import Crypto
internal import Files
internal import Report

/// `key show`: the public key, from the daemon or, without it, from the identity file.
func showPublicKey(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let key = try publicKey(invocation)
    if invocation.isJSON {
        try printLine(key.json)
    } else {
        try printLine(invocation.isFingerprint ? key.fingerprint.visible : key.key.visible)
    }
    return .ok
}

private func publicKey(
    _ invocation: borrowing Invocation
) throws(Failure) -> Reply.PublicKeyText {
    do throws(Failure) {
        var daemon = try Daemon(invocation)
        guard case .key(let key) = try daemon.ask(.key) else { throw Failure.misfit }
        return key
    } catch {
        guard error.code == .notRunning else { throw error }
        let paths = ConfigFolder(invocation.configFolder).paths
        guard let key = try ownKey(paths) else {
            throw Failure(
                .notRunning,
                "this station has no identity yet and intercomd, which makes it, is not running:"
                    + " start it once (sudo systemctl start intercomd), then ask again")
        }
        var reply = Reply.PublicKeyText()
        reply.key = key.text
        reply.fingerprint = key.fingerprint
        return reply
    }
}

/// The station's own public key, from its identity file; nil when there is none yet.
func ownKey(_ paths: Paths) throws(Failure) -> PublicKey? {
    do throws(KeyStoreError) {
        return try KeyStore.publicKey(paths)
    } catch {
        throw Failure(error)
    }
}
