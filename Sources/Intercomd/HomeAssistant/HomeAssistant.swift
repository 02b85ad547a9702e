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

            /// The last word of its topic, from 32 bits of its key: another key may have the same.
            var word: String { "peer-\(publicKey.short)" }
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

    /// The parts that take commands, by the last word of their topics.
    static let commandWords = ["hang-up", "chime", "do-not-disturb"]

    /// Every request that a message can make: the last word of its topic, its payload, and the
    /// request, which any person at this station may make.
    static let commands: [(word: String, payload: String, request: Request)] = [
        ("hang-up", "PRESS", .hangUp),
        ("chime", "PRESS", .tone),
        ("do-not-disturb", "ON", .state(.doNotDisturb(isOn: true, seconds: nil))),
        ("do-not-disturb", "OFF", .state(.doNotDisturb(isOn: false, seconds: nil))),
    ]

    /// The most commands of one topic that are carried out in a time.
    ///
    /// Each is a line in the journal and a run of `on-event`, and some are written to the card, so
    /// the longer time has few.
    private static let bounds = [(3, Duration.seconds(15)), (20, longest)]
    private static let longest = Duration.seconds(3600)
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
    /// The words of former peers.
    private var former: [String] = []
    /// The messages that the broker should keep, one for each topic; one without bytes removes it.
    private var wanted: [(topic: String, payload: [UInt8])] = []
    /// The retained messages that were sent on this connection.
    private var sent: [String: [UInt8]] = [:]
    private var subscriptions: [String] = []
    /// The peers that ring, until the broker is told.
    private var rings: [String] = []
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
        subscriptions = Self.commandWords.map(commandTopic)
    }

    mutating func disconnected() {
        isConnected = false
        // A ring that comes late would call a person to a door where nobody stands.
        (subscriptions, rings) = ([], [])
    }

    /// Takes the present state, by which commands are judged: also without a connection, as a new
    /// one may bring a command at once.
    mutating func update(_ now: State) {
        if !now.isUndisturbed { hasBegunRest = false }
        guard now != state || wanted.isEmpty else { return }
        let words = now.peers.map { $0.word }
        let known = former + state.peers.map { $0.word }.filter { !former.contains($0) }
        former = Array(known.filter { !words.contains($0) }.suffix(Self.formerMost))
        state = now
        wanted = messages()
        isCurrent = false
    }

    /// Leaves do-not-disturb to a person, who has just asked for it here, or for its end.
    mutating func leaveRest() { hasBegunRest = false }

    /// Reports that a peer rings here.
    mutating func rang(by peer: String) {
        if isConnected, rings.count < Self.ringsMost { rings.append(peer) }
    }

    /// Returns the next order to the broker; nil when it has everything.
    mutating func nextOrder() -> BrokerLink.Order? {
        guard isConnected else { return nil }
        if !subscriptions.isEmpty { return .subscribe(topic: subscriptions.removeFirst()) }
        if !isCurrent {
            for (topic, payload) in wanted where sent[topic] != payload {
                sent[topic] = payload
                return .publish(topic: topic, payload, .always)
            }
            isCurrent = true
        }
        guard !rings.isEmpty else { return nil }
        let event = Self.object([("event_type", "ring"), ("peer", rings.removeFirst())])
        return .publish(topic: "\(base)/ring", Self.text(event), .forNobody)
    }

    /// Takes a message of the broker.
    ///
    /// - Returns: The request that the message makes; nil where it makes none, and is counted.
    mutating func receive(
        _ payload: [UInt8], at topic: String, isRetained: Bool, at now: Instant
    ) -> Request? {
        carriedOut.removeAll { now >= $0.at + Self.longest }
        let command = Self.commands.first {
            topic == commandTopic($0.word) && payload == Array($0.payload.utf8)
        }
        // A kept command would act again at each connection.
        guard let command, !isRetained, isAllowed(command.request),
            Self.bounds.allSatisfy({ most, time in
                carriedOut.count(where: { $0.topic == topic && now < $0.at + time }) < most
            })
        else {
            refused += 1
            return nil
        }
        carriedOut.append((topic, now))
        if case .state(.doNotDisturb(let isOn, _)) = command.request { hasBegunRest = isOn }
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
        // It would make a rest endless that a person has begun for an hour.
        case .state(.doNotDisturb(isOn: true, _)): !state.isUndisturbed
        default: false
        }
    }

    private func commandTopic(_ word: String) -> String { "\(base)/\(word)/set" }
}

