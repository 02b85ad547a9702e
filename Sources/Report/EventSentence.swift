extension Event {
    /// The event in one sentence, with nothing in it that could move a cursor or begin a line.
    public var sentence: String {
        let peer = peer ?? "", button = button ?? "", lamp = lamp ?? "", detail = detail ?? ""
        let who = self.peer ?? target ?? "nobody"
        let to = target.map { " to \($0)" } ?? ""
        let after = seconds.map { " after \(Self.tenths($0)) s" } ?? ""
        let text =
            switch kind {
            case .keyDown: "button \(button) pressed\(to.isEmpty ? "" : ", talk\(to)")"
            case .keyUp: "button \(button) released"
            case .stuckKey: "talk\(to) stopped\(after): the button was held too long"
            case .buttonFault: "button \(button): \(detail)"
            case .buttonReady: "button \(button): ready"
            case .lampFault: "lamp \(lamp): \(detail)"
            case .lampReady: "lamp \(lamp): ready"
            case .keyAction: "button \(button): \(detail)"
            case .relay, .relayRests: "relay \(target ?? ""): \(detail)"
            case .relayFault: "relay \(target ?? ""): \(detail)"
            case .relayReady: "relay \(target ?? ""): ready"
            case .signal: "\(peer) lights the call light here"
            case .talk: self.peer == nil ? "talking\(to)" : "\(peer) talks\(to)"
            case .talkEnd:
                self.peer == nil
                    ? "talk\(to) ended\(after)" : "\(peer) stopped talking\(to)\(after)"
            case .heard: "talk\(to), heard by: \(detail)"
            case .noListener:
                "no listener can hear the talk\(to)\(detail.isEmpty ? "" : ": \(detail)")"
            case .announce: "announcing\(to)"
            case .announceEnd: "announced\(to)"
            case .ring: "\(peer) calls"
            case .calling: "it rings at \(who)"
            case .answered: "call with \(who) answered"
            case .callActive: "call with \(who)"
            case .callJoined: "\(peer) joined the call"
            case .callLeft: "\(peer) left the call"
            case .callWeak: "\(peer) is not heard in the call"
            case .callStrong: "\(peer) is heard in the call again"
            case .callEnded: "call with \(who) ended\(after): \(detail)"
            case .missedCall: "missed call from \(who): \(detail)"
            case .refused where target == "flood": "\(peer) floods with records: \(detail)"
            case .refused: "\(peer) asked for \(target ?? ""): \(detail)"
            case .page: "page from \(peer)\(to)"
            case .pageEnd: "page from \(peer) ended"
            case .dropIn: "\(peer) drops in: the microphone is open"
            case .listenIn: "\(peer) listens in: the microphone is open"
            case .result: "\(peer): \(detail)"
            case .peerUp: "\(peer) up, \(detail)"
            case .peerStale: "\(peer) stale: no heartbeat"
            case .peerHeard: "\(peer) is heard again"
            case .peerDown: "\(peer) down"
            case .rekey: "\(peer): new keys"
            case .unknownKey where self.peer != nil:
                "the former \(peer), which the site removed, still calls, from \(target ?? "?");"
                    + " nothing to do"
            case .unknownKey:
                "a station with the unknown key \(detail) called from \(target ?? "?"); to add it: "
                    + "intercomctl peers"
            case .wrongSecret:
                "a station called from \(target ?? "?") with the key of \(peer), but not with its "
                    + "secret, psk and suite; see: intercomctl peers"
            case .paired: "paired with \(peer), fingerprint \(detail)"
            case .pairingFailed: "pairing failed: \(detail)"
            case .networkReady: "network: back"
            case .networkFault: "network: \(detail)"
            case .xrun: "audio dropout on \(detail) (xrun)"
            case .stopped: "stopped"
            case .dropped: "\(detail) events were lost: this reader is too slow"
            case .reload: "settings read again: \(detail)"
            case .dnd: "do not disturb: \(detail)"
            case .volume: "volume of \(target ?? ""): \(detail)"
            case .mute: "mute of \(target ?? ""): \(detail)"
            case .site, .siteFault, .stateFault, .historyFault, .hookFault, .peerUnresolved,
                .sharedKey, .audioOpen,
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
