extension Config {
    /// `[network]`: where datagrams come and go.
    public struct Network: Equatable, Sendable {
        /// UDP.
        public internal(set) var port = PeerAddress.defaultPort
        /// A numeric address; nil means any.
        public internal(set) var listen: String?
        /// Differentiated services code point; 46 is expedited forwarding (RFC 3246).
        public internal(set) var dscp: UInt8 = 46
        /// Whether peers on the LAN find this station, and it looks for them there.
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
            Setting("dscp", codePoint, { $0.dscp }, { $0.dscp = $1 }),
            Setting("discovery", .noOrYes, { $0.discovery }, { $0.discovery = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) {
        origin = section.origin
        portOrigin = section.origin
    }

    private static var address: Form<String> {
        Form(
            allowed: .forms(["*"]),
            parse: { text in
                let isNumeric = text.utf8.allSatisfy {
                    isHexDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":")
                }
                let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
                let dots = text.utf8.count { $0 == UInt8(ascii: ".") }
                guard isNumeric, colons >= 2 || (colons == 0 && dots == 3) else {
                    return .wrong("\(quoted(text)) must be a numeric address without a port, or *")
                }
                return .value(text)
            },
            text: { $0 })
    }

    /// Names of RFC 2474, 2597 and 3246, or a number.
    private static var codePoint: Form<UInt8> {
        let allowed = Allowed.forms(["ef", "af11 to af43", "cs0 to cs7", "0 to 63"])
        return Form(
            allowed: allowed,
            parse: { text in
                let bytes = Array(text.utf8)
                if text == "ef" { return .value(46) }
                if bytes.count == 3, text.hasPrefix("cs"), (0x30...0x37).contains(bytes[2]) {
                    return .value((bytes[2] - 0x30) * 8)
                }
                if bytes.count == 4, text.hasPrefix("af"), (0x31...0x34).contains(bytes[2]),
                    (0x31...0x33).contains(bytes[3])
                {
                    return .value((bytes[2] - 0x30) * 8 + (bytes[3] - 0x30) * 2)
                }
                if case .value(let number) = Quantity.integer(text), (0...63).contains(number) {
                    return .value(UInt8(number))
                }
                return .wrong("\(quoted(text)) must be \(allowed.text)")
            },
            text: { value in
                if value == 46 { return "ef" }
                let (group, rest) = (value >> 3, value & 7)
                if rest == 0 { return "cs\(group)" }
                return (1...4).contains(group) && rest % 2 == 0
                    ? "af\(group)\(rest / 2)" : "\(value)"
            })
    }
}
