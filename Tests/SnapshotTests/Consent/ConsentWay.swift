import Config
import Report
import Wire

@testable import Intercomd
@testable import Station

/// Each way to open the microphone, the speaker or a relay of a station; the words are those of
/// docs/security/consent.md.
enum ConsentWay: String, CaseIterable {
    // By a peer.
    case automatic = "a call, with `call = auto`"
    case dropIn = "`drop-in` (`drop-in = allow`)"
    case listenIn = "`listen` (`monitor = allow`)"
    case answered = "a call that somebody here answers"
    case talk = "talk to a channel, or to this station"
    case page = "`page`, `announce`"
    case pageAboveAll = "the same as an emergency, with `emergency = allow`"
    case announcementCall = "a call of mode 2 (announcement)"
    case relayOfPeer = "`relay NAME PEER`, with `relay = NAME`"
    // By this station.
    case key = "a talk key of any mode, `mode = open` too"
    case speech = "speech, with `mode = vox`"
    case command = "`talk`, `ptt`, `reply`"
    case ownPage = "`page` from here"
    case ownCall = "`call` from here"
    case ownAnnouncement = "`announce` from here"
    case meters = "`levels`"
    case relay = "`relay NAME`, a button with `relay`"

    /// What the peer may do here in this row: what the words themselves say, as settings.
    var policy: Policy {
        get throws {
            let quoted = rawValue.split(separator: "`").filter { $0.contains(" = ") }
            let isOfPeer = !quoted.contains { $0.hasPrefix("mode = ") }
            guard isOfPeer, let setting = quoted.first else { return Policy() }
            let words = setting.split(separator: " ").map { $0 == "NAME" ? Self.gate : $0 }
            let text = """
                [station]
                name = kitchen
                [policy]
                \(words.joined(separator: " "))
                [relay gate]
                line = GPIO5

                """
            return Policy(try config(text).policy)
        }
    }

    private static let gate: Substring = "gate"

    /// Whether a peer opens the microphone in this way with nobody here doing anything.
    var isUnasked: Bool { [.automatic, .dropIn, .listenIn].contains(self) }

    /// It happens in this room, and half a minute passes.
    func happen(in room: inout ConsentRoom) {
        let peer = TalkTarget(stream: 0, reference: 0, listeners: [Kitchen.garage])
        let named = Wish.Named("garage", peer)
        switch self {
        case .automatic: room.offer(.call)
        case .dropIn: room.offer(.dropIn)
        case .listenIn: room.offer(.listenIn)
        case .announcementCall: room.offer(.announce)
        case .answered:
            room.offer(.call)
            room.wait(2)
            room.obey(.answer)
        case .talk: room.speak(.talk)
        case .page: room.speak(.page)
        case .pageAboveAll: room.speak(.page, .emergency)
        case .relayOfPeer:
            room.receive {
                .signal(
                    Signal(
                        mid: $0, target: .relay, reference: Reference.of(relay: "\(Self.gate)"),
                        time: 0))
            }
        case .key, .speech:
            // The media loop opens the gate, and tells.
            room.talk()
        case .command: room.obey(.talk(named, isDown: true))
        case .ownPage: room.obey(.page(named, .normal))
        case .ownAnnouncement: room.announce(to: peer)
        case .ownCall:
            let id = CallID(high: 3, low: 3)
            room.obey(.call(named, .init(id, ringTime: .seconds(30))))
            room.receive { .ringing(mid: $0, id) }
            room.wait(2)
            room.receive {
                .answer(Answer(mid: $0, id: id, isMicrophoneOpen: true, isHalfDuplex: false))
            }
            room.speak(in: id)
        case .meters, .relay:
            // What decides in this room is not even asked; test_consent tries both.
            break
        }
        room.wait(25)
    }
}
