internal import Config
internal import Control
internal import Crypto
internal import Settings

/// Advice for a station without peers.
let peerRemedy = "; add one: intercomctl pair, or sudo intercomctl peer add NAME ADDRESS KEY"

/// `peer list`: the peers of the files, whether the daemon runs or not.
func listPeers(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let config = try PeerBook(invocation).config()
    if invocation.isJSON {
        var list = JSON.array()
        for peer in config.otherPeers { list.append(peer.json) }
        try printListing("peers", list)
    } else if config.otherPeers.isEmpty {
        try printLine("no peers\(peerRemedy)")
    } else {
        var table = Table(["PEER", "ADDRESS", "PSK", "VERIFIED", "FINGERPRINT"])
        for peer in config.otherPeers { table.add(peer.row) }
        try printText(table.text)
    }
    return .ok
}

/// The line for a daemon that knows no peers; `remedy` is added if the files have none either.
func noPeers(_ invocation: borrowing Invocation, remedy: String = "") -> String {
    let written = try? readConfig(ConfigFolder(invocation.configFolder)).otherPeers.count
    guard let written, written > 0 else { return "no peers\(remedy)" }
    let count = plural(written, "peer")
    return "no peers yet; the files have \(count): intercomctl reload applies them"
}

/// `peer remove NAME`: forgets a peer, its policy and its pre-shared key.
func removePeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    var book = try PeerBook(invocation)
    var (path, file) = try book.knownFile(of: name)
    let isOfSite = SitePeers.isOfSite(file.bytes)
    file.remove(name)
    try book.put(file.isEmpty ? nil : file, at: path)
    // The file first: it must never name a secret that is not there.
    try book.write(path)
    let hasSecret = try book.removeStray(of: name)
    var report = PeerReport(name: name)
    report.add("removed \(name)" + (hasSecret ? " and its pre-shared key" : ""))
    if isOfSite {
        report.add(
            "it is of the site, and comes back with its next roster; for all: sudo intercomctl"
                + " site remove, at the station that introduces")
    } else {
        report.add("\(name) still knows this station: remove this station there, too")
    }
    return try report.finish(invocation)
}

/// `peer rename NAME NEW`: another name for a known peer, which is for this station alone.
func renamePeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let (old, new) = (
        try peerName(invocation.arguments[0]), try peerName(invocation.arguments[1])
    )
    var book = try PeerBook(invocation)
    _ = try book.knownFile(of: old)
    guard old != new else { throw Failure(.usage, "that is its name already") }
    let config = try? book.config()
    guard new != config?.station.name else {
        throw Failure(.failed, "\(new) is this station's own name")
    }
    guard !book.names.contains(new) else {
        throw Failure(.failed, "there is a peer \(new) already (intercomctl peer list)")
    }
    try book.rename(old, to: new)
    var report = PeerReport(name: new, former: old)
    report.add("renamed \(old) to \(new)")
    return try report.finish(invocation)
}

extension Config.Peer {
    fileprivate var addressText: String {
        addresses.map { $0.description }.joined(separator: ", ")
    }

    fileprivate var fingerprint: String? { PublicKey(text: key)?.fingerprint }

    fileprivate var row: [String] {
        [
            name, addresses.isEmpty ? "-" : addressText, psk == .none ? "no" : "yes",
            isVerified ? "yes" : "no", fingerprint ?? "the key has a typing error",
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
        json.set("suite", JSON(Int(suite)))
        json.set("gain_db", JSON(gain))
        json.set("file", JSON(origin.file))
        return json
    }
}
