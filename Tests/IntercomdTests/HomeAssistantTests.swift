import Crypto
import Foundation
import Testing
import Time

@testable import Intercomd
@testable import Report

/// What a broker shows Home Assistant, and what one that forges can do here.
@Suite struct HomeAssistantTests {
    private static let start = Instant(nanoseconds: 0)
    private static let own = key(9)
    private static let base = "intercomd/\(own.short)"
    private static let config = "homeassistant/device/intercomd-\(own.short)/config"

    private static func key(_ byte: UInt8) -> PublicKey {
        X25519.publicKey(of: Key(copying: [UInt8](repeating: byte, count: 32).span))
    }

    private static func peer(
        _ byte: UInt8, _ name: String, isUp: Bool = true
    ) -> HomeAssistant.State.Peer {
        HomeAssistant.State.Peer(publicKey: key(byte), name: name, isUp: isUp)
    }

    /// A station with two peers, connected, which has sent everything.
    private static func connected() -> (HomeAssistant, HomeAssistant.State) {
        var state = HomeAssistant.State()
        state.name = "kitchen"
        state.peers = [peer(1, "door"), peer(2, "garage", isUp: false)]
        var core = HomeAssistant(own: own)
        core.update(state)
        #expect(core.nextOrder() == nil)
        core.connected()
        return (core, state)
    }

    /// The messages that wait, oldest first; each is retained unless somebody rings.
    private static func ordered(
        _ core: inout HomeAssistant
    ) -> [(topic: String, payload: String)] {
        var found: [(topic: String, payload: String)] = []
        while let order = core.nextOrder() {
            guard case .publish(let topic, let payload, let keeping) = order else { continue }
            #expect(keeping == (topic == "\(base)/ring" ? .forNobody : .always))
            found.append((topic, String(decoding: payload, as: UTF8.self)))
        }
        return found
    }

    /// The same, by topic.
    private static func taken(_ core: inout HomeAssistant) -> [String: String] {
        Dictionary(uniqueKeysWithValues: ordered(&core).map { ($0.topic, $0.payload) })
    }

    private static func object(_ text: String?) throws -> NSDictionary {
        let data = Data(try #require(text).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
    }

    @Test func aConnectionPublishesEverythingAndBecomesAvailableLast() throws {
        var (core, _) = Self.connected()
        #expect(Set(HomeAssistant.commands.map { $0.word }) == Set(HomeAssistant.commandWords))
        let topics = ["hang-up", "chime", "do-not-disturb"].map { "\(Self.base)/\($0)/set" }
        for topic in topics { #expect(core.nextOrder() == .subscribe(topic: topic)) }
        let messages = Self.ordered(&core)
        #expect(messages.first?.topic == Self.config)
        #expect(messages.last?.topic == core.availability && messages.last?.payload == "online")
        let states = Dictionary(
            uniqueKeysWithValues: messages.dropFirst().dropLast().map {
                (
                    $0.topic.dropFirst(Self.base.count + 1),
                    $0.payload
                )
            })
        #expect(
            states == [
                "talking": "OFF", "hearing": "OFF", "call": #"{"state":"idle","peer":""}"#,
                "do-not-disturb": "OFF", "problem": #"{"state":"OFF","text":""}"#,
                "peer-\(Self.key(1).short)": "ON", "peer-\(Self.key(2).short)": "OFF",
            ])
        // Once more on the next connection, and not before.
        #expect(Self.taken(&core).isEmpty)
        core.disconnected()
        #expect(Self.taken(&core).isEmpty)
        core.connected()
        #expect(Self.taken(&core).count == messages.count)
    }

    @Test func theDiscoveryMessageDescribesEveryPart() throws {
        var (core, _) = Self.connected()
        let document = try Self.object(Self.taken(&core)[Self.config])
        let device = try #require(document["dev"] as? NSDictionary)
        #expect(device["ids"] as? String == "intercomd-\(Self.own.short)")
        #expect(device["name"] as? String == "kitchen")
        #expect((document["o"] as? NSDictionary)?["name"] as? String == "intercomd")
        #expect(document["avty_t"] as? String == core.availability)
        let parts = try #require(document["cmps"] as? [String: NSDictionary])
        let (door, garage) = ("peer-\(Self.key(1).short)", "peer-\(Self.key(2).short)")
        #expect(
            parts.mapValues { $0["p"] as? String } == [
                "ring": "event", "talking": "binary_sensor", "hearing": "binary_sensor",
                "call": "sensor", "problem": "binary_sensor", "do-not-disturb": "switch",
                "hang-up": "button", "chime": "button", door: "binary_sensor",
                garage: "binary_sensor",
            ])
        for (word, part) in parts {
            #expect(part["uniq_id"] as? String == "intercomd-\(Self.own.short)-\(word)")
            #expect(part["name"] is String)
        }
        #expect(parts["ring"]?["dev_cla"] as? String == "doorbell")
        #expect(parts["ring"]?["evt_typ"] as? String == "ring")
        #expect(parts["ring"]?["stat_t"] as? String == "\(Self.base)/ring")
        #expect(parts["call"]?["json_attr_t"] as? String == "\(Self.base)/call")
        #expect(parts[door]?["name"] as? String == "Peer door")
        #expect(parts[door]?["dev_cla"] as? String == "connectivity")
        #expect(parts["problem"]?["val_tpl"] as? String == "{{ value_json.state }}")
        // Nothing takes a command but the words of `commands`.
        let commanded = parts.filter { $0.value["cmd_t"] != nil }
        #expect(Set(commanded.keys) == Set(HomeAssistant.commands.map { $0.word }))
        for (word, part) in commanded {
            #expect(part["cmd_t"] as? String == "\(Self.base)/\(word)/set")
        }
    }

