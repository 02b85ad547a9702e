extension Event {
    /// The event in one sentence, with nothing in it that could move a cursor or begin a line.
    public var sentence: String {
        let peer = peer ?? "", button = button ?? "", lamp = lamp ?? "", detail = detail ?? ""
        let who = self.peer ?? target ?? "nobody"
        let to = target.map { " to \($0)" } ?? ""
        let after = seconds.map { " after \(Self.tenths($0)) s" } ?? ""
        let text =
            switch kind {
            case .keyDown: "key \(button) down\(to)"
            case .keyUp: "key \(button) up"
            case .stuckKey: "talk\(to) stopped\(after): the key was held too long"
            case .buttonFault: "button \(button): \(detail)"
            case .buttonReady: "button \(button): open"
            case .lampFault: "lamp \(lamp): \(detail)"
            case .lampReady: "lamp \(lamp): open"
            case .keyAction: "key \(button): \(detail)"
            case .relay: "relay \(target ?? ""): \(detail)"
            case .relayFault: "relay \(target ?? ""): \(detail)"
            case .relayReady: "relay \(target ?? ""): open"
            case .signal: "\(peer) calls: its call light is lit here"
            case .talk: self.peer == nil ? "talking\(to)" : "\(peer) talks\(to)"
            case .talkEnd:
                self.peer == nil ? "talk\(to) ended\(after)" : "\(peer) ended\(to)\(after)"
            case .heard: "said\(to), heard: \(detail)"
            case .noListener:
                "nobody can hear what is said\(to)\(detail.isEmpty ? "" : ": \(detail)")"
            case .announce: "announcing\(to)"
            case .announceEnd: "announced\(to)"
            case .ring: "\(peer) calls"
            case .calling: "it rings at \(who)"
            case .answered: "call with \(who) answered"
            case .callActive: "call with \(who)"
            case .callJoined: "\(peer) is in the call too"
            case .callLeft: "\(peer) has left the call"
            case .callWeak: "\(peer) is not heard in the call"
            case .callStrong: "\(peer) is heard in the call again"
            case .callEnded: "call with \(who) ended\(after): \(detail)"
            case .missedCall: "missed call from \(who): \(detail)"
            case .refused: "\(peer) claimed \(target ?? ""): \(detail)"
            case .page: "page of \(peer)\(to)"
            case .pageEnd: "page of \(peer) ended"
            case .dropIn: "\(peer) drops in: the microphone is open"
            case .listenIn: "\(peer) listens in: the microphone is open"
            case .result: "\(peer): \(detail)"
            case .peerUp: "\(peer) up, \(detail)"
            case .peerStale: "\(peer) stale: its heartbeat did not come"
            case .peerHeard: "\(peer) is heard again"
            case .peerDown: "\(peer) down"
            case .rekey: "\(peer): new keys"
            case .unknownKey:
                "a station with the unknown key \(detail) called from \(target ?? "?"); to add it: "
                    + "intercomctl peers"
            case .networkReady: "network: there again"
            case .networkFault: "network: \(detail)"
            case .xrun: "sound was lost between card and program: \(detail)"
            case .stopped: "stopped"
            case .dropped: "\(detail) events were not told"
            case .reload: "settings read again: \(detail)"
            case .dnd: "do not disturb: \(detail)"
            case .volume: "volume of \(target ?? ""): \(detail)"
            case .mute: "mute of \(target ?? ""): \(detail)"
            case .stateFault, .historyFault, .hookFault, .peerUnresolved, .sharedKey, .audioOpen,
                .audioLost, .audioAsleep, .audioAwake, .audioStalled, .overload, .overloadEnd,
                .started, .reloadRefused:
                detail
            }
        return text.visible
    }

    /// With one decimal, as the sentence and the hook have it.
    public static func tenths(_ number: Double) -> String {
        guard number.isFinite, number.magnitude < 1e9 else { return "?" }
        let tenths = Int(number * 10 + 0.5)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
