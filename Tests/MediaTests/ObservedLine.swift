import Audio
import CLoopback
import HAL
import Realtime
import Station
import Testing
import Time
import Wire

@testable import Crypto
@testable import Media

/// A station with a peer, and the wire between them.
struct ObservedLine: ~Copyable {
    /// One packet as an observer sees it: when it left, in turns of the loop, and how long it was.
    struct Seen: Equatable {
        let turn: Int
        let length: Int
    }

    var loop: MediaLoop
    let rings: Rings
    var far: DataSocket
    var receiver: PacketReceiver
    var clock: Instant
    /// The page's place among the targets.
    let target = 2

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

    static func made(_ profile: Profile) throws -> ObservedLine {
        let clock = Clock.now()
        let ours = try localSockets()
        let theirs = try localSockets()
        let (near, there) = (ours.data.local, theirs.data.local)
        let (rings, others) = (try Rings(), try Rings())
        let loop = try MediaLoop(
            plan: emptyPlan(profile), rings: rings, socket: ours.data, strays: ours.strays,
            firstSequences: [0, 0, 0, 0])
        let far = try DataSocket(theirs.data, strays: theirs.strays, others)
        let receiver = try PacketReceiver(others, period: 5_000_000, at: clock)
        var line = ObservedLine(loop, rings, far, receiver, at: clock)
        line.introduce(near, there)
        line.loop.talks.spurts[line.target].listeners = PeerSet([0])
        return line
    }

    private mutating func introduce(_ near: SocketAddress, _ there: SocketAddress) {
        let (ours, theirs): (UInt32, UInt32) = (0x2020_2020, 0x3030_3030)
        let keys = SessionPair(here: ours, there: theirs, at: clock)
        _ = loop.socket.peers[0].keySlots.install(keys.here)
        _ = far.peers[0].keySlots.install(keys.there)
        receiver.owners.note(0)
        loop.receiver.owners.note(0)
        loop.socket.peers[0].nextEndpoint = there
        far.peers[0].nextEndpoint = near
        loop.now = clock
        // Both prove their keys.
        loop.socket.send(ControlPayload(), to: 0, onSession: ours, made: clock)
        _ = observe(turn: 0)
        far.sendCover(to: 0, at: clock)
        #expect(loopback_settle() == 0)
        loop.listen()
    }

    /// The packets that have come since.
    mutating func observe(turn: Int) -> [Seen] {
        #expect(loopback_settle() == 0)
        var found: [Seen] = []
        while true {
            let count = receiver.read(from: far)
            guard count > 0 else { return found }
            for place in 0..<count {
                let packet = receiver.open(place, for: &far.peers, at: clock)
                guard let packet else { continue }
                found.append(Seen(turn: turn, length: packet.count))
            }
        }
    }

    /// The loop's turn in which the card has moved these samples.
    mutating func turn(_ samples: ArraySlice<Int16>) {
        clock = clock + PCM.duration(of: Int64(samples.count))
        loop.now = clock
        Self.append(Array(samples), to: &loop.capturePath.microphone)
        loop.paceAnnouncement(.timer, samples.count)
        repeat {
            loop.hasBacklog = false
            loop.talk()
        } while loop.hasBacklog
    }

    private static func append(_ samples: [Int16], to microphone: inout Microphone) {
        microphone.append(samples.span)
    }
}
