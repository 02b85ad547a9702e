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
        case .buttonFault, .audioLost, .audioStalled, .relayFault: .error
        case .stuckKey, .lampFault, .audioAsleep, .overload, .xrun, .reloadRefused, .peerUnresolved,
            .sharedKey, .networkFault, .stateFault, .historyFault, .hookFault:
            .warning
        case .peerUp, .peerStale, .peerHeard, .peerDown, .networkReady, .audioOpen, .audioAwake,
            .overloadEnd, .unknownKey, .started, .stopped, .reload, .dropped, .noListener, .dnd,
            .mute, .relay, .signal,
            .ring, .calling, .answered, .callActive, .callJoined, .callLeft, .callWeak,
            .callEnded, .missedCall, .refused, .page, .dropIn, .listenIn, .result:
            .notice
        case .keyDown, .keyUp, .buttonReady, .lampReady, .relayReady, .keyAction, .talk, .talkEnd,
            .heard, .announce, .announceEnd, .volume, .callStrong, .pageEnd:
            .info
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
        case .heard: "5a0d3c1e7f9b4d2c8e61b7a4f3d20c95"
        case .noListener: "c7e1f5a92b384e60a6d38f0b14c9e27d"
        case .announce: "2f8b64d0913e4ac7b5e07d19c6a8f342"
        case .announceEnd: "9d47a1c3e5f04b28867a2e6db0c1953f"
        case .keyAction: "3d0f6e1b52c94c6f9a7be0d8841f5a27"
        case .relay: "b8f51a0c7d2e4f93a6c80917e5d43b6f"
        case .relayFault: "5e7c92d41ab846f0b3196c0fd82ea754"
        case .relayReady: "9a14f7c3e06d4b58b2c5718d3f90ae62"
        case .signal: "e2603bd97c5148afb09d1c64f87a25e3"
        case .ring: "14a03569d26b4496a2e5dfe8cb1855fe"
        case .calling: "096d373742f94039a320a4737c2b3abe"
        case .answered: "9623d7cfa9ae4a34a54499c7001d9a88"
        case .callActive: "bc1e3ac1c27d44eca72c2c2678629522"
        case .callJoined: "e208b24833f8473185d9cad2683a159b"
        case .callLeft: "b5dbace8d80a41f58a2126f153252018"
        case .callWeak: "059a91e1c5274279a1c342505f877031"
        case .callStrong: "32b7228fcd4a4557ad24b39645cf8aa4"
        case .callEnded: "e91b4ad169fc4360af5ca32ebad5ccc2"
        case .missedCall: "181e290aae9a4169aa0c510089ce5ef7"
        case .refused: "b313fc7e8db9492ca03c2ac9316774fe"
        case .page: "a9b3d1a243f9400caa98666ace1c9c17"
        case .pageEnd: "168e5087af894f5bac2c0ac2cda95957"
        case .dropIn: "fd80206055e843ebacb9185ed822e2f9"
        case .listenIn: "68f22599ccdf440bacb53ec017d7ab26"
        case .result: "b31a5bf371f940cfa01fe4fcce06294d"
        case .talk: "ca978c0f769d4661a788d7f26719afd8"
        case .talkEnd: "0c2633e03fd04a4286c3c8f05484066a"
        case .peerUp: "36897045ea8f47c4b03088626703ecd6"
        case .peerStale: "dde1c4acf56e4dbeb8731eda9984d038"
        case .peerHeard: "1acb9d5c335f4e1aa0a732a7ffdef281"
        case .peerDown: "8139a7895e1f4cd399269aee950e25f6"
        case .rekey: "ec4217af48eb419cbe28eeb2b216e2da"
        case .peerUnresolved: "f94466f766b246bbad71beb770528d19"
        case .sharedKey: "6b0f7d2c51e84a9db3a4c8170fe2d965"
        case .networkFault: "d41c83e5a07f4b62918ce6f03b5a7d2e"
        case .networkReady: "70e9b5a2c6314f8dae05d17f9483bc61"
        case .audioOpen: "e9ee8034e5654dad8cf45f9e7d947225"
        case .audioLost: "e5c7488e89d54351bc211812fffd1325"
        case .audioAsleep: "31ff33391f7b4b1db028ba686397d0d0"
        case .audioAwake: "6d2f18072a0d49aa9144cdb990e08d57"
        case .audioStalled: "97b7a40deb184d17b52721a5168b9b5e"
        case .overload: "1e506c88dd12419b5397a8404bac39c6"
        case .overloadEnd: "40d95d0e6d60eab78ca5d75ded2b778b"
        case .xrun: "7cb198f66c584d108934fe7ac595aff9"
        case .unknownKey: "903d11c6ab014226aa0f3ecf8281ee47"
        case .started: "1727c319e2d348aabdead6092d6a871e"
        case .stopped: "5165e21e74854ae890e3a0f7e2058e5e"
        case .reload: "8e2a6aabf1c7400d98202da6ad041a90"
        case .reloadRefused: "9c1d00a672ef4806b41d9a1d38944411"
        case .dnd: "8582033c7a3d4d4ca32356e82f5ae0eb"
        case .volume: "e64a91ea59694aada9695ab175fa745b"
        case .mute: "e789fc86ba854bb5a287a97138c87931"
        case .stateFault: "c7140d130fd840c5ab2e35c66397108b"
        case .historyFault: "c3c06d02d8eb4887ab44b4787d0acde4"
        case .hookFault: "21a81e9e92de480ea5d708950ca3bf47"
        case .dropped: "93f707e3062f4ae58440536f54fe502f"
        }
    }
}

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
