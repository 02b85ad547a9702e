internal import Config
internal import Crypto
internal import HAL

/// `peer verify NAME DIGITS`: compares the digits with the peer's key, and records the match.
func verifyPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    let typed = invocation.arguments.dropFirst().joined(separator: " ")
    guard let digits = Config.Peer.digits(in: typed.withoutHyphens) else {
        let count = typed.utf8.count { (48...57).contains($0) }
        throw Failure(
            .usage,
            (count == 24 || count == 0 ? "" : "these are \(plural(count, "digit")); ")
                + "DIGITS are the 24 that \"intercomctl key show --fingerprint\" prints on \(name)")
    }
    var book = try PeerBook(invocation)
    let peer = try book.peer(name)
    guard let key = PublicKey(text: peer.key), key.fingerprint == digits else {
        throw Failure(
            .failed,
            "these digits do NOT fit the key that this station has for \(name): have them read out"
                + " again; if they still differ, \(peer.keyOrigin) holds another station's key")
    }
    guard peer.isLearned else {
        throw Failure(
            .failed,
            "the digits are right, but this command never writes \(peer.keyOrigin.file): add"
                + " this line below the key there: verified = \(digits)")
    }
    if peer.verified != digits {
        var (path, file) = try book.knownFile(of: name)
        file.set("verified", to: digits, of: name)
        try book.put(file, at: path)
        try book.write(path)
    }
    var report = PeerReport(name: name, fingerprint: digits)
    report.add("\(name) is verified")
    return try report.finish(invocation)
}

extension String {
    /// People write digits in groups, with hyphens, too.
    fileprivate var withoutHyphens: String { String(map { $0 == "-" ? " " : $0 }) }
}
