// An event in the journal, the same that `monitor` prints.

extension Event {
    /// How much an event matters, by the numbers of syslog(3).
    public enum Priority: Int, Sendable {
        case error = 3
        case warning, notice, info, debug
    }
}

extension Event.Kind {
    public var priority: Event.Priority { row.priority }

    /// The MESSAGE_ID of the kind, which never changes: 128 random bits in hexadecimal.
    public var messageID: StaticString { row.messageID }

    private var row: (priority: Event.Priority, messageID: StaticString) {
        switch self {
        case .keyDown: (.info, "4873164495fc47ddb4e342d68fd6ce9f")
        case .keyUp: (.info, "a6b315d8907c4cc6acad454d498d7ef4")
        case .stuckKey: (.warning, "0cd8879fdd374ceabdca447e43eaa848")
        case .buttonFault: (.error, "6702dc146b8b4df589c31b774588c2ab")
        case .buttonReady: (.info, "b61778e4c14a4f1ea85677a7051db63a")
        case .lampFault: (.warning, "b5e4ac8fe34f47de981d7e56e4996e4c")
        case .lampReady: (.info, "cacbc7635132493eaeedcb97b17f1c92")
        case .keyAction: (.info, "3d0f6e1b52c94c6f9a7be0d8841f5a27")
        case .relay: (.notice, "b8f51a0c7d2e4f93a6c80917e5d43b6f")
        case .relayRests: (.warning, "d3b7c05e9f1842a6b07e64c1a9582f3d")
        case .relayFault: (.error, "5e7c92d41ab846f0b3196c0fd82ea754")
        case .relayReady: (.info, "9a14f7c3e06d4b58b2c5718d3f90ae62")
        case .signal: (.notice, "e2603bd97c5148afb09d1c64f87a25e3")
        case .talk: (.info, "ca978c0f769d4661a788d7f26719afd8")
        case .talkEnd: (.info, "0c2633e03fd04a4286c3c8f05484066a")
        case .heard: (.info, "5a0d3c1e7f9b4d2c8e61b7a4f3d20c95")
        case .noListener: (.notice, "c7e1f5a92b384e60a6d38f0b14c9e27d")
        case .announce: (.info, "2f8b64d0913e4ac7b5e07d19c6a8f342")
        case .announceEnd: (.info, "9d47a1c3e5f04b28867a2e6db0c1953f")
        case .ring: (.notice, "14a03569d26b4496a2e5dfe8cb1855fe")
        case .calling: (.notice, "096d373742f94039a320a4737c2b3abe")
        case .answered: (.notice, "9623d7cfa9ae4a34a54499c7001d9a88")
        case .callActive: (.notice, "bc1e3ac1c27d44eca72c2c2678629522")
        case .callJoined: (.notice, "e208b24833f8473185d9cad2683a159b")
        case .callLeft: (.notice, "b5dbace8d80a41f58a2126f153252018")
        case .callWeak: (.notice, "059a91e1c5274279a1c342505f877031")
        case .callStrong: (.info, "32b7228fcd4a4557ad24b39645cf8aa4")
        case .callEnded: (.notice, "e91b4ad169fc4360af5ca32ebad5ccc2")
        case .missedCall: (.notice, "181e290aae9a4169aa0c510089ce5ef7")
        case .message: (.notice, "7f21c0b4d95e4e5c8a3b60d2f4179ae6")
        case .recording: (.notice, "3458f0c346337b87f30d6163a1694f0a")
        case .refused: (.notice, "b313fc7e8db9492ca03c2ac9316774fe")
        case .page: (.notice, "a9b3d1a243f9400caa98666ace1c9c17")
        case .pageEnd: (.info, "168e5087af894f5bac2c0ac2cda95957")
        case .dropIn: (.notice, "fd80206055e843ebacb9185ed822e2f9")
        case .listenIn: (.notice, "68f22599ccdf440bacb53ec017d7ab26")
        case .result: (.notice, "b31a5bf371f940cfa01fe4fcce06294d")
        case .peerUp: (.notice, "36897045ea8f47c4b03088626703ecd6")
        case .peerStale: (.notice, "dde1c4acf56e4dbeb8731eda9984d038")
        case .peerHeard: (.notice, "1acb9d5c335f4e1aa0a732a7ffdef281")
        case .peerDown: (.notice, "8139a7895e1f4cd399269aee950e25f6")
        // Every two minutes with every peer.
        case .rekey: (.debug, "ec4217af48eb419cbe28eeb2b216e2da")
        case .peerUnresolved: (.warning, "f94466f766b246bbad71beb770528d19")
        case .sharedKey: (.warning, "6b0f7d2c51e84a9db3a4c8170fe2d965")
        case .networkFault: (.warning, "d41c83e5a07f4b62918ce6f03b5a7d2e")
        case .networkReady: (.notice, "70e9b5a2c6314f8dae05d17f9483bc61")
        case .audioOpen: (.notice, "e9ee8034e5654dad8cf45f9e7d947225")
        case .audioLost: (.error, "e5c7488e89d54351bc211812fffd1325")
        case .audioAsleep: (.warning, "31ff33391f7b4b1db028ba686397d0d0")
        case .audioAwake: (.notice, "6d2f18072a0d49aa9144cdb990e08d57")
        case .audioStalled: (.error, "97b7a40deb184d17b52721a5168b9b5e")
        case .overload: (.warning, "1e506c88dd12419b5397a8404bac39c6")
        case .overloadEnd: (.notice, "40d95d0e6d60eab78ca5d75ded2b778b")
        case .xrun: (.warning, "7cb198f66c584d108934fe7ac595aff9")
        case .reload: (.notice, "8e2a6aabf1c7400d98202da6ad041a90")
        case .unknownKey: (.notice, "903d11c6ab014226aa0f3ecf8281ee47")
        case .wrongSecret: (.notice, "c9fb60e2c4a9bd74dd268ae7f680e2f6")
        case .paired: (.notice, "4e660445359089271670454005f9dd6d")
        case .pairingFailed: (.warning, "b9080f60e1e681f152d645ea68a48eea")
        case .site: (.notice, "4e1a84cf7d08c62a1ca0e14ed30261c5")
        case .siteFault: (.warning, "542d560c7633d322a539e20548799d7e")
        case .started: (.notice, "1727c319e2d348aabdead6092d6a871e")
        case .stopped: (.notice, "5165e21e74854ae890e3a0f7e2058e5e")
        case .reloadRefused: (.warning, "9c1d00a672ef4806b41d9a1d38944411")
        case .dnd: (.notice, "8582033c7a3d4d4ca32356e82f5ae0eb")
        case .volume: (.info, "e64a91ea59694aada9695ab175fa745b")
        case .mute: (.notice, "e789fc86ba854bb5a287a97138c87931")
        case .stateFault: (.warning, "c7140d130fd840c5ab2e35c66397108b")
        case .historyFault: (.warning, "c3c06d02d8eb4887ab44b4787d0acde4")
        case .hookFault: (.warning, "21a81e9e92de480ea5d708950ca3bf47")
        case .dropped: (.notice, "93f707e3062f4ae58440536f54fe502f")
        }
    }
}

