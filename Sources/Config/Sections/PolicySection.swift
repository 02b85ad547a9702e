extension Config {
    /// `[policy]` and `[policy PEER]`: what a peer may do here.
    public struct Policy: Equatable, Sendable {
        public enum Answering: String, CaseIterable, Sendable { case ring, auto, never }

        /// The peer; empty for the policy of all other peers.
        public internal(set) var name = ""
        public internal(set) var call = Answering.ring
        public internal(set) var announce = true
        public internal(set) var dropIn = false
        public internal(set) var monitor = false
        public internal(set) var high = false
        public internal(set) var emergency = false
        /// The relays of this station that the peer may switch.
        public internal(set) var relay: [String] = []
        public internal(set) var signal = true
        public internal(set) var origin = Origin.nowhere
        public internal(set) var relayOrigin = Origin.nowhere
    }

    /// The policy that holds for the peer of this name.
    public func policy(ofPeer name: String) -> Policy {
        policies.first { $0.name == name } ?? policy
    }
}

extension Config.Policy: NamedSection {
    static var settings: [Setting<Self>] {
        let consent = Form<Bool>.words([("allow", true), ("deny", false)])
        return [
            Setting("call", .cases, { $0.call }, { $0.call = $1 }),
            Setting("announce", consent, { $0.announce }, { $0.announce = $1 }),
            Setting("drop-in", consent, { $0.dropIn }, { $0.dropIn = $1 }),
            Setting("monitor", consent, { $0.monitor }, { $0.monitor = $1 }),
            Setting("high", consent, { $0.high }, { $0.high = $1 }),
            Setting("emergency", consent, { $0.emergency }, { $0.emergency = $1 }),
            Setting("relay", relaysForm, { $0.relay }, { $0.relay = $1 })
                .at { $0.relayOrigin = $1 },
            Setting("signal", consent, { $0.signal }, { $0.signal = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) {
        name = section.name
        origin = section.origin
        relayOrigin = section.origin
    }

    /// Names and no word for all: a relay that is added later is nobody's until it is named.
    private static var relaysForm: Form<[String]> {
        let (none, all) = ("deny", "allow")
        let item = Form<String>(
            allowed: .forms([none, "NAME", "NAME, NAME"]),
            parse: { text in
                guard text != all else {
                    return .wrong("\(all) names no relay; write the peer's relays: relay = door")
                }
                return parseName(text)
            },
            text: { $0 })
        let names = item.list(limit: Limits.relays)
        return Form(
            allowed: names.allowed,
            parse: { text in
                names.parse(text).then { found in
                    guard found.contains(none) else { return .value(found) }
                    return found.count == 1
                        ? .value([]) : .wrong("\(none) means no relay and must be the only item")
                }
            },
            text: { $0.isEmpty ? none : names.text($0) })
    }
}
