internal import Crypto
internal import Report
internal import Time

/// What Home Assistant sees of this station, by its MQTT discovery, and the few things that it may
/// ask for.
///
/// Sans-I/O. Messages come from a broker that may forge, repeat and flood them, so only `commands`
/// are carried out, and none of them opens a microphone or switches a relay. A message that waits
/// for a slow broker is replaced by a newer one, so nothing grows.
struct HomeAssistant {
    /// The part of the station that Home Assistant sees.
    struct State: Equatable {
        struct Peer: Equatable {
            let publicKey: PublicKey
            let name: String
            let isUp: Bool
        }

        var name = ""
        var isTalking = false
        var isHearing = false
        var call = CallStatus.State.idle
        var callPeers: [String] = []
        var isUndisturbed = false
        /// Whether quiet hours are in force.
        var isQuietTime = false
        var peers: [Peer] = []
        /// The worst fault, in a sentence.
        var problem: String?

        /// Whether a chime disturbs neither a talk nor people who rest.
        var mayChime: Bool {
            !isTalking && !isHearing && call == .idle && !isUndisturbed && !isQuietTime
        }
    }

    /// A message for the broker; empty bytes remove the message that the broker keeps.
    struct Message: Equatable {
        let topic: String
        let payload: [UInt8]
        let isRetained: Bool
    }

    /// Every request that a message can make: the last word of its topic, its payload, and the
    /// request, which any person at this station may make.
    static let commands: [(word: String, payload: String, request: Request)] = [
        ("hang-up", "PRESS", .hangUp),
        ("chime", "PRESS", .tone),
        ("do-not-disturb", "ON", .state(.doNotDisturb(isOn: true, seconds: nil))),
        ("do-not-disturb", "OFF", .state(.doNotDisturb(isOn: false, seconds: nil))),
    ]

    /// The most commands of one topic that are carried out in `window`.
    static let most = 3
    static let window = Duration.seconds(15)
    /// Rings that wait for the broker; later ones are dropped.
    private static let ringsMost = 4
    /// Former peers whose removal is reported.
    private static let formerMost = 31
    /// Bytes of the reported problem.
    private static let problemMost = 300

    /// `intercomd-7f3a-91c2`, which a new name of the station does not change.
    private let id: String
    /// The topic above those of this station.
    private let base: String
    /// Where the broker reports whether this station is connected.
    var availability: String { "\(base)/available" }

    private var state = State()
    private var former: [PublicKey] = []
    /// The discovery message, and the messages of the state.
    private var discovery: [UInt8] = []
    private var wanted: [Message] = []
    /// The retained messages that were sent on this connection.
    private var sent: [String: [UInt8]] = [:]
    private var subscriptions: [String] = []
    private var rings: [Message] = []
    private var isConnected = false
    /// Whether the broker has every message of `wanted`.
    private var isCurrent = false
    /// Whether do-not-disturb is on because Home Assistant asked for it.
    private var hasBegunRest = false
    private var carriedOut: [(topic: String, at: Instant)] = []

    /// Commands since the start that were carried out, or refused.
    private(set) var accepted = 0
    private(set) var refused = 0

    init(own: PublicKey) {
        id = "intercomd-\(own.short)"
        base = "intercomd/\(own.short)"
    }

    /// Publishes everything anew, on a new connection.
    mutating func connected() {
        isConnected = true
        isCurrent = false
        sent = [:]
        var topics: [String] = []
        for command in Self.commands where !topics.contains(commandTopic(command.word)) {
            topics.append(commandTopic(command.word))
        }
        subscriptions = topics
    }

    mutating func disconnected() {
        isConnected = false
        // A ring that comes late would call a person to a door where nobody stands.
        (subscriptions, rings) = ([], [])
    }

