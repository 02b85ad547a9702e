internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Report

/// `peer add NAME ADDRESS KEY`: adds a peer, or rewrites address and key of a known one.
func addPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    let (address, key) = try addressAndKey(Array(invocation.arguments.dropFirst()))
    let psk = try readPSK(invocation)
    var book = try PeerBook(invocation)
    let former = try checkStation(name, key, in: book, invocation)
    let before = psk == nil ? try pskOfBefore(former, book) : .none

    var (path, file) = book.file(of: name) ?? book.newFile(of: name)
    file.set("address", to: address, of: name)
    file.set("key", to: key.text, of: name)
    if psk != nil { file.set("psk", to: "file:\(PeerFiles.pskFile(of: name))", of: name) }
    file.setOptions(of: name, invocation)
    if former?.isRevoked == true {
        // A person wants it, whatever its site says.
        file.remove("revoked", of: name)
        file.set(writer: "intercomctl peer add")
    }
    try book.put(file, at: path)
    // The secret first: a peer file must never name one that is not there.
    if let psk { try book.write(psk: psk, of: name) }
    try book.write(path)
    let hasRemoved = try book.removeStray(of: name)

    var report = PeerReport(name: name, fingerprint: key.fingerprint)
    report.add("\(former == nil ? "added" : "changed") \(name); fingerprint: \(key.fingerprint)")
    if before != .none { report.add("its pre-shared key stays as it was") }
    if hasRemoved { report.add("a pre-shared key left from a former \(name) is removed") }
    if former?.isVerified != true {
        report.add("compare it with \"intercomctl key show --fingerprint\" on \(name);")
        report.add("if they match: sudo intercomctl peer verify \(name) DIGITS")
    }
    return try report.reloadAndPrint(invocation)
}

/// The address and the key as typed, in this order or the other; blanks may have cut the key.
private func addressAndKey(
    _ words: [String]
) throws(Failure) -> (address: String, key: PublicKey) {
    if case .key(let key) = PastedKey(words.dropLast().joined()) {
        return (try peerAddress(words[words.count - 1]), key)
    }
    return (try peerAddress(words[0]), try pastedKey(words.dropFirst().joined()))
}

/// A key as typed.
///
/// - Throws: the mistake in it, and where a key can be had.
func pastedKey(_ text: String) throws(Failure) -> PublicKey {
    switch PastedKey(text) {
    case .key(let key): return key
    case .wrong(let what):
        throw Failure(
            .failed, "\(what); \"intercomctl key show\" on the other station prints its key")
    }
}

/// The peer's entry so far; refuses a name or key that would confuse two stations.
private func checkStation(
    _ name: String, _ key: PublicKey, in book: PeerBook, _ invocation: borrowing Invocation
) throws(Failure) -> Config.Peer? {
    let config = try book.config()
    if try ownKey(book.paths) == key {
        throw Failure(
            .failed,
            "that is this station's own key; if another station shows it, one's memory card was"
                + " copied from the other's: \(book.paths.keyAnew(on: "the copy"))"
        )
    }
    guard name != config.station.name else {
        throw Failure(
            .failed,
            "\(name) is this station's own name; call the peer something else: the name is for"
                + " this station alone")
    }
    for peer in config.peers {
        let isSameKey = PublicKey(text: peer.key) == key
        if isSameKey, peer.name != name {
            throw Failure(
                .failed,
                "that key is already known as \(peer.name): \(peer.origin)"
                    + (peer.isLearned ? " (intercomctl peer rename)" : ""))
        }
        guard peer.name == name else { continue }
        guard isSameKey else {
            if peer.isLearned {
                try refuse(name, in: book, invocation) { "replace \($0) \(key.text)" }
            }
            let way =
                peer.isLearned
                ? "if its station was replaced: sudo intercomctl peer replace \(name) \(key.text)"
                : "remove it there if its station was replaced"
            throw Failure(
                .failed, "\(name) is already known with another key: \(peer.keyOrigin); \(way)")
        }
        guard peer.isLearned else {
            throw Failure(.failed, "\(name) is already known, change it in \(peer.origin.file)")
        }
        return peer
    }
    return nil
}

/// The pre-shared key that stays, as no new one is given.
///
/// A file of that name alone proves nothing: it may belong to a former station.
private func pskOfBefore(
    _ former: Config.Peer?, _ book: PeerBook
) throws(Failure) -> Config.Peer.PSK {
    guard let former, case .file = former.psk else { return former?.psk ?? .none }
    do throws(KeyStoreError) {
        _ = try KeyStore.psk(of: former, book.paths)
    } catch {
        throw Failure(.failed, "\(error); pass the file again with --psk-file")
    }
    return former.psk
}
