import CLoopback
import HAL
import Realtime
import Testing
import Time

@testable import Crypto
@testable import Media

/// The network's end of a media loop: its socket, its receiver, and the rings both report to.
///
/// Ends in one process reach each other through the kernel's loopback.
struct End: ~Copyable {
    var socket: DataSocket
    var receiver: PacketReceiver
    let rings: Rings
    let address: SocketAddress

    init(at now: Instant) throws {
        let sockets = try localSockets()
        let local = sockets.data.local
        // The data socket remains alone on its port, and gets all, even indices as small as here.
        let elsewhere = try localSockets()
        let rings = try Rings()
        let socket = try DataSocket(sockets.data, strays: elsewhere.strays, rings)
        let receiver = try PacketReceiver(rings, period: 5_000_000, at: now)
        self.socket = socket
        self.receiver = receiver
        (self.rings, address) = (rings, local)
    }

    /// Gives this end and another one the keys of one session; each knows the other as this peer.
    mutating func introduce(
        _ peer: Int, _ other: inout End, as own: Int, here: UInt32 = 10, there: UInt32 = 20,
        at now: Instant
    ) {
        let keys = SessionPair(here: here, there: there, at: now)
        _ = socket.peers[peer].keySlots.install(keys.here)
        _ = other.socket.peers[own].keySlots.install(keys.there)
        receiver.owners.note(peer)
        other.receiver.owners.note(own)
        socket.peers[peer].nextEndpoint = other.address
        other.socket.peers[own].nextEndpoint = address
    }

    /// Opens the one packet that has arrived.
    mutating func open(at now: Instant) -> OpenedPacket? {
        #expect(loopback_settle() == 0)
        guard receiver.read(from: socket) == 1 else { return nil }
        return receiver.open(0, for: &socket.peers, at: now)
    }
}
