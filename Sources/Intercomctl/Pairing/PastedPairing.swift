internal import Config
internal import HAL
internal import Peering
internal import Report

/// Host and code of a pairing as a person has typed or pasted them: in either order, with the whole
/// line that the other station shows, in quotation marks, with hyphens and blanks of any kind.
enum PastedPairing: Equatable {
    /// No words: a code is to be shown here.
    case nothing
    case code(String, host: String?)
    /// The code is still missing; the complaint says why the host is not the code, unless a hyphen
    /// stands in its place.
    case host(String?, String?)
    case wrong(String)

    init(_ words: [String]) {
        let plain = Self.plain(words)
        // As of a script whose variable is empty: nobody wants to show a code then.
        guard words.isEmpty || !plain.isEmpty else {
            self = .wrong("the code is empty")
            return
        }
        let words = Self.withoutCommand(plain)
        guard let last = words.last else {
            self = .nothing
            return
        }
        if last == "-" {
            self = words.count < 3 ? .host(words.count == 2 ? words[0] : nil, nil) : Self.excess
        } else if let found = Self.found(in: words) {
            self = found
        } else if words.count == 1 {
            self = Self.alone(last)
        } else {
            self = Self.complaint(about: words)
        }
    }

    /// The words without marks that are pasted with them.
    private static func plain(_ words: [String]) -> [String] {
        var text = String.UnicodeScalarView()
        for word in words {
            for scalar in word.unicodeScalars where !marks.contains(scalar) {
                let isBlank = scalar.properties.isWhitespace
                text.append(hyphens.contains(scalar) ? "-" : isBlank ? " " : scalar)
            }
            text.append(" ")
        }
        return String(text).split(separator: " ").map { word in
            var word = word
            // The end of a sentence.
            while word.utf8.count > 1, let last = word.last, ".,;".contains(last) {
                word.removeLast()
            }
            return String(word)
        }
    }

    private static let marks: [Unicode.Scalar] = [
        "'", "\"", "`", "\u{ab}", "\u{bb}", "\u{2018}", "\u{2019}", "\u{201a}", "\u{201c}",
        "\u{201d}", "\u{201e}",
        // Characters without width: a soft hyphen, joiners and the byte order mark.
        "\u{ad}", "\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}",
    ]

    /// Hyphens and dashes into which programs turn a hyphen.
    private static let hyphens: [Unicode.Scalar] = [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}",
        "\u{fe58}", "\u{fe63}", "\u{ff0d}",
    ]

    /// The words after the command, where the whole line was pasted.
    private static func withoutCommand(_ words: [String]) -> [String] {
        guard let program = words.firstIndex(of: "intercomctl"),
            let command = words[program...].firstIndex(of: "pair")
        else {
            let isCommand = words.count > 2 && words[0] == "pair" && isAddress(words[1])
            return isCommand ? Array(words[1...]) : words
        }
        return Array(words[(command + 1)...])
    }

    /// The one way, or the likeliest, in which the words are a code and perhaps a host.
    private static func found(in words: [String]) -> PastedPairing? {
        let all = words.joined(separator: " ")
        guard words.count > 1 else { return fault(of: all) == nil ? .code(all, host: nil) : nil }
        let ways = [
            (host: words[0], code: words.dropFirst().joined(separator: " ")),
            (host: words[words.count - 1], code: words.dropLast().joined(separator: " ")),
        ].filter { fault(of: $0.code) == nil && PeerAddress(text: $0.host) != nil }
        // A word can be both: `basement` has eight characters of codes. Then what is written as
        // codes are shown is the code, and else what stands where help has it.
        let way =
            ways.count == 2 && isShownForm(ways[1].code) && !isShownForm(ways[0].code)
            ? ways[1] : ways.first
        if let way { return .code(way.code, host: way.host) }
        return fault(of: all) == nil ? .code(all, host: nil) : nil
    }

    /// A word that is no code: most likely a host, unless it looks like a code.
    private static func alone(_ word: String) -> PastedPairing {
        let complaint = fault(of: word).map { "\"\(word.visible)\" is no code: \($0)" }
        guard PeerAddress(text: word) != nil else { return .wrong(complaint ?? "") }
        guard !looksLikeCode(word) else {
            return .wrong("\(complaint ?? ""); for a host: pair HOST CODE")
        }
        return .host(word, complaint)
    }

    /// Whether digits alone, or the form in which codes are shown, perhaps without the hyphen, with
    /// some characters too many or too few, or a half of it.
    private static func looksLikeCode(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        let digits = bytes.count { (48...57).contains($0) }
        if bytes.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "-") }) { return true }
        let halves = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isCut = halves.count == 2 && halves.allSatisfy { (3...5).contains($0.count) }
        if isCut || bytes.count == 4 || digits > 0 && (7...9).contains(bytes.count),
            !bytes.contains(where: { (0x61...0x7a).contains($0) }), !isAddress(word)
        {
            return true
        }
        return digits > 0 && (7...10).contains(bytes.count) && !isAddress(word)
            && bytes.firstIndex(of: UInt8(ascii: "-")) == 4
    }

    private static func complaint(about words: [String]) -> PastedPairing {
        // A code of one word or two, with more than a host beside it.
        for count in [1, 2] where words.count > count + 1 {
            for ends in [words.suffix(count), words.prefix(count)]
            where fault(of: ends.joined(separator: " ")) == nil { return excess }
        }
        if words.count == 2, let host = words.first(where: { fault(of: $0) != nil }),
            words.contains(where: { fault(of: $0) == nil })
        {
            return .wrong("\"\(host.visible)\" is no address: pair HOST CODE, or HOST:PORT CODE")
        }
        let isFirst = isAddress(words[words.count - 1]) && !isAddress(words[0])
        let code = (isFirst ? words.dropLast() : words.dropFirst()).joined(separator: " ")
        guard let fault = fault(of: code) else { return excess }
        return .wrong("\"\(code.visible)\" is no code: \(fault)")
    }

    private static let excess = PastedPairing.wrong(
        "that is more than a host and a code: pair HOST CODE, with one HOST or HOST:PORT")

    /// Nil for a code.
    private static func fault(of text: String) -> PairingCode.Fault? {
        do throws(PairingCode.Fault) {
            _ = try PairingCode(typed: text)
            return nil
        } catch { return error }
    }

    /// `7K9M-QX2W`, or digits alone.
    private static func isShownForm(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 9 && bytes[4] == UInt8(ascii: "-")
            || bytes.allSatisfy { $0 == UInt8(ascii: " ") || (48...57).contains($0) }
    }

    private static func isAddress(_ word: String) -> Bool {
        word.contains { $0 == "." || $0 == ":" }
    }
}