    /// Takes the present state.
    mutating func update(_ now: State) {
        if !now.isUndisturbed { hasBegunRest = false }
        guard now != state || discovery.isEmpty else { return }
        let keys = now.peers.map { $0.publicKey }
        let left = state.peers.map { $0.publicKey }.filter { !keys.contains($0) }
        former = Array((former.filter { !keys.contains($0) } + left).suffix(Self.formerMost))
        state = now
        discovery = document()
        wanted = messages()
        isCurrent = false
    }

    /// Reports that a peer rings here.
    mutating func rang(by peer: String) {
        guard isConnected, rings.count < Self.ringsMost else { return }
        let event = Self.object([("event_type", "ring"), ("peer", peer)])
        rings.append(Message(topic: "\(base)/ring", payload: Self.text(event), isRetained: false))
    }

    /// Returns the next topic to subscribe to; nil when there are no more.
    mutating func nextSubscription() -> String? {
        subscriptions.isEmpty ? nil : subscriptions.removeFirst()
    }

    /// Returns the next message to publish; nil when the broker has them all.
    mutating func nextMessage() -> Message? {
        guard isConnected else { return nil }
        if !isCurrent {
            for message in wanted where sent[message.topic] != message.payload {
                sent[message.topic] = message.payload
                return message
            }
            for topic in sent.keys where !wanted.contains(where: { $0.topic == topic }) {
                sent[topic] = nil
                return Message(topic: topic, payload: [], isRetained: true)
            }
            isCurrent = true
        }
        return rings.isEmpty ? nil : rings.removeFirst()
    }

    /// Takes a message of the broker.
    ///
    /// - Returns: The request that the message makes; nil where it makes none, and is counted.
    mutating func receive(
        _ payload: [UInt8], at topic: String, isRetained: Bool, at now: Instant
    ) -> Request? {
        carriedOut.removeAll { now >= $0.at + Self.window }
        let command = Self.commands.first {
            topic == commandTopic($0.word) && payload == Array($0.payload.utf8)
        }
        // A kept command would act again at each connection.
        guard let command, !isRetained, isAllowed(command.request),
            carriedOut.count(where: { $0.topic == topic }) < Self.most
        else {
            refused += 1
            return nil
        }
        carriedOut.append((topic, now))
        if case .state(.doNotDisturb(let isOn, _)) = command.request {
            hasBegunRest = isOn && (hasBegunRest || !state.isUndisturbed)
        }
        accepted += 1
        return command.request
    }

    /// Whether this station may follow a command now: it leaves people in peace, and their
    /// microphone closed to drop-ins, if they have asked for that here.
    private func isAllowed(_ request: Request) -> Bool {
        switch request {
        // Without a call, it would only put out the light of a missed one.
        case .hangUp: state.call != .idle
        case .tone: state.mayChime
        case .state(.doNotDisturb(isOn: false, _)): hasBegunRest
        default: true
        }
    }

    private func commandTopic(_ word: String) -> String { "\(base)/\(word)/set" }
}

/// The messages in the form of Home Assistant.
extension HomeAssistant {
    private static func text(_ json: borrowing JSON) -> [UInt8] {
        json.encoded(limit: ControlLimits.reply) ?? []
    }

    private static func object(_ members: [(String, String)]) -> JSON {
        var object = JSON.object()
        for (key, value) in members { object.set(key, JSON(value)) }
        return object
    }

    private static func flag(_ isOn: Bool) -> [UInt8] { Array((isOn ? "ON" : "OFF").utf8) }

    private func topic(of peer: PublicKey) -> String { "\(base)/peer/\(peer.short)" }

