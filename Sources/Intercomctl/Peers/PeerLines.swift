internal import Report

/// The lines below a table of peers: reasons why peers are down, and unknown callers.
func remarks(onPeersOf list: PeerList) -> String {
    var text = ""
    for peer in list.peers {
        guard let fault = peer.fault else { continue }
        text += "\(peer.isProblem ? "!" : "*") \(fault.sentence.visible)\n"
    }
    return text + lines(of: list.callers)
}

/// One line for each unknown station that called.
func lines(of callers: [CallerStatus]) -> String {
    var text = ""
    for caller in callers {
        text += "* \(words(about: caller).visible) -> \(fix(for: caller).visible)\n"
    }
    return text
}

/// The advice about an unknown caller.
func fix(for caller: CallerStatus) -> String {
    if caller.station != nil {
        "its name is taken here, by this station ([station] name, then intercomctl reload) or by a"
            + " peer (sudo intercomctl peer rename, or peer remove); where the site is introduced:"
            + " site rename"
    } else if caller.formerStation != nil {
        "nothing to do"
    } else {
        // With a pre-shared key, which it may use, its key alone is not enough.
        "if you know it: intercomctl pair" + (caller.isProven ? ", or \(caller.addition)" : "")
    }
}

/// The line about an unknown caller, with the digits that a person compares.
func words(about caller: CallerStatus) -> String {
    let digits = caller.fingerprint.split(separator: " ").prefix(2).joined(separator: " ")
    let doubt =
        caller.isProven
        ? "" : " (unproven: it uses a pre-shared key, or borrows somebody's key)"
    let age = age(seconds: caller.ageSeconds)
    if caller.station == nil, let name = caller.formerStation {
        return "the former \(name), which the site removed, still calls, from \(caller.address)"
            + " \(age) ago"
    }
    let subject = caller.station.map { "\($0) of the site, no peer here," } ?? "an unknown station"
    return "\(subject) called from \(caller.address) \(age) ago, key \(digits) …\(doubt)"
}
