internal import Crypto

/// Why a text is no roster, in words that follow the name of its file.
public enum RosterFault: Error, Equatable, Sendable {
    /// Another kind of file, or another version.
    case foreign
    /// This line is not as a roster has it.
    case line(Int)
    /// Well formed, but not signed by the key that it names.
    case signature
}

extension RosterFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .foreign: "is no roster of a site: intercomctl site export prints one"
        case .line(let number): "is damaged or cut short at line \(number); export it again"
        case .signature: "is not signed by its site's key: it was changed on the way, or is forged"
        }
    }
}

extension Roster {
    /// Reads the text of a roster, and verifies its signature.
    ///
    /// - Throws: anything else than `signed` writes.
    public init(parsing text: [UInt8]) throws(RosterFault) {
        guard text.count <= Self.sizeMax else { throw .foreign }
        // Bytes that are no UTF-8 are replaced, and then are no roster's.
        var lines = String(decoding: text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        guard lines.first == Self.title else { throw .foreign }
        guard lines.count >= 5, lines.removeLast().isEmpty else { throw .line(lines.count) }
        let last = lines.removeLast()
        guard
            let signature = Self.words(last, "signature", count: 1...1).flatMap({
                Signature(text: $0[0])
            })
        else { throw .line(lines.count + 1) }
        guard let site = Self.words(lines[1], "site", count: 2...2), Self.isName(site[0]),
            let key = VerifyingKey(text: site[1])
        else { throw .line(2) }
        guard let count = Self.words(lines[2], "counter", count: 1...1),
            let counter = UInt64(count[0]), counter > 0
        else { throw .line(3) }
        var stations: [Station] = []
        var channels: [Channel] = []
        for (place, line) in lines.enumerated().dropFirst(3) {
            if channels.isEmpty, let station = Self.station(line),
                stations.count < Self.stationsMax,
                stations.last.map({ $0.name < station.name }) ?? true,
                !stations.contains(where: { $0.key == station.key })
            {
                stations.append(station)
            } else if let channel = Self.channel(line, of: stations),
                channels.count < Self.channelsMax,
                channels.last.map({ $0.name < channel.name }) ?? true
            {
                channels.append(channel)
            } else {
                throw .line(place + 1)
            }
        }
        self.init(
            name: site[0], key: key, counter: counter, stations: stations, channels: channels)
        let body = Array(self.body.utf8)
        // Another way to write the same, such as capital letters, a leading zero.
        guard let other = zip(body, text).enumerated().first(where: { $1.0 != $1.1 })?.offset
        else {
            guard key.verifies(signature, of: body.span) else { throw .signature }
            guard self.isWhole(text, body: body, signature) else { throw .line(lines.count + 1) }
            return
        }
        throw .line(text[..<other].count { $0 == UInt8(ascii: "\n") } + 1)
    }

    private func isWhole(_ text: [UInt8], body: [UInt8], _ signature: Signature) -> Bool {
        text == body + Array("signature \(signature.text)\n".utf8)
    }

    private static func station(_ line: String) -> Station? {
        guard let words = words(line, "station", count: 2...3), let key = PublicKey(text: words[1])
        else { return nil }
        let addresses =
            words.count < 3
            ? [] : words[2].split(separator: ",", omittingEmptySubsequences: false)
        return Station(name: words[0], key: key, addresses: addresses.map { String($0) })
    }

    private static func channel(_ line: String, of stations: [Station]) -> Channel? {
        guard let words = words(line, "channel", count: 2...2),
            !stations.contains(where: { $0.name == words[0] })
        else { return nil }
        if words[1] == "*" { return Channel(name: words[0], members: nil) }
        let members = words[1].split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0) }
        guard members.allSatisfy({ name in stations.contains { $0.name == name } }) else {
            return nil
        }
        return Channel(name: words[0], members: members)
    }

    /// The words behind the first one, which must be `title`; nil for another number of them.
    private static func words(
        _ line: String, _ title: String, count: ClosedRange<Int>
    ) -> [String]? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.first.map({ $0 == title }) == true, count.contains(words.count - 1) else {
            return nil
        }
        return words.dropFirst().map { String($0) }
    }
}
