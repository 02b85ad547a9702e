internal import Wire

extension Config {
    /// `[rendezvous]`: the broker at which stations that are no neighbours find each other.
    public struct Rendezvous: Equatable, Sendable {
        /// An MQTT broker.
        public struct Broker: Equatable, Sendable {
            public let address: PeerAddress
            /// Whether the connection is one of TLS.
            public let isEncrypted: Bool
        }

        /// Nil: there is none, and nothing of this station leaves for one.
        public internal(set) var broker: Broker?
        /// By which name the broker knows this station; nil: by none.
        public internal(set) var user: String?
        /// The file with the password of this name; nil: there is none.
        public internal(set) var passwordFile: String?
        /// The file with the certificate by which that of the broker is checked; nil: those of the
        /// system.
        public internal(set) var ca: String?
        /// A server of STUN, which says by which address others see this station; nil: none does.
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
        Form(
            allowed: .forms([]),
            parse: { text in
                let isRight =
                    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 }
                return isRight ? .value(text) : .wrong("must be a name of at most 64 bytes")
            },
            text: { $0 })
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
