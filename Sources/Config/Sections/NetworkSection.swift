internal import Wire

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
    /// `[rendezvous]`: the broker through which stations on different networks find each other.
    public struct Rendezvous: Equatable, Sendable {
        /// An MQTT broker.
        public struct Broker: Equatable, Sendable {
            public let address: PeerAddress
            /// Whether the connection uses TLS.
            public let isEncrypted: Bool
        }

        /// The broker; nil means that nothing of this station leaves for one.
        public internal(set) var broker: Broker?
        /// This station's name at the broker; nil means none.
        public internal(set) var user: String?
        /// The file with the password for that name; nil means none.
        public internal(set) var passwordFile: String?
        /// The file with the certificate that checks the broker's; nil means the system's
        /// certificates.
        public internal(set) var ca: String?
        /// A STUN server, which reports the address by which others see this station; nil means
        /// none.
        public internal(set) var stun: PeerAddress?
    }
}

extension Config.Rendezvous: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("broker", broker.or("none"), { $0.broker }, { $0.broker = $1 }),
            Setting("user", user.or("none"), { $0.user }, { $0.user = $1 }),
            Setting(
                "password-file", file.or("none"), { $0.passwordFile }, { $0.passwordFile = $1 }),
            Setting("ca", file.or("system"), { $0.ca }, { $0.ca = $1 }),
            Setting("stun", stun.or("none"), { $0.stun }, { $0.stun = $1 }),
        ]
    }

    func end(_ reader: inout SectionReader) {
        let origin = reader.section.origin
        if broker == nil, user != nil || passwordFile != nil || ca != nil || stun != nil {
            reader.warn(origin, "[rendezvous] has no broker, so nothing in it has an effect")
        }
        if broker?.isEncrypted == false, user != nil || ca != nil {
            reader.warn(
                origin,
                "mqtt:// sends the password as it is, and ca has no effect: write mqtts://")
        }
    }

    private static var file: Form<String> { .wholePath(limit: 200) }

    private static var stun: Form<PeerAddress> {
        Form(
            allowed: .forms(["HOST", "HOST:PORT"]),
            parse: { PeerAddress.parse($0, usualPort: STUNBinding.defaultPort) },
            text: { $0.description })
    }

    private static var user: Form<String> {
        Form { text in
            let isRight =
                (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 }
            return isRight ? .value(text) : .wrong("must be a name of at most 64 bytes")
        }
    }

    private static var broker: Form<Broker> {
        let forms: [(scheme: String, isEncrypted: Bool, port: UInt16)] = [
            ("mqtts://", true, 8883), ("mqtt://", false, 1883),
        ]
        return Form(
            allowed: .forms(["mqtts://HOST", "mqtts://HOST:PORT", "mqtt://HOST"]),
            parse: { text in
                for form in forms where text.hasPrefix(form.scheme) {
                    let host = String(text.dropFirst(form.scheme.utf8.count))
                    return PeerAddress.parse(host, usualPort: form.port)
                        .then { .value(Broker(address: $0, isEncrypted: form.isEncrypted)) }
                }
                return .wrong(
                    "\(quoted(text)) must be mqtts://HOST, mqtts://HOST:PORT, mqtt://HOST or none")
            },
            text: { ($0.isEncrypted ? "mqtts://" : "mqtt://") + $0.address.description })
    }
}
