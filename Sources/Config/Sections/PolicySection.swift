extension Config {
    /// `[policy]` and `[policy PEER]`: what a peer may do here.
    ///
    /// Read, it holds what its section says; checked, the rest is what `[policy]` says.
    public struct Policy: Equatable, Sendable {
        public enum Answering: String, CaseIterable, Sendable { case ring, auto, never }

        /// The peer; empty for what holds for all others.
        public internal(set) var name = ""
        public internal(set) var call = Answering.ring
        public internal(set) var announce = true
        public internal(set) var dropIn = false
        public internal(set) var monitor = false
        public internal(set) var emergency = false
        public internal(set) var relay = false
        public internal(set) var signal = true
        public internal(set) var origin = Origin(file: "", line: 1)
        /// The keys that its section has.
        var said: [String] = []
    }

    /// What the peer of this name may do here.
    public func policy(ofPeer name: String) -> Policy {
        policies.first { $0.name == name } ?? policy
    }
}

extension Config.Policy {
    init(_ reader: inout SectionReader) {
        name = reader.section.name
        origin = reader.origin
        if let call = reader.choice(
            "call", Answering.allCases.map { ($0.rawValue, $0) })
        {
            self.call = call
        }
        announce = Self.read("announce", &reader) ?? announce
        dropIn = Self.read("drop-in", &reader) ?? dropIn
        monitor = Self.read("monitor", &reader) ?? monitor
        emergency = Self.read("emergency", &reader) ?? emergency
        relay = Self.read("relay", &reader) ?? relay
        signal = Self.read("signal", &reader) ?? signal
        said = reader.section.entries.map { $0.key }
        reader.finish()
    }

    private static func read(_ key: String, _ reader: inout SectionReader) -> Bool? {
        reader.choice(key, [("allow", true), ("deny", false)])
    }

    /// What this section does not say is as in `other`.
    mutating func fill(from other: Self) {
        if !said.contains("call") { call = other.call }
        if !said.contains("announce") { announce = other.announce }
        if !said.contains("drop-in") { dropIn = other.dropIn }
        if !said.contains("monitor") { monitor = other.monitor }
        if !said.contains("emergency") { emergency = other.emergency }
        if !said.contains("relay") { relay = other.relay }
        if !said.contains("signal") { signal = other.signal }
        said = []
    }

    var section: EffectiveSection {
        let word = { (isAllowed: Bool) in isAllowed ? "allow" : "deny" }
        return EffectiveSection(
            "policy", name: name,
            [
                ("call", call.rawValue), ("announce", word(announce)), ("drop-in", word(dropIn)),
                ("monitor", word(monitor)), ("emergency", word(emergency)),
                ("relay", word(relay)), ("signal", word(signal)),
            ])
    }
}

extension ConfigReader {
    /// Each policy is of a peer that is there, and says nothing only where `[policy]` does.
    mutating func checkPolicies() {
        let peers = config.peers.map { $0.name }
        for place in config.policies.indices {
            let name = config.policies[place].name
            if !peers.contains(name) {
                fail(
                    config.policies[place].origin, "[policy \(name)]: there is no [peer \(name)]",
                    nearestWord(to: name, among: peers))
            }
            fill(policy: place)
        }
    }
}
