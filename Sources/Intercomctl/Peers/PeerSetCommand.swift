internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering

/// `peer set NAME`: changes settings of a known peer; the others stay.
func setPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    let address = try invocation.address.map { (text) throws(Failure) in try peerAddress(text) }
    let psk = try readPSK(invocation)
    let hasPSK = psk != nil
    guard
        address != nil || hasPSK || invocation.suite != nil || invocation.gain != nil
            || invocation.revoked != nil
    else {
        throw Failure(.usage, "peer set needs --address, --suite, --gain, --revoked or --psk-file")
    }
    var book = try PeerBook(invocation)
    var (path, file) = try book.knownFile(of: name)
    if let revoked = invocation.revoked { try setRevoked(revoked, name, &file, book.paths) }
    if let address { file.set("address", to: address, of: name) }
    if hasPSK {
        file.set("psk", to: "file:\(PeerFiles.pskFile(of: name))", of: name)
        // With a secret from a person it is that person's peer, and no roster may erase it.
        if SitePeers.isOfSite(file.bytes) { file.set(writer: "intercomctl peer set") }
    }
    file.setOptions(of: name, invocation)
    try book.put(file, at: path)
    if let psk { try book.write(psk: psk, of: name) }
    try book.write(path)
    if hasPSK { _ = try book.removeStray(of: name) }
    var report = PeerReport(name: name)
    report.add("changed \(name)")
    if invocation.revoked == "no", (try? hasSiteKey(book.paths)) == true,
        let site = try? SiteBook.roster(book.paths), try !site.lists(book.peer(name))
    {
        report.add(
            "to have it in the site \(site.name) again: sudo intercomctl site add \(name)")
    }
    if invocation.suite != nil || hasPSK {
        report.add("the other station needs the same: sudo intercomctl peer set there, too")
    }
    return try report.reloadAndPrint(invocation)
}

/// Puts a peer out, or takes it back.
private func setRevoked(
    _ word: String, _ name: String, _ file: inout PeerFile, _ paths: Paths
) throws(Failure) {
    let isOut = file.value(of: "revoked", of: name) == "yes"
    guard word == "no" else {
        file.set("revoked", to: word, of: name)
        // A person does it, and not the site, which takes back only what it has put out.
        if !SitePeers.isOfSite(file.bytes) { file.set(writer: "intercomctl peer set") }
        return
    }
    file.remove("revoked", of: name)
    let key = file.value(of: "key", of: name).flatMap { PublicKey(text: $0) }
    let roster = try? SiteBook.roster(paths)
    guard isOut, key.flatMap({ roster?.station(with: $0) }) == nil else { return }
    // A person wants it, whatever its site says.
    file.set(writer: "intercomctl peer set")
}

extension PeerFile {
    /// The options of `add` and `set` that need no check.
    mutating func setOptions(of name: String, _ invocation: borrowing Invocation) {
        if let suite = invocation.suite { set("suite", to: suite, of: name) }
        if let gain = invocation.gain { set("gain", to: gain, of: name) }
    }
}

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
    return try report.reloadAndPrint(invocation)
}

extension String {
    /// People write digits in groups, with hyphens, too.
    var withoutHyphens: String { String(map { $0 == "-" ? " " : $0 }) }
}
