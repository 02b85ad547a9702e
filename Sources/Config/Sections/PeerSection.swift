public import Wire

extension Config {
    /// `[peer NAME]`: another station.
    public struct Peer: Equatable, Sendable {
        /// Where the pre-shared key is; never the key itself.
        public enum PSK: Equatable, Sendable {
            case none
            /// The bare name of a file in the keys directory.
            case file(String)
            /// A systemd credential of the service.
            case credential(String)
        }

        public internal(set) var name = ""
        /// The addresses, tried in turn; empty where the peer calls this station.
        public internal(set) var addresses: [PeerAddress] = []
        /// `intercom1:…` (protocol.md §4.2); the form is checked, the check characters are not.
        public internal(set) var key = ""
        public internal(set) var psk = PSK.none
        /// The 24 digits of the fingerprint in groups of four, once a person has compared them;
        /// empty before.
        public internal(set) var verified = ""
        /// 1 is AES-256-GCM, 2 is ChaCha20-Poly1305; nil, `auto`, is the suite that suits both
        /// stations.
        public internal(set) var suite: UInt8?
        /// Decibels.
        public internal(set) var gain = 0.0
        /// Whether its sound is received but not played.
        public internal(set) var isMuted = false
        /// Whether the site or a person has put the peer out: its name is known, and there is no
        /// session with it.
        public internal(set) var isRevoked = false
        /// The priority of this station's voice when it talks to this peer alone.
        public internal(set) var priority = Priority.normal
        /// Whether the peer came from the state directory.
        public internal(set) var isLearned = false
        public internal(set) var origin = Origin.nowhere
        public internal(set) var keyOrigin = Origin.nowhere
        public internal(set) var pskOrigin = Origin.nowhere
        public internal(set) var verifiedOrigin = Origin.nowhere

        public var isVerified: Bool { !verified.isEmpty }

        /// The addresses at which this station calls the peer.
        public var places: [PeerAddress] { isRevoked ? [] : addresses }
    }
}

extension Config.Peer: NamedSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "address", Form<PeerAddress>.address.list(limit: Limits.addresses),
                { $0.addresses }, { $0.addresses = $1 }
            ).orEmpty,
            Setting("key", .publicKey, { $0.key }, { $0.key = $1 })
                .orEmpty.required(such: "intercom1:... (intercomctl key show)")
                .at { $0.keyOrigin = $1 },
            Setting("psk", .psk, { $0.psk }, { $0.psk = $1 }).orEmpty.at { $0.pskOrigin = $1 },
            Setting("verified", .fingerprint, { $0.verified }, { $0.verified = $1 })
                .orEmpty.at { $0.verifiedOrigin = $1 },
            Setting(
                "suite", .words([("auto", nil), ("1", 1), ("2", 2)]),
                { $0.suite }, { $0.suite = $1 }),
            Setting("gain", .gain(), { $0.gain }, { $0.gain = $1 }),
            Setting("mute", .noOrYes, { $0.isMuted }, { $0.isMuted = $1 }),
            Setting("revoked", .noOrYes, { $0.isRevoked }, { $0.isRevoked = $1 }),
            Setting("priority", .priority, { $0.priority }, { $0.priority = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) {
        isLearned = section.role == .learned
        keyOrigin = section.origin
        pskOrigin = section.origin
        verifiedOrigin = section.origin
    }

    /// Returns the 24 digits of a text, in groups of four; nil unless the text is 24 digits and
    /// blanks.
    public static func digits(in text: String) -> String? {
        var digits: [UInt8] = []
        for byte in text.utf8 where byte != UInt8(ascii: " ") {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits.count < 24 else {
                return nil
            }
            digits.append(byte)
        }
        guard digits.count == 24 else { return nil }
        return (0..<6).map { String(decoding: digits[4 * $0..<4 * $0 + 4], as: UTF8.self) }
            .joined(separator: " ")
    }
}

extension Form<PeerAddress> {
    fileprivate static var address: Self {
        Self(allowed: .forms([]), parse: { PeerAddress.parse($0) }, text: { $0.description })
    }
}

extension Form<String> {
    /// `intercom1:` ‖ 52 base32 characters ‖ `:` ‖ 4 (protocol.md §4.2), in any case.
    fileprivate static var publicKey: Self {
        let isBase32 = { (part: Substring) in
            part.utf8.allSatisfy {
                isLetter($0) || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains($0)
            }
        }
        return Self(["intercom1:"]) { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].lowercased() == "intercom1",
                parts[1].utf8.count == 52, isBase32(parts[1]),
                parts[2].utf8.count == 4, isBase32(parts[2])
            else {
                return .wrong(
                    "not a public key, which is intercom1:, 52 characters, : and 4 more"
                        + " (intercomctl key show, on the other station)")
            }
            return .value(text.lowercased())
        }
    }

    /// The digits of a fingerprint, or an empty text.
    fileprivate static var fingerprint: Self {
        Self { text in
            if text.isEmpty { return .value("") }
            return Config.Peer.digits(in: text).map { .value($0) }
                ?? .wrong(
                    "must be the 24 digits that intercomctl key show --fingerprint"
                        + " prints on the peer")
        }
    }
}

extension Form<Config.Peer.PSK> {
    fileprivate static var psk: Self {
        Self(
            allowed: .forms(["none", "file:", "cred:"]),
            parse: { text in
                if text.isEmpty || text == "none" { return .value(.none) }
                for (prefix, make) in [
                    ("file:", Config.Peer.PSK.file), ("cred:", Config.Peer.PSK.credential),
                ] where text.hasPrefix(prefix) {
                    let name = String(text.dropFirst(prefix.utf8.count))
                    let isPlain = name.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
                    guard (1...64).contains(name.utf8.count), isPlain, !name.hasPrefix(".") else {
                        return .wrong("\(prefix)NAME takes a bare file name, not a path")
                    }
                    return .value(make(name))
                }
                // The text may be a secret in the wrong place, so no message repeats it.
                return .wrong("must be file:NAME or cred:NAME; the key itself never stands here")
            },
            text: { psk in
                switch psk {
                case .none: "none"
                case .file(let name): "file:\(name)"
                case .credential(let name): "cred:\(name)"
                }
            })
    }
}