extension Event {
    /// The event in one sentence, without characters that could move a cursor or begin a line.
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
            case .buttonFault, .keyAction: "button \(button): \(detail)"
            case .buttonReady: "button \(button): ready"
            case .lampFault: "lamp \(lamp): \(detail)"
            case .lampReady: "lamp \(lamp): ready"
            case .relay, .relayRests, .relayFault: "relay \(target ?? ""): \(detail)"
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
            case .message where detail == "new": "message from \(peer)"
            case .message: "message to \(peer): \(detail)"
            case .recording where outcome == "started":
                "\(self.peer ?? "this station") records \(target ?? "")"
            case .recording:
                "\(self.peer ?? "this station") does not record \(target ?? "")"
                    + (detail.isEmpty ? " any more" : ": \(detail)")
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
                "the former \(peer), no peer any more, still calls, from \(target ?? "?"); "
                    + CallerStatus.formerFix
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

    /// Formats a number with one decimal, for the sentence and the hook.
    public static func tenths(_ number: Double) -> String {
        guard number.isFinite, number.magnitude < 1e9 else { return "?" }
        let tenths = Int(number * 10 + 0.5)
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension String {
    /// The text with `?` for characters that move a cursor, begin a line or turn its direction.
    ///
    /// Names from devices, peers and files could otherwise control a person's terminal.
    public var visible: String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
            // These turn the direction of the text that follows.
            let isTurning =
                (0x2028...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
                || [0x061c, 0x200e, 0x200f].contains(scalar.value)
            result.append(isControl || isTurning ? "?" : scalar)
        }
        return String(result)
    }
}
