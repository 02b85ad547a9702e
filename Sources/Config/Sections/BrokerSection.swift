internal import Wire

extension Config {
    /// An MQTT broker, and how this station signs in there.
    public struct BrokerAccess: Equatable, Sendable {
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
    }

    /// `[rendezvous]`: the broker through which stations on different networks find each other.
    public struct Rendezvous: Equatable, Sendable {
        public internal(set) var access = BrokerAccess()
        /// A STUN server, which reports the address by which others see this station; nil means
        /// none.
        public internal(set) var stun: PeerAddress?
    }

    /// `[home-assistant]`: the broker through which Home Assistant sees this station.
    public struct HomeAssistant: Equatable, Sendable {
        public internal(set) var access = BrokerAccess()
    }
}

extension Config.Rendezvous: BrokerSection {
    static var settings: [Setting<Self>] {
        accessSettings + [Setting("stun", stun.or("none"), { $0.stun }, { $0.stun = $1 })]
    }

    func end(_ reader: inout SectionReader) { check(&reader, hasMore: stun != nil) }

    private static var stun: Form<PeerAddress> {
        Form(
            allowed: .forms(["HOST", "HOST:PORT"]),
            parse: { PeerAddress.parse($0, usualPort: STUNBinding.defaultPort) },
            text: { $0.description })
    }
}

extension Config.HomeAssistant: BrokerSection {
    static var settings: [Setting<Self>] { accessSettings }

    func end(_ reader: inout SectionReader) { check(&reader) }
}

/// A section that names a broker.
protocol BrokerSection: ConfigSection {
    var access: Config.BrokerAccess { get set }
}

extension BrokerSection {
    fileprivate static var accessSettings: [Setting<Self>] {
        [
            Setting(
                "broker", broker.or("none"), { $0.access.broker }, { $0.access.broker = $1 }),
            Setting("user", user.or("none"), { $0.access.user }, { $0.access.user = $1 }),
            Setting(
                "password-file", file.or("none"), { $0.access.passwordFile },
                { $0.access.passwordFile = $1 }),
            Setting("ca", file.or("system"), { $0.access.ca }, { $0.access.ca = $1 }),
        ]
    }

    /// Warns of settings without effect, and of a password that others can read.
    ///
    /// `hasMore`: a setting besides those for the broker is set.
    fileprivate func check(_ reader: inout SectionReader, hasMore: Bool = false) {
        let (origin, kind) = (reader.section.origin, reader.section.kind)
        let (broker, user, ca) = (access.broker, access.user, access.ca)
        if broker == nil, user != nil || access.passwordFile != nil || ca != nil || hasMore {
            reader.warn(origin, "[\(kind)] has no broker, so nothing in it has an effect")
        }
        if access.passwordFile != nil, user == nil {
            reader.warn(origin, "password-file has no effect without user: set user")
        }
        guard broker?.isEncrypted == false else { return }
        if user != nil { reader.warn(origin, "mqtt:// shows the password: write mqtts://") }
        if ca != nil { reader.warn(origin, "ca has no effect with mqtt://: write mqtts://") }
    }

    private static var file: Form<String> { .wholePath(limit: 200) }

    private static var user: Form<String> {
        Form { text in
            let isRight =
                (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 }
            return isRight ? .value(text) : .wrong("must be a name of at most 64 bytes")
        }
    }

    private static var broker: Form<Config.BrokerAccess.Broker> {
        let forms: [(scheme: String, isEncrypted: Bool, port: UInt16)] = [
            ("mqtts://", true, 8883), ("mqtt://", false, 1883),
        ]
        return Form(
            allowed: .forms(["mqtts://HOST", "mqtts://HOST:PORT", "mqtt://HOST"]),
            parse: { text in
                for form in forms where text.hasPrefix(form.scheme) {
                    let host = String(text.dropFirst(form.scheme.utf8.count))
                    return PeerAddress.parse(host, usualPort: form.port)
                        .then { .value(.init(address: $0, isEncrypted: form.isEncrypted)) }
                }
                return .wrong(
                    "\(quoted(text)) must be mqtts://HOST, mqtts://HOST:PORT, mqtt://HOST or none")
            },
            text: { ($0.isEncrypted ? "mqtts://" : "mqtt://") + $0.address.description })
    }
}
