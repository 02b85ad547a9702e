import Audio
import HAL
import Realtime
import Station
import Testing
import Time
import Wire

@testable import Crypto
@testable import Media

/// A station with peers at one place, and the wire between them.
struct CoverLine: ~Copyable {
    /// One packet as an observer sees it: when it left, in turns of the loop, and how long it was.
    struct Seen: Equatable {
        let turn: Int
        let length: Int
    }

    /// The same, and what the peer sees that gets it.
    struct Packet {
        let seen: Seen
        let kind: FrameFlags.Kind
        let stream: UInt8
        let peer: Int
    }

    var loop: MediaLoop
    let rings: Rings
    var far: DataSocket
    var receiver: PacketReceiver
    var clock: Instant
    /// The page's place among the targets.
    let target = 1

    private init(
        _ loop: consuming MediaLoop, _ rings: Rings, _ far: consuming DataSocket,
        _ receiver: consuming PacketReceiver, at clock: Instant
    ) {
        self.loop = loop
        self.rings = rings
        self.far = far
        self.receiver = receiver
        self.clock = clock
    }

    static func made(
        _ profile: Profile, _ cover: Cover, peers: Int = 1
    ) throws -> CoverLine {
        let clock = Clock.now()
        let any = try #require(SocketAddress(host: "127.0.0.1", port: 1))
        let ours = try PortSockets(listen: any, port: 0, dscp: 0)
        let theirs = try PortSockets(listen: any, port: 0, dscp: 0)
        let (near, there) = (ours.data.local, theirs.data.local)
        var plan = emptyPlan(profile)
        plan.cover = cover
        let (rings, others) = (try Rings(), try Rings())
        let loop = try MediaLoop(
            plan: plan, rings: rings, socket: ours.data, strays: ours.strays,
            firstSequences: [0, 0, 0])
        let far = try DataSocket(theirs.data, strays: theirs.strays, others)
        let receiver = try PacketReceiver(others, period: 5_000_000, at: clock)
        var line = CoverLine(loop, rings, far, receiver, at: clock)
        for peer in 0..<peers { line.introduce(peer, near, there) }
        line.loop.talks.spurts[line.target].listeners = PeerSet([0])
        return line
    }

    private mutating func introduce(
        _ peer: Int, _ near: SocketAddress, _ there: SocketAddress
    ) {
        let (ours, theirs) = (0x2020_2020 + UInt32(peer), 0x3030_3030 + UInt32(peer))
        let keys = TransportKeys(
            initiatorToResponder: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 1)),
            responderToInitiator: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 2)))
        let session = SessionClock(began: clock, peerBegan: clock)
        _ = loop.socket.peers[peer].keySlots.install(
            SessionKeys(
                suite: .aesGCM, keys: keys, isInitiator: true, localIndex: ours,
                remoteIndex: theirs, clock: session))
        _ = far.peers[peer].keySlots.install(
            SessionKeys(
                suite: .aesGCM, keys: keys, isInitiator: false, localIndex: theirs,
                remoteIndex: ours, clock: session))
        receiver.owners.note(peer)
        loop.receiver.owners.note(peer)
        loop.socket.peers[peer].nextEndpoint = there
        far.peers[peer].nextEndpoint = near
        loop.now = clock
        // Both prove their keys.
        loop.socket.send(ControlPayload(), to: peer, onSession: ours, made: clock)
        _ = observe(turn: 0)
        far.sendCover(to: peer, at: clock)
        loop.listen()
    }

    /// What has come since, of which kinds, and for which peer.
    mutating func observe(turn: Int) -> [Packet] {
        var found: [Packet] = []
        while true {
            let count = receiver.read(from: far)
            guard count > 0 else { return found }
            for place in 0..<count {
                let packet = receiver.open(place, for: &far.peers, at: clock)
                guard let packet else { continue }
                let seen = Seen(turn: turn, length: packet.count)
                found.append(
                    Packet(
                        seen: seen, kind: packet.flags.kind, stream: packet.flags.stream,
                        peer: packet.peer))
            }
        }
    }

    /// The loop's turn in which the card has moved these samples.
    mutating func turn(_ samples: ArraySlice<Int16>) {
        clock = clock + PCM.duration(of: Int64(samples.count))
        loop.now = clock
        if loop.plan.cover == .constant { loop.sendCovered() }
        Self.append(Array(samples), to: &loop.capturePath.microphone)
        loop.pace(.timer, samples.count)
        repeat {
            loop.hasBacklog = false
            loop.talk()
        } while loop.hasBacklog
    }

    private static func append(_ samples: [Int16], to microphone: inout Microphone) {
        microphone.append(samples.span)
    }
}
