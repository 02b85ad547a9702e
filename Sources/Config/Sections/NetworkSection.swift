extension Config {
    /// `[network]`: the addresses and ports of datagrams.
    public struct Network: Equatable, Sendable {
        /// The UDP port.
        public internal(set) var port = PeerAddress.defaultPort
        /// A numeric address; nil means any.
        public internal(set) var listen: String?
        /// Whether this station and peers on the LAN find each other.
        public internal(set) var discovery = true
        public internal(set) var portOrigin = Origin.nowhere
        public internal(set) var origin = Origin.nowhere
    }
}

extension Config.Network: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "port", .integer(in: 1...65535), { Int($0.port) }, { $0.port = UInt16($1) }
            ).at { $0.portOrigin = $1 },
            Setting("listen", address.or("*"), { $0.listen }, { $0.listen = $1 }),
            Setting("discovery", .noOrYes, { $0.discovery }, { $0.discovery = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) {
        origin = section.origin
        portOrigin = section.origin
    }

    private static var address: Form<String> {
        Form(["*"]) { text in
            let isNumeric = text.utf8.allSatisfy {
                isHexDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":")
            }
            let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
            let dots = text.utf8.count { $0 == UInt8(ascii: ".") }
            guard isNumeric, colons >= 2 || (colons == 0 && dots == 3) else {
                return .wrong("\(quoted(text)) must be a numeric address without a port, or *")
            }
            return .value(text)
        }
    }
}

extension Config {
    /// `[session]`: for tests; shortens the life of session keys, and never lengthens it.
    public struct Session: Equatable, Sendable {
        /// Age at which the initiator rekeys (protocol.md §1.7 rule 5).
        public internal(set) var rekeyAfter = Duration.seconds(120)
        /// Packets sent after which either side rekeys.
        public internal(set) var rekeyPackets = 1 << 20
        public internal(set) var origin = Origin.nowhere
    }
}

extension Config.Session: ConfigSection {
    static var settings: [Setting<Self>] {
        // The upper bounds are the protocol's own.
        let ordinary = Self()
        return [
            Setting(
                "rekey-after", .time(in: .seconds(1)...ordinary.rekeyAfter),
                { $0.rekeyAfter }, { $0.rekeyAfter = $1 }),
            Setting(
                "rekey-packets", .integer(in: 64...ordinary.rekeyPackets),
                { $0.rekeyPackets }, { $0.rekeyPackets = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) { origin = section.origin }
}

extension Config {
    /// `[forward]`: the peers between which this station passes on what they send each other.
    public struct Forward: Equatable, Sendable {
        /// The names of the peers (`for`); empty means nobody.
        public internal(set) var peers: [String] = []
        public internal(set) var origin = Origin.nowhere
    }
}

extension Config.Forward: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "for", Form.name.list(limit: Limits.peers).or("nobody"),
                { $0.peers.isEmpty ? nil : $0.peers }, { $0.peers = $1 ?? [] }
            ).at { $0.origin = $1 }
        ]
    }

    func end(_ reader: inout SectionReader) {
        guard peers.count == 1 else { return }
        reader.warn(origin, "for: there must be two peers or more; with one, nothing is forwarded")
    }
}
