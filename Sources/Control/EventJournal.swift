// An event in the journal: the same one that `monitor` tells.

extension Event {
    /// How much an event matters, by the numbers of syslog(3).
    public enum Priority: Int, Sendable {
        case error = 3
        case warning, notice, info, debug
    }
}

extension Event.Kind {
    public var priority: Event.Priority {
        switch self {
        case .buttonFault, .audioLost, .audioStalled: .error
        case .stuckKey, .lampFault, .audioAsleep, .xrun, .reloadRefused, .peerUnresolved: .warning
        case .peerUp, .peerStale, .peerHeard, .peerDown, .audioOpen, .audioAwake, .unknownKey,
            .started, .stopped, .reload, .dropped:
            .notice
        case .keyDown, .keyUp, .buttonReady, .lampReady, .talk, .talkEnd: .info
        // Every two minutes with every peer.
        case .rekey: .debug
        }
    }

    /// What the journal knows the kind by, for ever: 128 random bits in hexadecimal.
    public var messageID: StaticString {
        switch self {
        case .keyDown: "4873164495fc47ddb4e342d68fd6ce9f"
        case .keyUp: "a6b315d8907c4cc6acad454d498d7ef4"
        case .stuckKey: "0cd8879fdd374ceabdca447e43eaa848"
        case .buttonFault: "6702dc146b8b4df589c31b774588c2ab"
        case .buttonReady: "b61778e4c14a4f1ea85677a7051db63a"
        case .lampFault: "b5e4ac8fe34f47de981d7e56e4996e4c"
        case .lampReady: "cacbc7635132493eaeedcb97b17f1c92"
        case .talk: "ca978c0f769d4661a788d7f26719afd8"
        case .talkEnd: "0c2633e03fd04a4286c3c8f05484066a"
        case .peerUp: "36897045ea8f47c4b03088626703ecd6"
        case .peerStale: "dde1c4acf56e4dbeb8731eda9984d038"
        case .peerHeard: "1acb9d5c335f4e1aa0a732a7ffdef281"
        case .peerDown: "8139a7895e1f4cd399269aee950e25f6"
        case .rekey: "ec4217af48eb419cbe28eeb2b216e2da"
        case .peerUnresolved: "f94466f766b246bbad71beb770528d19"
        case .audioOpen: "e9ee8034e5654dad8cf45f9e7d947225"
        case .audioLost: "e5c7488e89d54351bc211812fffd1325"
        case .audioAsleep: "31ff33391f7b4b1db028ba686397d0d0"
        case .audioAwake: "6d2f18072a0d49aa9144cdb990e08d57"
        case .audioStalled: "97b7a40deb184d17b52721a5168b9b5e"
        case .xrun: "7cb198f66c584d108934fe7ac595aff9"
        case .unknownKey: "903d11c6ab014226aa0f3ecf8281ee47"
        case .started: "1727c319e2d348aabdead6092d6a871e"
        case .stopped: "5165e21e74854ae890e3a0f7e2058e5e"
        case .reload: "8e2a6aabf1c7400d98202da6ad041a90"
        case .reloadRefused: "9c1d00a672ef4806b41d9a1d38944411"
        case .dropped: "93f707e3062f4ae58440536f54fe502f"
        }
    }
}

extension Event {
    /// The event in one sentence, with nothing in it that could move a cursor or begin a line.
    public var sentence: String {
        let peer = peer ?? "", button = button ?? "", detail = detail ?? ""
        let to = target.map { " to \($0)" } ?? ""
        let after = seconds.map { " after \(Self.tenths($0)) s" } ?? ""
        let text =
            switch kind {
            case .keyDown: "key \(button) down\(to)"
            case .keyUp: "key \(button) up"
            case .stuckKey: "talk\(to) stopped\(after): the key was held too long"
            case .buttonFault: "button \(button): \(detail)"
            case .buttonReady: "button \(button): open"
            case .lampFault: "lamp \(button): \(detail)"
            case .lampReady: "lamp \(button): open"
            case .talk: self.peer == nil ? "talking\(to)" : "\(peer) talks\(to)"
            case .talkEnd:
                self.peer == nil ? "talk\(to) ended\(after)" : "\(peer) ended\(to)\(after)"
            case .peerUp: "\(peer) up, \(detail)"
            case .peerStale: "\(peer) stale: its heartbeat did not come"
            case .peerHeard: "\(peer) is heard again"
            case .peerDown: "\(peer) down"
            case .rekey: "\(peer): new keys"
            case .unknownKey: "a station with the unknown key \(detail) called; it got no answer"
            case .xrun: "sound was lost between card and program: \(detail)"
            case .stopped: "stopped"
            case .dropped: "\(detail) events were not told"
            case .reload: "settings read again: \(detail)"
            case .peerUnresolved, .audioOpen, .audioLost, .audioAsleep, .audioAwake, .audioStalled,
                .started, .reloadRefused:
                detail
            }
        return text.visible
    }

    private static func tenths(_ number: Double) -> String {
        guard number.isFinite, number.magnitude < 1e9 else { return "?" }
        let tenths = Int(number * 10 + 0.5)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
