internal import Config
internal import Crypto
internal import Files
internal import HAL

/// `peer replace NAME KEY|PEER`: the station that takes a dead one's place.
///
/// It keeps the name and all that hangs on it: channels, buttons, policy, notes. It gets the new
/// station's key, and of a peer that a pairing has made, under another name, also the address, the
/// pre-shared key and the mark that it is verified; that peer is then no more.
func replacePeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    var book = try PeerBook(invocation)
    let typed = invocation.arguments[1]
    // The station that introduces may have no peer of that name; what is neither may be a secret.
    let introduces = (try? hasSiteKey(book.paths)) == true
    let paired = introduces ? nil : try? book.peer(typed).key
    let pasted = if case .key(let key) = PastedKey(paired ?? typed) { key.text } else { "KEY" }
    _ = try book.knownFile(of: name)
    try refuse(name, in: book) {
        "replace \($0) \(paired == nil && isName(typed) ? typed : pasted)"
    }
    let former = try book.peer(name)
    let successor = try Successor.find(typed, of: former, in: book)
    guard try successor.isConfirmed(invocation, former, in: book) else {
        try printLine("nothing is changed")
        return .failed
    }
    try successor.takePlace(of: name, in: &book)

    var report = PeerReport(
        name: name, former: successor.paired?.name, fingerprint: successor.key.fingerprint)
    report.add("replaced \(name); fingerprint: \(successor.key.fingerprint)")
    report.add("the key of the former \(name) is no longer accepted")
    if let paired = successor.paired {
        report.add("\(paired.name) is \(name) now")
    } else {
        report.add(
            "it has no pre-shared key; to give it one:"
                + " sudo intercomctl peer set \(name) --psk-file FILE")
        report.add("compare it with \"intercomctl key show --fingerprint\" there;")
        report.add("if they match: sudo intercomctl peer verify \(name) DIGITS")
    }
    return try report.finish(invocation)
}
