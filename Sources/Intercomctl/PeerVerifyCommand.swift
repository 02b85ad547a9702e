internal import Config
internal import Crypto
internal import HAL
internal import Settings

/// `peer verify NAME DIGITS`: what the peer's own station showed, compared with the key that this
/// station has of it.
func verifyPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = invocation.arguments[0]
    let config = try settings(of: ConfigFolder(invocation.configFolder))
    guard let peer = config.peers.first(where: { $0.name == name }) else {
        let known = config.peers.map { $0.name }
        let there = known.isEmpty ? "there is none" : "there are: \(known.joined(separator: ", "))"
        throw Failure(.failed, "no peer \(visible(name)); \(there)")
    }
    let typed = invocation.arguments.dropFirst().joined(separator: " ")
    guard let digits = Config.Peer.digits(in: typed) else {
        throw Failure(
            .usage,
            "DIGITS are the 24 that \"intercomctl key show --fingerprint\" prints on \(name)")
    }
    guard let key = PublicKey(text: peer.key), key.fingerprint == digits else {
        throw Failure(
            .failed,
            "those are NOT the digits of the key that this station has of \(name): have them read"
                + " out again; if they stay others, \(peer.keyOrigin) is another station's key")
    }
    if peer.verified != digits { try write(digits, of: peer, config.paths) }
    try printLine("\(name) is verified: its key is the one that its station has")
    try printLine("to show it: intercomctl reload")
    return .ok
}

private func settings(of folder: ConfigFolder) throws(Failure) -> Config {
    let sources: [ConfigSource]
    do throws(SystemError) { sources = try folder.sources() } catch { throw Failure(error) }
    do throws(ConfigError) {
        return try Config(sources, paths: folder.paths)
    } catch {
        throw Failure(.failed, "the configuration must be right first:\n\(error.description)")
    }
}

/// Into its file below its key, where `peer add` has written that file.
private func write(_ digits: String, of peer: Config.Peer, _ paths: Paths) throws(Failure) {
    let line = "verified = \(digits)"
    let path = peer.keyOrigin.file
    guard peer.isLearned else {
        throw Failure(
            .failed,
            "the digits are right, but \(peer.keyOrigin.file) is yours alone to write: below its"
                + " key add \(line)")
    }
    do throws(SystemError) {
        let text = String(
            decoding: try FileStore.read(path, limit: 128 * 1024), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if peer.verifiedOrigin == peer.origin {
            lines.insert(line, at: min(peer.keyOrigin.line, lines.count))
        } else {
            lines[peer.verifiedOrigin.line - 1] = line
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        try FileStore.write(bytes.span, to: path, mode: 0o640, ownerOf: paths.state)
    } catch { throw Failure(error) }
}
