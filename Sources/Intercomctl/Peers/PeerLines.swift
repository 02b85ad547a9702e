internal import Control

/// The lines below a table of peers: reasons why peers are down, and unknown callers.
func remarks(onPeersOf list: PeerList) -> String {
    var text = ""
    for peer in list.peers {
        if !peer.sharedKeyAt.isEmpty, let problem = peer.problem {
            text += "! \(problem.visible)\n"
        }
        guard let reason = peer.down.text else { continue }
        let mark = peer.problem == nil ? "*" : "!"
        text += "\(mark) \(peer.name.visible): \(reason.visible)"
        text += peer.down.fix.map { "; \($0.visible)\n" } ?? "\n"
    }
    return text + lines(of: list.callers)
}

/// One line for each unknown station that called.
func lines(of callers: [CallerStatus]) -> String {
    var text = ""
    for caller in callers {
        text += "* \(words(about: caller).visible);"
        text += " to add it: \(caller.addition.visible)\n"
    }
    return text
}

/// The line about an unknown caller, with the digits that a person compares.
func words(about caller: CallerStatus) -> String {
    let digits = caller.fingerprint.split(separator: " ").prefix(2).joined(separator: " ")
    let doubt = caller.isProven ? "" : " (it has a psk, or the key is not its own)"
    let age = age(seconds: caller.ageSeconds)
    return "an unknown station called from \(caller.address) \(age) ago, key \(digits) …\(doubt)"
}
