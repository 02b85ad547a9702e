internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report

/// Advice for a station without peers.
let peerFix = "; add one: intercomctl pair, or sudo intercomctl peer add NAME ADDRESS KEY"

/// `peer list`: lists the peers in the files, whether the daemon runs or not.
func listPeers(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let book = try PeerBook(invocation)
    let config = try book.config()
    let peers = config.otherPeers
    // `site list` reports a damaged roster.
    let site = try? SiteBook.roster(book.paths)
    let table = Table(["PEER", "ADDRESS", "PSK", "VERIFIED", "FINGERPRINT"], peers) { peer in
        peer.row(verified: site?.station(withKey: peer.key) == nil ? "no" : "site")
    }
    try printResult(
        JSON.result("peers", peers) { $0.json }, peers.isEmpty ? "no peers\(peerFix)" : table.text,
        invocation, isFolded: peers.isEmpty)
    return .ok
}

/// Returns the line for a daemon without peers; `fix` is added if the files have none either.
func noPeers(_ invocation: borrowing Invocation, fix: String = "") -> String {
    let written = try? readConfig(ConfigFolder(invocation.configFolder)).otherPeers.count
    guard let written, written > 0 else { return "no peers\(fix)" }
    let count = plural(written, "peer")
    return "no peers yet; the files have \(count): intercomctl reload applies them"
}

/// `peer remove NAME`: removes a peer and its pre-shared key; refuses a station of the site.
func removePeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    var book = try PeerBook(invocation)
    var (path, file) = try book.knownFile(of: name)
    var report = PeerReport(name: name)
    let isOut = file.value(of: "revoked", of: name) == "yes"
    let orIt = book.introduces ? "" : ", or if \(name) itself introduces"
    let alone =
        isOut
        ? "it is put out here already"
        : "for this station alone\(orIt): sudo intercomctl peer set \(name) --revoked yes"
    try refuse(name, in: book, orAlone: alone, invocation) { "remove \($0)" }
    // With a damaged roster, `refuse` has not noticed a station of the site.
    if SitePeers.isOfSite(file.bytes) {
        do throws(Failure) { _ = try SiteBook.roster(book.paths) } catch {
            throw Failure("\(name) is a station of the site; \(error.text); \(alone)")
        }
    }
    let known = peerNow(name, invocation)
    file.remove(name)
    try book.put(file.isEmpty ? nil : file, at: path, isRemoval: true)
    // The file first: it must never name a secret that does not exist.
    try book.write(path)
    let hasSecret = try book.removeStray(of: name)
    report.add("removed \(name)" + (hasSecret ? " and its pre-shared key" : ""))
    report.addDropped(to: name, invocation)
    // A peer that answers but does not accept this station has removed it.
    if !isOut, known?.down.reason != "not_accepted" {
        report.add(
            known?.state == .up
                ? "\(name) still knows this station: remove it there, too"
                : "if that box is still in use: remove this station there, too")
    }
    if let policy = try book.config().policies.first(where: { $0.name == name }) {
        report.add(
            "[policy \(name)] at \(policy.origin) stays, for the next peer of that name: remove it"
                + " if none is to have its rights")
    }
    return try report.reloadAndPrint(invocation)
}

/// Refuses a change of a site station on this station alone, where the introducer must make it.
///
/// - Parameters:
///   - name: The peer.
///   - book: All files.
///   - alone: The way to change this station alone; nil if there is none.
///   - other: A new name here that is allowed if the site has it already.
///   - invocation: The command line.
///   - command: Makes the words after `site` from the station's name in the site.
/// - Throws: The command to use instead, if the peer is a station of the site.
func refuse(
    _ name: String, in book: PeerBook, orAlone alone: String? = nil,
    unlessCalled other: String? = nil, _ invocation: borrowing Invocation,
    _ command: (String) -> String
) throws(Failure) {
    guard let station = book.site(of: name), station.name != other else { return }
    let place =
        book.introduces ? "" : ", at \(SiteStatus(at: invocation).introducer.visible)"
    throw Failure(
        "\(name) is a station of the site \(station.site), so: sudo intercomctl site"
            + " \(command(station.name))\(place)" + (alone.map { "; \($0)" } ?? ""))
}

