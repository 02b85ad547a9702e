internal import Config
internal import Crypto
internal import Files
internal import Peering
internal import Report

/// `peer add NAME ADDRESS KEY`: adds a peer, or rewrites the address and key of a known peer.
func addPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    let address = try peerAddress(invocation.arguments[1])
    // Blanks may have split the key.
    let key = try pastedKey(invocation.arguments.dropFirst(2).joined())
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
        // A person wants this peer, whatever its site says.
        file.remove("revoked", of: name)
        file.set(writer: "intercomctl peer add")
    }
    try book.put(file, at: path)
    // The secret first: a peer file must never name a secret that does not exist.
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

/// Reads a typed key.
///
/// - Throws: the mistake in the key, and the command that prints a key.
func pastedKey(_ text: String) throws(Failure) -> PublicKey {
    switch PastedKey(text) {
    case .key(let key): return key
    case .wrong(let what):
        throw Failure("\(what); \"intercomctl key show\" on the other station prints its key")
    }
}

/// Returns the peer's present entry; refuses a name or key that would confuse two stations.
private func checkStation(
    _ name: String, _ key: PublicKey, in book: PeerBook, _ invocation: borrowing Invocation
) throws(Failure) -> Config.Peer? {
    let config = try book.config()
    if try ownKey(book.paths) == key {
        throw Failure(
            "that is this station's own key; if another station shows it, one's memory card was"
                + " copied from the other's: \(book.paths.keyAnew(on: "the copy"))"
        )
    }
    guard name != config.station.name else {
        throw Failure(
            "\(name) is this station's own name; call the peer something else: the name is for"
                + " this station alone")
    }
    for peer in config.peers {
        let isSameKey = PublicKey(text: peer.key) == key
        if isSameKey, peer.name != name {
            throw Failure(
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
            throw Failure("\(name) is already known with another key: \(peer.keyOrigin); \(way)")
        }
        guard peer.isLearned else {
            throw Failure("\(name) is already known, change it in \(peer.origin.file)")
        }
        return peer
    }
    return nil
}

/// Returns the pre-shared key that the peer keeps, as no new key is given.
///
/// A file with that name proves nothing: it may belong to a former station.
private func pskOfBefore(
    _ former: Config.Peer?, _ book: PeerBook
) throws(Failure) -> Config.Peer.PSK {
    guard let former, case .file = former.psk else { return former?.psk ?? .none }
    do throws(StateError) {
        _ = try KeyStore.psk(of: former, book.paths)
    } catch {
        throw Failure("\(error); pass the file again with --psk-file")
    }
    return former.psk
}

/// `peer replace NAME KEY|PEER`: puts a new station in the place of a dead one.
///
/// The name and everything that refers to it stay: channels, buttons, policy, notes. The key is
/// that of the new station. If a pairing has made the new station a peer under another name, its
/// address, pre-shared key and verified mark move, too, and that peer is removed.
func replacePeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    let book = try PeerBook(invocation)
    let typed = invocation.arguments[1]
    // An introducer may have no peer of that name. A word that is no key or name may be a secret.
    let paired = book.introduces ? nil : try? book.peer(typed).key
    let pasted = if case .key(let key) = PastedKey(paired ?? typed) { key.text } else { "KEY" }
    _ = try book.knownFile(of: name)
    try refuse(name, in: book, invocation) {
        "replace \($0) \(paired == nil && isName(typed) ? typed : pasted)"
    }
    return try replacePeer(name, by: typed, in: book, isAsking: true, invocation)
}

/// Replaces a peer by the owner of a typed key, or by the peer that a pairing has made of the new
/// box, or of the same box, erased.
func replacePeer(
    _ name: String, by typed: String, in book: PeerBook, isAsking: Bool,
    _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var book = book
    let former = try book.peer(name)
    let successor = try Successor.find(typed, of: former, in: book)
    try successor.checkIsGone(name, invocation)
    if isAsking, try !successor.isConfirmed(invocation, former) { return try printUnchanged() }
    return try successor.replace(name, in: &book, invocation)
}

/// The station that takes over the name of a peer.
struct Successor {
    let key: PublicKey
    /// The peer that a pairing has made of the station; nil if only a key was typed.
    let paired: (name: String, path: String, peer: Config.Peer)?

    /// Reads a key, or finds a peer; refuses a station that cannot replace `former`.
    static func find(
        _ typed: String, of former: Config.Peer, in book: PeerBook
    ) throws(Failure) -> Successor {
        switch PastedKey(typed) {
        case .key(let key):
            try check(key, of: former, in: book)
            let roster = try? SiteBook.roster(book.paths)
            if let station = roster?.station(with: key), station.name != former.name {
                throw Failure("that key is in the site already, as \(station.name)")
            }
            return Successor(key: key, paired: nil)
        // A word that is no name may be a secret, and is not repeated.
        case .wrong(let what) where !isName(typed):
            throw Failure("\(what); \"intercomctl key show\" on the new station prints its key")
        case .wrong: break
        }
        guard typed != former.name else {
            throw Failure("\(typed) cannot replace itself; give the new station's key or peer")
        }
        let peer = try book.peer(typed)
        let path = try book.knownFile(of: typed).path
        return Successor(key: try book.key(of: typed), paired: (typed, path, peer))
    }