    @Test func aFullHouseFitsIntoOnePacketOfTheProgram() {
        var core = HomeAssistant(own: Self.own)
        var state = HomeAssistant.State()
        state.name = String(repeating: "a", count: 31)
        state.problem = String(repeating: "\u{1}", count: 10_000)
        core.connected()
        // All 31 peers are replaced: those that have left are removed there.
        for round in 0..<2 as Range<UInt8> {
            state.peers = (0..<31).map { Self.peer(32 * round + $0 + 1, state.name) }
            core.update(state)
        }
        let sizes = Self.ordered(&core).map { $0.topic.utf8.count + $0.payload.utf8.count + 2 }
        #expect(sizes.max()! > 6_000 && sizes.max()! < 16 << 10, "\(sizes.max()!)")
    }

    private typealias Change = (what: String, apply: @Sendable (inout HomeAssistant.State) -> Void)
    private static let changes: [(Change, [String: String])] = [
        (("talking", { $0.isTalking = true }), ["talking": "ON"]),
        (("hearing", { $0.isHearing = true }), ["hearing": "ON"]),
        (
            ("ringing", { ($0.call, $0.callPeers) = (.ringing, ["door"]) }),
            ["call": #"{"state":"ringing","peer":"door"}"#]
        ),
        (
            ("trying", { ($0.call, $0.callPeers) = (.trying, ["door", "garage"]) }),
            ["call": #"{"state":"calling","peer":"door, garage"}"#]
        ),
        (("active", { $0.call = .connecting }), ["call": #"{"state":"active","peer":""}"#]),
        (("dnd", { $0.isUndisturbed = true }), ["do-not-disturb": "ON"]),
        (("quiet hours", { $0.isQuietTime = true }), [:]),
        (
            ("problem", { $0.problem = "card: gone -> \"plug\"" }),
            ["problem": #"{"state":"ON","text":"card: gone -> \"plug\""}"#]
        ),
        (("peer up", { $0.peers[1] = peer(2, "garage") }), ["peer-\(key(2).short)": "ON"]),
    ]

    @Test func eachChangePublishesExactlyWhatChanged() {
        for (change, published) in Self.changes {
            var (core, state) = Self.connected()
            _ = Self.taken(&core)
            let before = state
            change.apply(&state)
            core.update(state)
            let found = Self.taken(&core)
            let named = Dictionary(
                uniqueKeysWithValues: found.map {
                    (String($0.key.dropFirst(Self.base.count + 1)), $0.value)
                })
            #expect(named == published, "\(change.what)")
            core.update(state)
            #expect(Self.taken(&core).isEmpty, "\(change.what): again")
            // What changes back before the broker takes it is not sent.
            core.update(before)
            core.update(state)
            #expect(Self.taken(&core).isEmpty, "\(change.what): and back")
        }
    }

    @Test func aNewNameKeepsTheTopicsAndAPeerThatLeavesIsRemoved() throws {
        var (core, state) = Self.connected()
        _ = Self.taken(&core)
        state.name = "scullery"
        core.update(state)
        #expect(Set(Self.taken(&core).keys) == [Self.config])
        let left = Self.key(1).short
        state.peers.removeFirst()
        core.update(state)
        let found = Self.taken(&core)
        #expect(Set(found.keys) == [Self.config, "\(Self.base)/peer-\(left)"])
        #expect(found["\(Self.base)/peer-\(left)"] == "")
        let parts = try #require(
            Self.object(found[Self.config])["cmps"] as? [String: NSDictionary])
        #expect(parts["peer-\(left)"] == ["p": "binary_sensor"])
        // A broker that was away meanwhile may still keep its state.
        core.disconnected()
        core.connected()
        #expect(Self.taken(&core)["\(Self.base)/peer-\(left)"] == "")
        state.peers.append(Self.peer(1, "door"))
        core.update(state)
        let again = try #require(
            Self.object(Self.taken(&core)[Self.config])["cmps"] as? [String: NSDictionary])
        #expect(again["peer-\(left)"]?["name"] as? String == "Peer door")
    }

    @Test func peersWithOneTopicShareItWithoutEnd() {
        var (core, state) = Self.connected()
        _ = Self.taken(&core)
        // The same key twice stands for two keys with one beginning.
        state.peers = [Self.peer(1, "door"), Self.peer(1, "forged", isUp: false)]
        core.update(state)
        var topics: [String] = []
        while topics.count < 100, case .publish(let topic, _, _) = core.nextOrder() {
            topics.append(topic)
        }
        #expect(topics == [Self.config, "\(Self.base)/peer-\(Self.key(2).short)"])
    }

    @Test func aRingIsToldOnceAndNeverLate() {
        var (core, _) = Self.connected()
        _ = Self.taken(&core)
        core.rang(by: "door")
        #expect(Self.taken(&core) == ["\(Self.base)/ring": #"{"event_type":"ring","peer":"door"}"#])
        for _ in 0..<10 { core.rang(by: "door") }
        core.disconnected()
        core.rang(by: "door")
        core.connected()
        #expect(Self.taken(&core)["\(Self.base)/ring"] == nil)
        for _ in 0..<10 { core.rang(by: "door") }
        #expect(Self.ordered(&core).count == 4)
    }

    // What comes from the broker.

    /// Sends a command, a minute after the one before.
    private func said(
        _ payload: String, _ word: String, to core: inout HomeAssistant, isRetained: Bool = false,
        minute: Int = 0
    ) -> Request? {
        core.receive(
            Array(payload.utf8), at: "\(Self.base)/\(word)/set", isRetained: isRetained,
            at: Self.start + .seconds(60 * minute))
    }

    @Test func onlyTheseCommandsAreCarriedOut() {
        var (core, state) = Self.connected()
        for (minute, command) in HomeAssistant.commands.enumerated() {
            state.call = command.request == .hangUp ? .active : .idle
            core.update(state)
            let request = said(command.payload, command.word, to: &core, minute: minute)
            #expect(request == command.request)
            if case .state(.doNotDisturb(let isOn, _)) = request { state.isUndisturbed = isOn }
        }
        #expect(core.accepted == 4 && core.refused == 0)
    }

    /// Each kind of request, and whether a broker can cause it.
    private static let reachable: [String: Bool] = [
        "status": false, "peers": false, "ptt": false, "talk": false, "monitor": false,
        "levels": false, "announce": false, "relay": false, "signal": false, "tone": true,
        "key": false, "version": false, "reload": false, "history": false, "state": true,
        "call": false, "answer": false, "reject": false, "hangup": true, "page": false,
        "show": false, "pair": false, "join": false, "message": false, "replay": false,
    ]

    @Test func noCommandReachesADoorOrAMicrophone() {
        let words = Set(HomeAssistant.commands.map { $0.request.word })
        #expect(Set(Request.kinds.map { $0.word }) == Set(Self.reachable.keys))
        for (word, isReachable) in Self.reachable {
            #expect(words.contains(word) == isReachable, "\(word)")
        }
        for command in HomeAssistant.commands {
            // Any person at the station may ask for it, and volumes and mutes stay as they are.
            #expect(command.request.refusal == nil)
            guard case .state(let state) = command.request else { continue }
            guard case .doNotDisturb(_, nil) = state else {
                Issue.record("a broker changes \(state)")
                continue
            }
        }
        // Every word of every request and of the topics, as topic and as payload.
        var (core, _) = Self.connected()
        let known = HomeAssistant.commands.map { "\($0.word) \($0.payload)" }
        let all =
            Self.reachable.keys + HomeAssistant.commands.map { $0.word } + [
                "PRESS", "ON", "OFF", "door", "answer", "ring", "talking", "",
            ]
        var tried = 0
        for word in all {
            for payload in all where !known.contains("\(word) \(payload)") {
                #expect(said(payload, word, to: &core) == nil, "\(word) \(payload)")
                tried += 1
            }
        }
        #expect(core.refused == tried && core.accepted == 0)
    }

    @Test func whatIsForgedIsCountedAndSilent() {
        var (core, state) = Self.connected()
        _ = Self.taken(&core)
        let right = "\(Self.base)/hang-up/set"
        let other = "intercomd/\(Self.key(1).short)/hang-up/set"
        let forged: [(String, [UInt8])] = [
            (right, []), (right, Array("press".utf8)), (right, Array("PRESS\0".utf8)),
            (right, Array("PRESS ".utf8)), (right, [0xFF, 0xFE]),
            (right, [UInt8](repeating: 0x50, count: 100_000)), (right + "/", Array("PRESS".utf8)),
            (other, Array("PRESS".utf8)), ("", Array("PRESS".utf8)), ("#", Array("PRESS".utf8)),
            (Self.config, []), (core.availability, Array("offline".utf8)),
        ]
        for (topic, payload) in forged {
            let request = core.receive(payload, at: topic, isRetained: false, at: Self.start)
            #expect(request == nil, "\(topic)")
        }
        #expect(core.refused == forged.count && core.accepted == 0)
        #expect(Self.taken(&core).isEmpty)
        // A kept command, however right.
        for command in HomeAssistant.commands {
            #expect(said(command.payload, command.word, to: &core, isRetained: true) == nil)
        }
        #expect(core.accepted == 0)
        core.update(state)
        state.isTalking = true
        core.update(state)
        #expect(Self.taken(&core) == ["\(Self.base)/talking": "ON"])
    }

    @Test func aFloodIsCarriedOutThreeTimesInAQuarterOfAMinute() {
        var (core, state) = Self.connected()
        state.call = .active
        core.update(state)
        var done = 0
        for second in 0..<60 {
            let request = core.receive(
                Array("PRESS".utf8), at: "\(Self.base)/hang-up/set", isRetained: false,
                at: Self.start + .seconds(second))
            done += request == nil ? 0 : 1
        }
        #expect(done == 12 && core.accepted == 12 && core.refused == 48)
        // No more than 20 in an hour, at any pace.
        for minute in 1..<60 {
            done += said("PRESS", "hang-up", to: &core, minute: minute) == nil ? 0 : 1
        }
        #expect(done == 20)
        // Each topic has its own bound, and both words of the switch share one.
        var switched = 0
        for round in 0..<10 {
            let word = round % 2 == 0 ? "ON" : "OFF"
            let request = said(word, "do-not-disturb", to: &core, minute: 60)
            switched += request == nil ? 0 : 1
        }
        #expect(switched == 3)
        #expect(said("PRESS", "hang-up", to: &core, minute: 61) == .hangUp)
    }

    @Test func onlyARestThatABrokerBeganEndsByIt() {
        var (core, state) = Self.connected()
        #expect(said("OFF", "do-not-disturb", to: &core) == nil)
        // Somebody here wants no drop-in, perhaps for an hour: "on" would make that endless.
        state.isUndisturbed = true
        core.update(state)
        #expect(said("OFF", "do-not-disturb", to: &core, minute: 1) == nil)
        #expect(said("ON", "do-not-disturb", to: &core, minute: 2) == nil)
        #expect(said("OFF", "do-not-disturb", to: &core, minute: 3) == nil)
        state.isUndisturbed = false
        core.update(state)
        #expect(said("ON", "do-not-disturb", to: &core, minute: 4) != nil)
        state.isUndisturbed = true
        core.update(state)
        #expect(said("ON", "do-not-disturb", to: &core, minute: 5) == nil)
        #expect(said("OFF", "do-not-disturb", to: &core, minute: 6) != nil)
        #expect(said("OFF", "do-not-disturb", to: &core, minute: 7) == nil)
        // Ended here meanwhile, and begun again here.
        state.isUndisturbed = false
        core.update(state)
        #expect(said("ON", "do-not-disturb", to: &core, minute: 8) != nil)
        for isOn in [true, false, true] {
            state.isUndisturbed = isOn
            core.update(state)
        }
        #expect(said("OFF", "do-not-disturb", to: &core, minute: 9) == nil)
    }

    @Test func aRestThatAPersonAsksForMeanwhileIsTheirs() {
        var (core, state) = Self.connected()
        #expect(said("ON", "do-not-disturb", to: &core) != nil)
        state.isUndisturbed = true
        core.update(state)
        core.leaveRest()
        #expect(said("OFF", "do-not-disturb", to: &core, minute: 1) == nil)
        #expect(core.refused == 1)
    }

    @Test func aConnectionThatIsCutDoesNotHideARest() {
        // At the start of the program, before the broker has been sent a state.
        var state = HomeAssistant.State()
        state.isUndisturbed = true
        var core = HomeAssistant(own: Self.own)
        core.update(state)
        core.connected()
        for payload in ["ON", "OFF"] {
            #expect(said(payload, "do-not-disturb", to: &core) == nil)
        }
        #expect(said("PRESS", "chime", to: &core) == nil)
        // A rest that the broker began ends while it is away, and a person begins another one.
        state.isUndisturbed = false
        core.update(state)
        #expect(said("ON", "do-not-disturb", to: &core, minute: 1) != nil)
        core.disconnected()
        for isOn in [true, false, true] {
            state.isUndisturbed = isOn
            core.update(state)
        }
        core.connected()
        for payload in ["ON", "OFF"] {
            #expect(said(payload, "do-not-disturb", to: &core, minute: 2) == nil)
        }
    }

    @Test func whatDisturbsIsRefused() {
        let times: [(inout HomeAssistant.State) -> Void] = [
            { $0.isTalking = true }, { $0.isHearing = true }, { $0.call = .ringing },
            { $0.isUndisturbed = true }, { $0.isQuietTime = true },
        ]
        for change in times {
            var (core, state) = Self.connected()
            change(&state)
            core.update(state)
            #expect(said("PRESS", "chime", to: &core) == nil)
            #expect(core.refused == 1)
        }
        // Nor does hanging up without a call put out the light of a missed one.
        var (core, _) = Self.connected()
        #expect(said("PRESS", "hang-up", to: &core) == nil)
    }
}
