// The actions of buttons, checked when every name is known.

extension ConfigReader {
    mutating func checkActs() {
        let peers = config.peers.map { $0.name }
        let channels = config.channels.map { $0.name }
        for button in config.buttons {
            for touch in Config.Touch.allCases {
                guard let act = button.acts[touch], let origin = button.actOrigins[touch] else {
                    continue
                }
                check(act, touch.word, at: origin, peers, channels)
            }
        }
    }

    private mutating func check(
        _ act: Config.Act, _ key: String, at origin: Origin, _ peers: [String],
        _ channels: [String]
    ) {
        let found: (kind: String, name: String, known: [String])
        switch act {
        case .call(let name), .page(let name):
            found = ("channel or peer", name, channels + peers)
        case .signal(let name): found = ("peer", name, peers)
        case .relay(_, let peer?): found = ("peer", peer, peers)
        case .relay(let name, nil): found = ("relay", name, config.relays.map { $0.name })
        case .mute(let name): found = ("channel", name, ["mic", "speaker"] + channels)
        case .answer, .reject, .hangUp, .volume, .doNotDisturb: return
        }
        guard !found.known.contains(found.name) else { return }
        let what = "\(key): there is no \(found.kind) \(quoted(found.name))"
        let isForOthers = act.channelName != nil || act.peerName != nil
        if isForOthers,
            waitsForSite(
                found.name, origin, what, among: found.known, mayBeChannel: act.channelName != nil)
        {
            return
        }
        fail(origin, what, nearestWord(to: found.name, among: found.known))
    }
}

extension Config.Button {
    /// The setting that names the target; for a press that is usually `talk`.
    var talkKey: String { actOrigins[talkTouch] == talkOrigin ? talkTouch.word : "talk" }
}