    /// The retained messages, in the order in which they are sent: the station becomes available
    /// when Home Assistant knows its state.
    private func messages() -> [Message] {
        func state(_ word: String, _ payload: [UInt8]) -> Message {
            Message(topic: "\(base)/\(word)", payload: payload, isRetained: true)
        }
        let call =
            switch self.state.call {
            case .idle: "idle"
            case .ringing: "ringing"
            case .trying, .calling: "calling"
            case .connecting, .active: "active"
            }
        let problem = self.state.problem
        let sentence = String(
            decoding: (problem ?? "").utf8.prefix(Self.problemMost), as: UTF8.self)
        return [
            Message(
                topic: "homeassistant/device/\(id)/config", payload: discovery, isRetained: true),
            state("talking", Self.flag(self.state.isTalking)),
            state("hearing", Self.flag(self.state.isHearing)),
            state(
                "call",
                Self.text(
                    Self.object([
                        ("state", call), ("peer", self.state.callPeers.joined(separator: ", ")),
                    ]))),
            state("do-not-disturb", Self.flag(self.state.isUndisturbed)),
            state(
                "problem",
                Self.text(
                    Self.object([("state", problem == nil ? "OFF" : "ON"), ("text", sentence)]))),
        ]
            + self.state.peers.map {
                Message(
                    topic: topic(of: $0.publicKey), payload: Self.flag($0.isUp), isRetained: true)
            } + [state("available", Array("online".utf8))]
    }

    /// The discovery message: the station as a device, with a component for each state and command;
    /// with Home Assistant's short keys, as one packet has room for 31 peers.
    private func document() -> [UInt8] {
        var device = Self.object([
            ("name", state.name), ("mf", "intercomd"), ("sw", Product.version),
        ])
        var ids = JSON.array()
        ids.append(JSON(id))
        device.set("ids", ids)
        var document = JSON.object()
        document.set("dev", device)
        document.set(
            "o", Self.object([("name", "intercomd"), ("sw", Product.version)]))
        document.set("avty_t", JSON(availability))
        document.set("cmps", components())
        return Self.text(document)
    }

    private func components() -> JSON {
        var components = JSON.object()
        func part(_ platform: String, _ word: String, _ more: [(String, String)]) -> JSON {
            Self.object([("p", platform), ("uniq_id", "\(id)-\(word)")] + more)
        }
        func stateful(
            _ platform: String, _ word: String, _ name: String, _ more: [(String, String)] = []
        ) -> JSON {
            part(platform, word, [("name", name), ("stat_t", "\(base)/\(word)")] + more)
        }
        func attributed(_ word: String) -> [(String, String)] {
            [
                ("val_tpl", "{{ value_json.state }}"),
                ("json_attr_t", "\(base)/\(word)"),
            ]
        }
        func list(_ words: [String]) -> JSON { words.written() }
        var ring = stateful("event", "ring", "Ring", [("dev_cla", "doorbell")])
        ring.set("evt_typ", list(["ring"]))
        components.set("ring", ring)
        components.set("talking", stateful("binary_sensor", "talking", "Talking"))
        components.set("hearing", stateful("binary_sensor", "hearing", "Hearing"))
        var call = stateful("sensor", "call", "Call", [("dev_cla", "enum")] + attributed("call"))
        call.set("ops", list(["idle", "ringing", "calling", "active"]))
        components.set("call", call)
        components.set(
            "problem",
            stateful(
                "binary_sensor", "problem", "Problem",
                [("dev_cla", "problem"), ("ent_cat", "diagnostic")]
                    + attributed("problem")))
        components.set(
            "do-not-disturb",
            stateful(
                "switch", "do-not-disturb", "Do not disturb",
                [("cmd_t", commandTopic("do-not-disturb"))]))
        for (word, name) in [("hang-up", "Hang up"), ("chime", "Chime")] {
            components.set(
                word,
                part("button", word, [("name", name), ("cmd_t", commandTopic(word))]))
        }
        for peer in state.peers {
            components.set(
                "peer-\(peer.publicKey.short)",
                part(
                    "binary_sensor", "peer-\(peer.publicKey.short)",
                    [
                        ("name", "Peer \(peer.name)"), ("dev_cla", "connectivity"),
                        ("ent_cat", "diagnostic"),
                        ("stat_t", topic(of: peer.publicKey)),
                    ]))
        }
        // A component with its platform alone is removed there.
        for key in former {
            components.set("peer-\(key.short)", Self.object([("p", "binary_sensor")]))
        }
        return components
    }
}
