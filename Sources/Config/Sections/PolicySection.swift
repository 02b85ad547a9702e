extension Config {
    /// `[policy]` and `[policy PEER]`: the rights of a peer here.
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
        /// Whether voice messages of the peer are kept here.
        public internal(set) var message = true
        /// Whether the peer may record talk that this station takes part in.
        public internal(set) var record = true
        public internal(set) var origin = Origin.nowhere
        public internal(set) var relayOrigin = Origin.nowhere
    }

    /// Returns the policy for the peer of this name.
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
            Setting("message", consent, { $0.message }, { $0.message = $1 }),
            Setting("record", consent, { $0.record }, { $0.record = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) {
        // The policy of all peers has no name, so its place is set here.
        origin = section.origin
        relayOrigin = section.origin
    }

    /// Names of relays, without a word for all: a relay that is added later is nobody's until a
    /// policy names it.
    private static var relaysForm: Form<[String]> {
        let (none, all) = ("deny", "allow")
        let item = Form<String>([none, "NAME", "NAME, NAME"]) { text in
            guard text.lowercased() != all else {
                return .wrong("\(all) names no relay; write the peer's relays: relay = door")
            }
            return parseName(text)
        }
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

extension Config {
    /// `[quiet]`: hours in which only an emergency may disturb.
    public struct Quiet: Equatable, Sendable {
        /// The hours; nil means at no time.
        public internal(set) var hours: Hours?
    }

    /// A span of the day; it goes over midnight if its end is the earlier time.
    public struct Hours: Equatable, Sendable {
        /// Minutes since midnight, each below 1440; start and end always differ.
        public let start: Int
        public let end: Int

        /// Returns whether a minute since midnight is in the span; the end is not.
        public func contains(minute: Int) -> Bool {
            start < end
                ? (start..<end).contains(minute) : minute >= start || minute < end
        }

        var text: String { "\(Self.text(start))-\(endText)" }

        /// The time of day at the end: `06:30`.
        public var endText: String { Self.text(end) }

        private static func text(_ minute: Int) -> String {
            let (hours, rest) = (minute / 60, minute % 60)
            return "\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
        }
    }
}

extension Config.Quiet: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("hours", Config.Hours.form.or("none"), { $0.hours }, { $0.hours = $1 })
        ]
    }
}

extension Config.Hours {
    fileprivate static var form: Form<Self> {
        Form(
            allowed: .forms(["none"]),
            parse: { text in
                let parts = text.split(separator: "-", omittingEmptySubsequences: false)
                    .map { minute($0) }
                guard parts.count == 2, let start = parts[0], let end = parts[1] else {
                    return .wrong(
                        "\(quoted(text)) must be two times of day, such as 22:00-06:30, or none")
                }
                guard start != end else { return .wrong("\(quoted(text)) has the same time twice") }
                return .value(Self(start: start, end: end))
            },
            text: { $0.text })
    }

    /// Returns the minutes since midnight of `6:30` or `06:30`.
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.filter { $0 != " " }.split(
            separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}
