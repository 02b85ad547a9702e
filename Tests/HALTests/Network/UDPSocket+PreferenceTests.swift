import CLoopback
import Foundation
import Testing

@testable import HAL

/// Data packets from where no peer is known to be have a queue of their own in the kernel.
@Suite struct UDPSocketPreferenceTests {
    private func station(_ host: String? = nil, port: UInt16 = 0) throws -> PortSockets {
        try PortSockets(listen: try host.map { try address($0, 0) }, port: port)
    }

    /// What waits at a socket.
    private func waiting(at socket: borrowing UDPSocket) -> [UInt8] {
        #expect(loopback_settle() == 0)
        var bytes = [UInt8](repeating: 0, count: 2000)
        var found: [UInt8] = []
        while true {
            var span = bytes.mutableSpan
            guard let datagram = socket.receive(into: &span) else { return found }
            found.append(datagram.count > 0 ? bytes[0] : 0)
        }
    }

    private enum Place { case data, strays }

    /// Where a data packet from one station to another arrives.
    private func place(
        from sender: borrowing PortSockets, at ours: borrowing PortSockets, _ target: SocketAddress
    ) -> Place? {
        guard sender.data.send([0x42].span, to: target) == .sent else { return nil }
        let (data, strays) = (waiting(at: ours.data), waiting(at: ours.strays))
        #expect(data.count + strays.count == 1)
        return data.count == 1 ? .data : .strays
    }

    /// For each way a packet may come.
    static let ways = [
        (listen: String?.none, host: "127.0.0.1"), (listen: nil, host: "::1"),
        (listen: "127.0.0.1", host: "127.0.0.1"), (listen: "::1", host: "::1"),
        (listen: "0.0.0.0", host: "127.0.0.1"),
    ].filter { hasIPv6 || $0.host != "::1" }

    @Test(arguments: ways)
    func onlyThePreferredAddressComesFirst(_ way: (listen: String?, host: String)) throws {
        let ours = try station(way.listen)
        let peer = try station(way.host)
        let other = try station(way.host)
        let target = try address(way.host, ours.data.local.port)
        let (near, far) = (peer.data.local, other.data.local)

        // Before the kernel is told, all are alike.
        #expect(place(from: peer, at: ours, target) == .data)
        #expect(place(from: other, at: ours, target) == .data)
        // The port makes the difference.
        try ours.handshake.prefer([near])
        #expect(place(from: peer, at: ours, target) == .data)
        #expect(place(from: other, at: ours, target) == .strays)
        // Any socket of the port will do, and the newest list counts.
        try ours.data.prefer([far])
        #expect(place(from: peer, at: ours, target) == .strays)
        #expect(place(from: other, at: ours, target) == .data)
        try ours.data.prefer([near, far])
        #expect(place(from: peer, at: ours, target) == .data)
        #expect(place(from: other, at: ours, target) == .data)
        try ours.data.prefer([])
        #expect(place(from: peer, at: ours, target) == .strays)
        try ours.data.prefer(nil)
        #expect(place(from: other, at: ours, target) == .data)
    }

    /// The guarantee on which the daemon's two loops rest, whether or not data are told apart.
    @Test(arguments: ways, [false, true])
    func theFirstByteTellsHandshakes(_ way: (listen: String?, host: String), isTold: Bool) throws {
        let ours = try station(way.listen)
        let other = try station(way.host)
        let target = try address(way.host, ours.data.local.port)
        if isTold { try ours.handshake.prefer([]) }
        for first in UInt8.min...UInt8.max {
            #expect(other.data.send([first, 1, 2].span, to: target) == .sent)
        }
        let none = [UInt8]()
        #expect(other.data.send(none.span, to: target) == .sent)
        #expect(waiting(at: ours.handshake) == [0] + Array(2..<0x10) + [0])
        #expect(waiting(at: ours.initiations) == [1])
        let (data, strays) = (waiting(at: ours.data), waiting(at: ours.strays))
        #expect((isTold ? strays : data) == Array(0x10...0xff) && data.count + strays.count == 240)
    }

    @Test(arguments: ways)
    func asManyAsMayBeAreToldApart(_ way: (listen: String?, host: String)) throws {
        let ours = try station(way.listen)
        let peer = try station(way.host)
        let other = try station(way.host)
        let target = try address(way.host, ours.data.local.port)
        // Both families, and neither of ours among them.
        var list = try (1..<UInt16(UDPSocket.preferredMax)).map { number in
            try address(
                number % 2 == 0 ? "192.0.2.\(number)" : "2001:db8::\(number)", 5000 + number)
        }
        #expect(list.count == 63)
        try ours.handshake.prefer(list)
        #expect(place(from: peer, at: ours, target) == .strays)
        for place in [0, 31, 63] {
            list.insert(peer.data.local, at: place)
            try ours.handshake.prefer(list)
            #expect(self.place(from: peer, at: ours, target) == .data)
            #expect(self.place(from: other, at: ours, target) == .strays)
            list.remove(at: place)
        }
        // With more than the kernel can be told, all are alike.
        list += [peer.data.local, peer.data.local]
        #expect(list.count == 65)
        try ours.handshake.prefer(list)
        #expect(place(from: other, at: ours, target) == .data)
    }

    @Test(arguments: hasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"])
    func everyPartOfAnAddressCounts(host: String) throws {
        let ours = try station(host)
        let peer = try station(host)
        let (target, near) = (ours.data.local, peer.data.local)
        for bit in 0..<64 where host == "::1" || bit < 32 {
            let high = host == "::1" ? near.high ^ 1 << bit : near.high
            for other in [
                SocketAddress(high: near.high, low: near.low ^ 1 << bit, port: near.port),
                SocketAddress(high: near.high, low: near.low, port: near.port ^ (1 << (bit % 16))),
                SocketAddress(high: high, low: near.low, port: near.port),
            ] where other != near {
                try ours.handshake.prefer([other])
                #expect(place(from: peer, at: ours, target) == .strays)
            }
        }
        // The interface of a link-local address is not looked at.
        let scoped = SocketAddress(high: near.high, low: near.low, port: near.port, scope: 7)
        try ours.handshake.prefer([scoped])
        #expect(place(from: peer, at: ours, target) == .data)
    }

    /// The port lies elsewhere then: no station sends such packets.
    @Test func aPacketWithOptionsIsAStray() throws {
        let ours = try station()
        let peer = try station("127.0.0.1")
        let target = try address("127.0.0.1", ours.data.local.port)
        try ours.handshake.prefer([peer.data.local])
        #expect(place(from: peer, at: ours, target) == .data)
        let nothing: [UInt8] = [1, 1, 1, 1]
        let isSet = unsafe setsockopt(
            peer.data.fd, Int32(IPPROTO_IP), IP_OPTIONS, nothing, socklen_t(4))
        #expect(isSet == 0)
        #expect(place(from: peer, at: ours, target) == .strays)
    }
}
