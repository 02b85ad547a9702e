extension Config {
    /// The ways to touch a button.
    public enum Touch: String, CaseIterable, Sendable {
        /// A press that is neither a hold nor a double press.
        case press
        /// Held down for half a second.
        case hold
        /// Pressed again soon after a short press.
        case double
    }

    /// An action of a button besides talking.
    public enum Act: Hashable, Sendable {
        /// Calls a peer, or all of a channel.
        case call(String)
        /// Opens the microphone for a page, or closes it again.
        case page(String)
        /// Speaks a voice message to a peer, or to all of a channel, while the button is down.
        case message(String)
        /// Plays the messages that have not been heard, or stops playing.
        case messages
        /// Plays once more what was heard last.
        case replay
        case answer
        case reject
        case hangUp
        /// Lights the call light of a peer.
        case signal(String)
        /// Switches a relay here, or at a peer.
        case relay(String, at: String?)
        /// Mutes `mic`, `speaker` or a channel, or unmutes it.
        case mute(String)
        /// Changes the volume by so many per cent.
        case volume(Int)
        /// Switches do-not-disturb on or off.
        case doNotDisturb

        /// The peer or channel that the act is for; nil where it is for neither.
        var peerName: String? {
            switch self {
            case .call(let name), .page(let name), .message(let name), .signal(let name),
                .relay(_, let name?):
                name
            case .answer, .reject, .hangUp, .relay, .mute, .volume, .doNotDisturb, .messages,
                .replay:
                nil
            }
        }

        /// The channel that the act may be for; nil where it is for none.
        var channelName: String? {
            switch self {
            case .call(let name), .page(let name), .message(let name), .mute(let name): name
            case .answer, .reject, .hangUp, .signal, .relay, .volume, .doNotDisturb, .messages,
                .replay:
                nil
            }
        }

        /// The act as the configuration spells it.
        public var text: String {
            switch self {
            case .call(let name): "call \(name)"
            case .page(let name): "page \(name)"
            case .message(let name): "message \(name)"
            case .messages: "messages"
            case .replay: "replay"
            case .answer: "answer"
            case .reject: "reject"
            case .hangUp: "hangup"
            case .signal(let peer): "signal \(peer)"
            case .relay(let name, nil): "relay \(name)"
            case .relay(let name, let peer?): "relay \(name)@\(peer)"
            case .mute(let what): "mute \(what)"
            case .volume(let percent): "volume \(percent < 0 ? "" : "+")\(percent)"
            case .doNotDisturb: "dnd"
            }
        }
    }
}

/// The value of `press`, `hold` and `double`.
enum Deed: Equatable {
    /// The media loop carries out this deed itself.
    case talk(String)
    case act(Config.Act)

    /// The word that means the peer heard last.
    static let reply = "reply"

    static let words = [
        "talk", "call", "page", "answer", "reject", "hangup", reply, "signal", "relay", "mute",
        "volume", "message", "messages", "replay", "dnd",
    ]

    static func parse(_ text: String) -> Parsed<Deed> {
        let parts = text.split { $0 == " " || $0 == "\t" }.map { String($0) }
        let word = parts.first ?? ""
        guard words.contains(word) else {
            return .wrong(
                "\(quoted(word)) is not an action of a button; must be \(oneOf(words))",
                nearestWord(to: word, among: words))
        }
        switch (word, parts.count) {
        case ("answer", 1): return .value(.act(.answer))
        case ("reject", 1): return .value(.act(.reject))
        case ("hangup", 1): return .value(.act(.hangUp))
        case ("dnd", 1): return .value(.act(.doNotDisturb))
        case ("messages", 1): return .value(.act(.messages))
        case ("replay", 1): return .value(.act(.replay))
        case (reply, 1): return .value(.talk(reply))
        case ("answer", _), ("reject", _), ("hangup", _), ("dnd", _), ("messages", _),
            ("replay", _), (reply, _):
            return .wrong("\(word) takes nothing after it")
        case ("volume", 2): return volume(parts[1])
        case ("relay", 2): return relay(parts[1])
        case (_, 2): return named(word, parts[1])
        default: return .wrong("write \(word) \(example(of: word))")
        }
    }

    private static func example(of word: String) -> String {
        switch word {
        case "talk", "call": "NAME, of a channel or a peer"
        case "page", "message": "NAME, of a channel or a peer"
        case "signal": "PEER"
        case "relay": "NAME, or relay NAME@PEER"
        case "mute": "mic, speaker or a channel"
        default: "+5, or -5"
        }
    }

    private static func named(_ word: String, _ text: String) -> Parsed<Deed> {
        guard case .value(let name) = parseName(text) else {
            return .wrong("\(word): \(quoted(text)) is not a name: \(nameForm(near: text))")
        }
        switch word {
        case "talk": return .value(.talk(name))
        case "call": return .value(.act(.call(name)))
        case "page": return .value(.act(.page(name)))
        case "signal": return .value(.act(.signal(name)))
        case "message": return .value(.act(.message(name)))
        default: return .value(.act(.mute(name)))
        }
    }

    private static func relay(_ text: String) -> Parsed<Deed> {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count <= 2, parts.allSatisfy({ isName($0) }) else {
            return .wrong("relay: \(quoted(text)) is neither NAME nor NAME@PEER")
        }
        return .value(.act(.relay(parts[0], at: parts.count == 2 ? parts[1] : nil)))
    }

    private static func volume(_ text: String) -> Parsed<Deed> {
        let isSigned = text.utf8.first == UInt8(ascii: "+") || text.utf8.first == UInt8(ascii: "-")
        guard isSigned, case .value(let percent) = Quantity.integer(text),
            (1...100).contains(abs(percent))
        else { return .wrong("volume: \(quoted(text)) must be +1 to +100 or -1 to -100") }
        return .value(.act(.volume(percent)))
    }
}

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
                check(act, touch.rawValue, at: origin, peers, channels)
                if act == .replay, config.replay.keep == nil {
                    let what = "nothing is kept to be played: set [replay] keep"
                    warn(origin, "\(touch.rawValue): \(what)")
                }
                guard case .message = act else { continue }
                // The same touch would begin another act, or end this one at once.
                if button.talks || touch == .press && button.acts.count > 1 {
                    let other = button.talks ? "talk" : "hold and double"
                    fail(
                        origin,
                        "\(touch.rawValue): a message is spoken while the button is down: \(other)"
                            + " must be on another button")
                }
            }
        }
    }

    private mutating func check(
        _ act: Config.Act, _ key: String, at origin: Origin, _ peers: [String],
        _ channels: [String]
    ) {
        let found: (kind: String, name: String, known: [String])
        switch act {
        case .call(let name), .page(let name), .message(let name):
            found = ("channel or peer", name, channels + peers)
        case .signal(let name): found = ("peer", name, peers)
        case .relay(_, let peer?): found = ("peer", peer, peers)
        case .relay(let name, nil): found = ("relay", name, config.relays.map { $0.name })
        case .mute(let name): found = ("channel", name, ["mic", "speaker"] + channels)
        case .answer, .reject, .hangUp, .volume, .doNotDisturb, .messages, .replay: return
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
    /// The setting that names the target; usually `talk` where a press talks.
    var talkKey: String { actOrigins[talkTouch] == talkOrigin ? talkTouch.rawValue : "talk" }
}