/// The messages in the form of Home Assistant.
extension HomeAssistant {
    /// A component there, and the payload of its state.
    private struct Part {
        let platform: String
        /// The last word of its ID and of its topic.
        let word: String
        let name: String
        var payload: [UInt8]?
        /// Whether the payload is an object, with the state as its first member.
        var isObject = false
        /// Members of its description besides those that all have.
        var more: [(String, String)] = []
    }

    private static func text(_ json: borrowing JSON) -> [UInt8] {
        json.encoded(limit: ControlLimits.reply) ?? []
    }

    private static func object(_ members: [(String, String)]) -> JSON {
        var object = JSON.object()
        for (key, value) in members { object.set(key, JSON(value)) }
        return object
    }

    private static func flag(_ isOn: Bool) -> [UInt8] { Array((isOn ? "ON" : "OFF").utf8) }

    private var parts: [Part] {
        let call =
            switch state.call {
            case .idle: "idle"
            case .ringing: "ringing"
            case .trying, .calling: "calling"
            case .connecting, .active: "active"
            }
        let calling = [("state", call), ("peer", state.callPeers.joined(separator: ", "))]
        let problem = (state.problem ?? "").utf8.prefix(Self.problemMost)
        let trouble = [
            ("state", problem.isEmpty ? "OFF" : "ON"),
            ("text", String(decoding: problem, as: UTF8.self)),
        ]
        var parts = [
            Part(
                platform: "event", word: "ring", name: "Ring",
                more: [("dev_cla", "doorbell"), ("evt_typ", "ring")]),
            Part(
                platform: "binary_sensor", word: "talking", name: "Talking",
                payload: Self.flag(state.isTalking)),
            Part(
                platform: "binary_sensor", word: "hearing", name: "Hearing",
                payload: Self.flag(state.isHearing)),
            Part(
                platform: "sensor", word: "call", name: "Call",
                payload: Self.text(Self.object(calling)), isObject: true),
            Part(
                platform: "binary_sensor", word: "problem", name: "Problem",
                payload: Self.text(Self.object(trouble)), isObject: true,
                more: [("dev_cla", "problem"), ("ent_cat", "diagnostic")]),
            Part(
                platform: "switch", word: "do-not-disturb", name: "Do not disturb",
                payload: Self.flag(state.isUndisturbed)),
            Part(platform: "button", word: "hang-up", name: "Hang up"),
            Part(platform: "button", word: "chime", name: "Chime"),
        ]
        // Two states of one topic would replace each other without end.
        for peer in state.peers where !parts.contains(where: { $0.word == peer.word }) {
            parts.append(
                Part(
                    platform: "binary_sensor", word: peer.word, name: "Peer \(peer.name)",
                    payload: Self.flag(peer.isUp),
                    more: [("dev_cla", "connectivity"), ("ent_cat", "diagnostic")]))
        }
        return parts
    }

    /// The messages to keep, in the order in which they are sent: the station becomes available
    /// when Home Assistant knows its state.
    private func messages() -> [(topic: String, payload: [UInt8])] {
        let parts = parts
        var messages: [(topic: String, payload: [UInt8])] = []
        messages.append(("homeassistant/device/\(id)/config", Self.text(document(parts))))
        for part in parts {
            if let payload = part.payload { messages.append(("\(base)/\(part.word)", payload)) }
        }
        for word in former { messages.append(("\(base)/\(word)", [])) }
        messages.append((availability, Array("online".utf8)))
        return messages
    }

    /// The discovery message: the station as a device with its parts; with Home Assistant's short
    /// keys, as one packet has room for 31 peers.
    private func document(_ parts: [Part]) -> JSON {
        let origin = [("name", "intercomd"), ("sw", Product.version)]
        let device = [("name", state.name), ("mf", "intercomd"), ("sw", Product.version)]
        var components = JSON.object()
        for part in parts {
            let (word, topic) = (part.word, "\(base)/\(part.word)")
            var members = [("p", part.platform), ("uniq_id", "\(id)-\(word)"), ("name", part.name)]
            if part.platform != "button" { members.append(("stat_t", topic)) }
            if Self.commandWords.contains(word) { members.append(("cmd_t", commandTopic(word))) }
            if part.isObject {
                members += [("val_tpl", "{{ value_json.state }}"), ("json_attr_t", topic)]
            }
            components.set(word, Self.object(members + part.more))
        }
        // A component with its platform alone is removed there.
        for word in former { components.set(word, Self.object([("p", "binary_sensor")])) }
        var document = JSON.object()
        document.set("dev", Self.object(device + [("ids", id)]))
        document.set("o", Self.object(origin))
        document.set("avty_t", JSON(availability))
        document.set("cmps", components)
        return document
    }
}
