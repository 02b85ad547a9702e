internal import Config
internal import Crypto
internal import Pairing

/// Writes the peer of a pairing: its key, address, suite and pre-shared key, verified by the code.
///
/// A peer that is known by its key stays what it is called here; a name that another station has
/// gets a number.
func store(
    _ paired: borrowing Paired, address: String, _ invocation: borrowing Invocation
) throws(Failure) -> PeerReport {
    let key = paired.peer.publicKey
    var book = try PeerBook(invocation)
    let config = try book.config()
    let known = config.peers.first { PublicKey(text: $0.key) == key }
    if let known, !known.isLearned {
        throw Failure(
            .failed,
            "\(known.name) is already a peer, in \(known.origin.file), which this command never"
                + " writes: remove it there first")
    }
    let wished = try invocation.name.map { name throws(Failure) in try peerName(name) }
    let name = known?.name ?? free(wished ?? paired.peer.name, in: config)
    var (path, file) = book.file(of: name) ?? book.newFile(of: name)
    file.set("address", to: address, of: name)
    file.set("key", to: key.text, of: name)
    file.set("suite", to: "\(paired.suite.rawValue)", of: name)
    file.set("psk", to: "file:\(PeerBook.pskFile(of: name))", of: name)
    file.set("verified", to: key.fingerprint, of: name)
    try book.put(file, at: path)
    // The secret first: a peer file must never name one that is not there.
    try book.write(psk: paired.psk, of: name)
    try book.write(path)

    var report = PeerReport(name: name, fingerprint: key.fingerprint)
    report.add("paired with \(name)" + (known == nil ? "" : ", again; its keys are new"))
    if known == nil, name != paired.peer.name {
        report.add(
            "it calls itself \(paired.peer.name); another name: intercomctl peer rename \(name)"
                + " NAME")
    }
    report.add("to hear it, press the talk button there, or: intercomctl talk \(name)")
    return report
}

/// The name, or it with the first number from 2 on that makes it one nobody has.
private func free(_ name: String, in config: Config) -> String {
    let taken = Set(config.peers.map { $0.name } + [config.station.name])
    var number = 2
    var free = name
    while taken.contains(free) {
        let suffix = "-\(number)"
        free = String(name.prefix(Limits.name - suffix.utf8.count)) + suffix
        number += 1
    }
    return free
}
