internal import Config
internal import Peering

/// What one station gives to another one over a channel that nobody else reads, such as ssh: its
/// code, and where it shows that.
///
/// One line of text: `intercomd-invitation CODE HOST HOST…`. Without a host the station is looked
/// for on the LAN.
struct Invitation: Equatable {
    private static let mark = "intercomd-invitation"

    let code: String
    let hosts: [String]

    init(code: String, hosts: [String]) {
        self.code = code
        self.hosts = Array(hosts.filter { PeerAddress(text: $0) != nil }.prefix(Limits.addresses))
    }

    /// Nil for a line that is none; a channel may bring others before it.
    init?(line: String) {
        let words = line.split { $0 == " " || $0 == "\r" }.map { String($0) }
        guard words.count >= 2, words[0] == Self.mark,
            (try? PairingCode(typed: words[1])) != nil,
            words.dropFirst(2).allSatisfy({ PeerAddress(text: $0) != nil })
        else { return nil }
        self.init(code: words[1], hosts: Array(words.dropFirst(2)))
    }

    var line: String { ([Self.mark, code] + hosts).joined(separator: " ") }
}
