internal import Config
internal import Crypto
internal import Pairing

/// What a pairing is going to write; nothing is on the disk before `write`.
///
/// That is the key of the new peer, its address, suite and pre-shared key, verified by the code.
struct PairingPlan {
    private let book: PeerBook
    private let path: String
    private let peer: PairingCard
    private let name: String

    /// A name that somebody has gets a number.
    ///
    /// - Throws: What stands against it, such as a peer that has this key already: whoever is told
    ///   a code may say that any key is its own, and must not change a peer by that.
    init(
        _ peer: PairingCard, suite: Suite, address: String, _ invocation: borrowing Invocation
    ) throws(Failure) {
        let key = peer.publicKey
        var book = try PeerBook(invocation)
        let config = try book.config()
        if let known = config.peers.first(where: { PublicKey(text: $0.key) == key }) {
            let advice =
                known.isLearned
                ? "sudo intercomctl peer remove \(known.name)"
                : "remove it from \(known.origin.file) first"
            throw Failure(
                .failed,
                "\(known.name) is already a peer, and nothing is changed; to pair anew: \(advice)")
        }
        let wished = try invocation.name.map { name throws(Failure) in try peerName(name) }
        let name = free(wished ?? peer.name, in: config)
        var (path, file) = book.newFile(of: name)
        file.set("address", to: address, of: name)
        file.set("key", to: key.text, of: name)
        file.set("suite", to: "\(suite.rawValue)", of: name)
        file.set("psk", to: "file:\(PeerBook.pskFile(of: name))", of: name)
        file.set("verified", to: key.fingerprint, of: name)
        try book.put(file, at: path)
        self.book = book
        self.path = path
        self.peer = peer
        self.name = name
    }

    /// Writes it to the disk.
    func write(psk: borrowing Key) throws(Failure) -> PeerReport {
        // The secret first: a peer file must never name one that is not there.
        try book.write(psk: psk, of: name)
        try book.write(path)
        var report = PeerReport(name: name, fingerprint: peer.publicKey.fingerprint)
        report.add("paired with \(name)")
        if name != peer.name {
            report.add(
                "it calls itself \(peer.name); another name: intercomctl peer rename \(name) NAME")
        }
        report.add("to hear it, press the talk button there, or: intercomctl talk \(name)")
        return report
    }
}

/// The name, or it with the first number from 2 on that makes it one nobody has.
private func free(_ name: String, in config: Config) -> String {
    let taken = Set(
        config.peers.map { $0.name } + config.channels.map { $0.name }
            + [config.station.name, "all"])
    var number = 2
    var free = name
    while taken.contains(free) || ReservedName.meaning(of: free) != nil {
        let suffix = "-\(number)"
        free = String(name.prefix(Limits.name - suffix.utf8.count)) + suffix
        number += 1
    }
    return free
}
