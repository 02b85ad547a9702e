import Audio
import Config
import Crypto
import Report
import Testing
import Time
import Wire

@testable import HAL
@testable import Intercomd
@testable import Media
@testable import Peering
@testable import Station

/// A kitchen in which all is well: both cards are open, garage and office are there.
enum Kitchen {
    static let now = Instant(nanoseconds: 3_600_000_000_000)
    static let garage = 0
    static let office = 1

    static let text = """
        [station]
        name = kitchen
        [audio]
        echo = off
        duplex = full
        [button door]
        line = GPIO17
        talk = garage
        [lamp red]
        line = GPIO22
        show = talking
        [relay gate]
        line = GPIO23
        pulse = 1s
        [channel house]
        members = *
        [peer garage]
        key = intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp
        [peer office]
        key = intercom1:b6vgqtwyq22ls7wbnzsd3qz7nkmb3e4qpnhipj2cfxbn6ylk64qa:aaaa

        """

    /// What it says of itself, so long after its start; `decide` tells its switchboard what has
    /// happened before.
    static func snapshot(
        _ text: String = text, site: String? = nil, _ numbers: [Int]? = nil,
        up: Duration = .seconds(600),
        _ decide: (inout Switchboard) -> Void = { _ in }
    ) throws -> Snapshot {
        let config = try config(text, site: site)
        let directory = directory(config, numbers)
        let routing = Routing(config, directory)
        var board = Switchboard(
            targets: routing.targets, channels: routing.channels,
            firstMids: (0..<PeerDirectory.capacity).map { 100 * UInt32($0) },
            frames: .init(samples: 480, size: 80, sizeRepeated: 40), at: now)
        board.configure(
            peers: directory.numbers, targets: routing.targets, channels: routing.channels, at: now)
        for peer in directory.numbers { board.up(peer: peer, isNewBoot: true, at: now) }
        // People here are told of listeners.
        let signs = Consent.Signs(isSpeakerOpen: true, canBeep: true, hasTalkLamp: false)
        let policies = [Policy](repeating: Policy(), count: PeerDirectory.capacity)
        board.consent(to: policies, signs, .open, isHalfDuplex: false, at: now)
        decide(&board)
        let secret = Key(copying: [UInt8](repeating: 99, count: 32).span)
        let facts = ControlLoop.Facts(
            startedAt: now - up, dataSocket: -1, straySocket: -1, folder: "", isRealtime: true,
            watchdog: nil, usesAES: true)
        let made = Snapshot(
            of: config, directory, routing, plan(routing), board, key: X25519.publicKey(of: secret),
            facts, at: now)
        made.input = card("mic")
        made.output = card("speaker")
        made.isCapturing = true
        made.keys = config.buttons.map { button in
            Lines.Key(button: button, isOpen: true, isDown: false)
        }
        made.lamps = config.lamps.map { Status.Lamp($0, nil, isShowing: false) }
        made.relays = config.relays.map { Status.Relay($0, nil, isOn: false) }
        return made
    }

    /// A cable that is out.
    static let unplugged = MachineNews.network("no cable", loopback: [])

    /// A card that is open, and nothing between it and the program.
    static func card(_ name: String) -> Cards.Side {
        var card = Cards.Side(direction: .playback, name: .auto)
        card.device = name
        card.granted = PCMParameters(
            rate: 48_000, channels: 1, format: .s16, periodSamples: 240, bufferSamples: 960,
            fillSamples: 480)
        card.route = PCMRoute(dump: "Hardware PCM card 1 'Card'")
        return card
    }

    private static func plan(_ routing: Routing) -> MediaPlan {
        MediaPlan(
            targets: routing.targets, keys: [],
            virtualKeys: { _ in
                TalkKey.Settings(
                    mode: .momentary, debounce: .zero, tail: .zero, talkMax: .seconds(60))
            }, gains: [Gain](repeating: .unity, count: 2 * MediaPlan.gainsPerPeer),
            profile: .voice, periodSamples: 240, preroll: .zero)
    }

    /// The second session with a peer, which has lasted 90 seconds.
    static func session(hasPSK: Bool = true) throws -> PeerState {
        PeerState(
            phase: .up(since: now), suite: .chaChaPoly, hasPSK: hasPSK,
            sessionSince: now - .seconds(90), handshakes: 2,
            endpoint: try endpoint("10.0.0.7"))
    }

    /// No session with a peer, which was lost so long ago, and is called at this address.
    static func down(since age: Duration? = nil, at endpoint: Endpoint? = nil) -> PeerState {
        PeerState(
            phase: .down, suite: .aesGCM, hasPSK: false, sessionSince: nil, handshakes: 0,
            endpoint: nil, downSince: age.map { now - $0 },
            endpoints: endpoint.map { [$0] } ?? [])
    }

    /// Where a peer may be.
    static func endpoint(_ host: String, _ port: UInt16 = 4747) throws -> Endpoint {
        Endpoint(try #require(SocketAddress(host: host, port: port)))
    }
}

extension Snapshot {
    /// What `status` shows of them, without its marks.
    var problemLines: [String] { problems.map(\.sentence) }
    var noteLines: [String] { notes.map(\.sentence) }
}