    private static func check(
        _ key: PublicKey, of former: Config.Peer, in book: PeerBook
    ) throws(Failure) {
        guard try ownKey(book.paths) != key else {
            throw Failure("that is this station's own key (intercomctl key show, there)")
        }
        let other = try book.config().peers.first { PublicKey(text: $0.key) == key }
        guard let other else { return }
        guard other.name != former.name else {
            throw Failure(
                "\(other.name) has that key already; nothing is changed. If it is down here all"
                    + " the same: intercomctl peers, here and there; another box may have the"
                    + " address of one of the two, or a copy of its memory card")
        }
        throw Failure(
            "that key belongs to \(other.name); if that is the new \(former.name):"
                + " sudo intercomctl peer replace \(former.name) \(other.name)")
    }

    /// Refuses to replace a peer that is up; without a daemon, no peer is known to be up.
    func checkIsGone(_ name: String, _ invocation: borrowing Invocation) throws(Failure) {
        guard peerNow(name, invocation)?.state == .up else { return }
        throw Failure(
            "\(name) is up, and the station that is gone is named first: sudo intercomctl peer"
                + " replace \(paired?.name ?? "NAME") \(name); if \(name) is to go,"
                + " switch it off first, or: sudo intercomctl peer set \(name) --revoked yes")
    }

    /// Lets the station take over a name, and reports the next steps.
    func replace(
        _ name: String, in book: inout PeerBook, _ invocation: borrowing Invocation
    ) throws(Failure) -> ExitCode {
        try takePlace(of: name, in: &book)
        var report = PeerReport(
            name: name, former: paired?.name, fingerprint: key.fingerprint)
        report.add("replaced \(name); fingerprint: \(key.fingerprint)")
        report.add("the key of the former \(name) is no longer accepted")
        report.addDropped(to: name, invocation)
        if let paired {
            report.add("\(paired.name) is \(name) now")
        } else {
            report.add(
                "it has no pre-shared key here, so it must have none for this station either: pair"
                    + " the two (intercomctl pair), or give both the same one: sudo intercomctl"
                    + " peer set \(name) --psk-file FILE")
            report.add("compare it with \"intercomctl key show --fingerprint\" there;")
            report.add("if they match: sudo intercomctl peer verify \(name) DIGITS")
        }
        return try report.reloadAndPrint(invocation)
    }

    /// Lets the station take over a name, and writes the files.
    func takePlace(of name: String, in book: inout PeerBook) throws(Failure) {
        if let paired {
            var (path, file) = try book.knownFile(of: paired.name)
            file.remove(paired.name)
            try book.put(file.isEmpty ? nil : file, at: path)
        }
        // Read only now: both peers may be in one file.
        var (path, file) = try book.knownFile(of: name)
        let psk = try psk(book)
        // The peer is a person's now, even if a site has brought its predecessor.
        file.set(writer: "intercomctl peer replace")
        file.set("key", to: key.text, of: name)
        set(&file, of: name, hasOwnSecret: psk != nil)
        try book.put(file, at: path)
        // The secret first, as with `peer add`. The paired peer is removed before this file is
        // written: two peers with one key would keep the daemon from starting.
        if let psk { try book.write(psk: psk, of: name) }
        if let paired { try book.write(paired.path) }
        try book.write(path)
        _ = try book.removeStray(of: name)
        if let paired { _ = try book.removeStray(of: paired.name) }
    }

    /// Asks a person to confirm the replacement.
    func isConfirmed(
        _ invocation: borrowing Invocation, _ former: Config.Peer
    ) throws(Failure) -> Bool {
        let old = PublicKey(text: former.key)?.fingerprint ?? "wrong"
        let dropped = PeerReport.dropped(to: former.name, invocation)
        return try isMeant(
            "Replace it",
            because: "\(former.name) so far: \(old)\n\(former.name) then:   \(key.fingerprint)\n"
                + "the new \(former.name) gets all its rights (intercomctl peer show"
                + " \(former.name))" + (dropped.map { "; dropped with the former: \($0)" } ?? ""),
            invocation)
    }

    /// Returns the pre-shared key to write under the remaining name; nil if there is none.
    private func psk(_ book: PeerBook) throws(Failure) -> Key? {
        guard let paired,
            PeerFiles.secrets(of: paired.name).contains(where: {
                paired.peer.psk == .file(PeerFiles.pskFile(of: $0))
            })
        else { return nil }
        return try attempt { () throws(StateError) in
            try KeyStore.psk(of: paired.peer, book.paths)
        }
    }

    /// Sets the other settings that belong to the station rather than to the name.
    private func set(_ file: inout PeerFile, of name: String, hasOwnSecret: Bool) {
        for setting in ["psk", "verified", "revoked"] { file.remove(setting, of: name) }
        guard let peer = paired?.peer else { return }
        let addresses = peer.addresses.map { $0.description }.joined(separator: ", ")
        file.set("address", to: addresses, of: name)
        file.set("suite", to: peer.suite.map { "\($0)" } ?? "auto", of: name)
        if !peer.verified.isEmpty { file.set("verified", to: peer.verified, of: name) }
        switch peer.psk {
        case .none: break
        case .file(let own):
            let kept = hasOwnSecret ? PeerFiles.pskFile(of: name) : own
            file.set("psk", to: "file:\(kept)", of: name)
        case .credential(let own): file.set("psk", to: "cred:\(own)", of: name)
        }
    }
}
