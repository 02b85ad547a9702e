internal import Config
internal import Peering

/// `site channel NAME STATION...|all|-`: makes a channel of the site, changes or removes it.
func setSiteChannel(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    if let meaning = ReservedName.meaning(ofPeer: name) {
        throw Failure(.failed, "a channel cannot be called \(name): that means \(meaning)")
    }
    let words = invocation.arguments.dropFirst().flatMap { word in
        word.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
    if words == ["-"] {
        return try SiteBook.change(
            .removeChannel(name), telling: "took away the channel \(name)", invocation)
    }
    var members: [String]?
    if words != ["all"] {
        guard !words.contains("all"), !words.contains("-") else {
            throw Failure(.usage, "all, and - to end the channel, stand alone")
        }
        members = []
        for word in words { members?.append(try peerName(word)) }
    }
    guard let channel = Roster.Channel(name: name, members: members) else {
        throw Failure(.usage, "name the stations of the channel \(name), or write all")
    }
    let shown = channel.members?.joined(separator: ", ") ?? "all stations"
    return try SiteBook.change(.set(channel), telling: "channel \(name): \(shown)", invocation)
}