/// `invite`: shows a code to a program, for `accept` on another station.
///
/// The output is the invitation alone; everything else goes to the person.
func invite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard !Terminal.isInteractive(.result) else {
        throw Failure.usage(
            "the invitation is for another station: intercomctl invite | ssh HOST intercomctl"
                + " accept\nto read a code and type it there: intercomctl pair")
    }
    let name = try peerName(ifAny: invocation.name)
    // The other program may have stored this station, and be gone, before the daemon here says so.
    let paired = try follow(
        .show(name: name, takesBack: invocation.isYes), invocation, patience: .seconds(5)
    ) { (report) throws(Failure) in
        if report.stage == .code {
            let invitation = Invitation(code: report.code ?? "", hosts: report.hosts)
            try printLine(invitation.line)
        } else {
            Terminal.write(report.text.visible + "\n", to: .complaint)
        }
    }
    guard paired != nil else {
        throw Failure("the reader of the invitation is gone, and did not accept it")
    }
    return .ok
}

/// `accept`: pairs with the station whose invitation comes on standard input.
func accept(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard !Keyboard.isThere else {
        throw Failure.usage(
            "the invitation comes from another station: ssh HOST intercomctl invite | intercomctl"
                + " accept\nto type a code: intercomctl pair CODE")
    }
    let name = try peerName(ifAny: invocation.name)
    var invitation: Invitation?
    var lines = 0
    while invitation == nil, lines < linesMax, let line = Keyboard.line() {
        invitation = Invitation(line: line)
        lines += 1
    }
    guard let invitation else {
        throw Failure(
            "there is no invitation in the input; on the other station: intercomctl invite")
    }
    let hosts = invitation.hosts.isEmpty ? nil : invitation.hosts.joined(separator: ",")
    let request = PairRequest.enter(
        code: invitation.code, host: hosts, name: name, takesBack: invocation.isYes)
    let paired = try follow(request, invocation) { (report) throws(Failure) in
        let status = report.stage == .paired ? try? statusNow(invocation) : nil
        try show(report, isNamed: name != nil, state: status?.state)
    }
    guard let paired else { return .failed }
    if let name = paired.name { try remindOfSite(name, after: paired.former, invocation) }
    return .ok
}

/// How many lines may come before the invitation, such as a greeting of the other machine.
private let linesMax = 100

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