/// `peer rename NAME NEW`: gives a known peer another name, on this station alone.
func renamePeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let (old, new) = (
        try peerName(invocation.arguments[0]), try peerName(invocation.arguments[1])
    )
    var book = try PeerBook(invocation)
    _ = try book.knownFile(of: old)
    // A station that does not introduce may have its own name for the peer.
    if book.introduces {
        try refuse(old, in: book, unlessCalled: new, invocation) { "rename \($0) \(new)" }
    }
    guard old != new else { throw Failure.usage("that is its name already") }
    let config = try? book.config()
    guard new != config?.station.name else {
        throw Failure("\(new) is this station's own name")
    }
    guard !book.names.contains(new) else {
        throw Failure("there is a peer \(new) already (intercomctl peer list)")
    }
    try book.rename(old, to: new)
    var report = PeerReport(name: new, former: old)
    report.add("renamed \(old) to \(new)")
    return try report.reloadAndPrint(invocation)
}

extension Config.Peer {
    fileprivate var addressText: String {
        addresses.map { $0.description }.joined(separator: ", ")
    }

    fileprivate var fingerprint: String? { PublicKey(text: key)?.fingerprint }

    /// Returns a row of the table; `otherwise` stands where no person has verified the key.
    fileprivate func row(verified otherwise: String) -> [String] {
        [
            name, addresses.isEmpty ? "-" : addressText, psk == .none ? "no" : "yes",
            isRevoked ? "put out" : isVerified ? "yes" : otherwise,
            fingerprint ?? "the key has a typing error",
        ]
    }

    fileprivate var json: JSON {
        var json = JSON.object()
        json.set("name", JSON(name))
        json.set("address", JSON(addressText))
        json.set("key", JSON(key))
        json.set("fingerprint", fingerprint.map { JSON($0) } ?? .null())
        json.set("psk", JSON(psk != .none))
        json.set("verified", JSON(isVerified))
        json.set("revoked", JSON(isRevoked))
        json.set("suite", suite.map { JSON(Int($0)) } ?? .null())
        json.set("gain_db", JSON(gain))
        json.set("file", JSON(origin.file))
        return json
    }
}

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
        throw Failure.usage("peer set needs --address, --suite, --gain, --revoked or --psk-file")
    }
    var book = try PeerBook(invocation)
    var (path, file) = try book.knownFile(of: name)
    if let revoked = invocation.revoked { try setRevoked(revoked, name, &file, book.paths) }
    if let address { file.set("address", to: address, of: name) }
    if hasPSK {
        file.set("psk", to: "file:\(PeerFiles.pskFile(of: name))", of: name)
        // A peer with a secret from a person is that person's, and no roster may erase it.
        if SitePeers.isOfSite(file.bytes) { file.set(writer: "intercomctl peer set") }
    }
    file.setOptions(of: name, invocation)
    try book.put(file, at: path)
    if let psk { try book.write(psk: psk, of: name) }
    try book.write(path)
    if hasPSK { _ = try book.removeStray(of: name) }
    var report = PeerReport(name: name)
    report.add("changed \(name)")
    if invocation.revoked == "no", book.introduces, book.site(of: name) == nil,
        let site = try? SiteBook.roster(book.paths)
    {
        report.add(
            "to have it in the site \(site.name) again: sudo intercomctl site add \(name)")
    }
    if invocation.suite != nil || hasPSK {
        let need =
            hasPSK || invocation.suite != "auto"
            ? "the other station needs the same" : "if the other station has a suite set"
        report.add("\(need): sudo intercomctl peer set there, too")
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
        // A person puts the peer out: the site takes back only peers that the site has put out.
        if !SitePeers.isOfSite(file.bytes) { file.set(writer: "intercomctl peer set") }
        return
    }
    file.remove("revoked", of: name)
    let (key, roster) = (file.value(of: "key", of: name) ?? "", try? SiteBook.roster(paths))
    guard isOut, roster?.station(withKey: key) == nil else { return }
    // A person wants this peer, whatever its site says.
    file.set(writer: "intercomctl peer set")
}

extension PeerFile {
    /// Sets the options of `add` and `set` that need no check.
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
        throw Failure.usage(
            (count == 24 || count == 0 ? "" : "these are \(plural(count, "digit")); ")
                + "DIGITS are the 24 that \"intercomctl key show --fingerprint\" prints on \(name)")
    }
    var book = try PeerBook(invocation)
    let peer = try book.peer(name)
    guard let key = PublicKey(text: peer.key), key.fingerprint == digits else {
        throw Failure(
            "these digits do NOT fit the key that this station has for \(name): have them read out"
                + " again; if they still differ, \(peer.keyOrigin) holds another station's key")
    }
    guard peer.isLearned else {
        throw Failure(
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
    /// The text with blanks for hyphens, which people write between groups of digits.
    var withoutHyphens: String { String(map { $0 == "-" ? " " : $0 }) }
}
