import CLoopback
import Foundation
import Testing
import Time

@testable import HAL

/// Whether the machine has IPv6, as its kernel reports and not the code under test.
let hasIPv6 = (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8)) ?? "" != ""

@Suite struct PortSocketsTests {
    /// Waits for one datagram; nil when none comes.
    private func receive(
        _ socket: borrowing UDPSocket, capacity: Int = 2000
    ) throws -> (bytes: [UInt8], datagram: Datagram)? {
        var loop = try EventLoop()
        try loop.add(fd: socket.fd, token: 0)
        guard loop.wait(until: Clock.now() + .seconds(5)) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: capacity)
        var span = bytes.mutableSpan
        guard let datagram = socket.receive(into: &span) else { return nil }
        return (Array(bytes.prefix(datagram.count)), datagram)
    }

    @Test func whatFindsTheKernelsBufferFullIsCounted() throws {
        let pair = try localSockets()
        #expect(UDPSocket.overflow(of: pair.data.fd) == 0)
        let target = try address("127.0.0.1", pair.data.local.port)
        let large = [UInt8](repeating: 0x42, count: 1200)
        var sent = 0
        while UDPSocket.overflow(of: pair.data.fd) == 0, sent < 1_000_000 {
            if pair.handshake.send(large.span, to: target) == .sent { sent += 1 }
        }
        #expect(loopback_settle() == 0)
        let overflow = UDPSocket.overflow(of: pair.data.fd)
        #expect(overflow > 0 && overflow < sent)
        // Datagrams that found room are not counted.
        var bytes = [UInt8](repeating: 0, count: 1300)
        var span = bytes.mutableSpan
        var came = 0
        while pair.data.receive(into: &span) != nil { came += 1 }
        #expect(came == sent - overflow)
        #expect(UDPSocket.overflow(of: pair.handshake.fd) == 0)
    }

    @Test func bothSocketsSendFromThePort() throws {
        let pair = try PortSockets(port: 0)
        let other = try PortSockets(port: 0)
        let target = try address("127.0.0.1", other.data.local.port)
        #expect(pair.handshake.send([0x20].span, to: target) == .sent)
        #expect(try receive(other.data)?.datagram.from.port == pair.data.local.port)
        #expect(pair.data.send([0x20].span, to: target) == .sent)
        let from = try #require(try receive(other.data)?.datagram.from)
        #expect(from == (try address("127.0.0.1", pair.data.local.port)))
    }

    @Test func longDatagramIsReportedCut() throws {
        let pair = try PortSockets(port: 0)
        let target = try address("127.0.0.1", pair.data.local.port)
        let packet = [UInt8](repeating: 0x44, count: 1233)
        #expect(pair.data.send(packet.span, to: target) == .sent)
        let got = try #require(try receive(pair.data, capacity: 1232))
        #expect(got.datagram.isTruncated)
        #expect(got.datagram.count == 1232)
        #expect(pair.data.send(packet.span, to: target) == .sent)
        #expect(try receive(pair.data, capacity: 1233)?.datagram.isTruncated == false)
    }

    @Test func secondDaemonOnThePortIsRefused() throws {
        let pair = try PortSockets(port: 0)
        let port = pair.data.local.port
        let others: [String?] = [nil, "127.0.0.1", "0.0.0.0"] + (hasIPv6 ? ["::1"] : [])
        for listen in others {
            let error = #expect(throws: SystemError.self) {
                _ = try PortSockets(
                    listen: listen.flatMap { SocketAddress(host: $0, port: 0) }, port: port)
            }
            #expect(error?.errno == EADDRINUSE)
            #expect(error?.description.contains("UDP port \(port)") == true)
        }
        // The attempts did not affect the first pair.
        let target = try address("127.0.0.1", port)
        #expect(pair.data.send([0x77].span, to: target) == .sent)
        #expect(try receive(pair.data)?.bytes == [0x77])
    }

    @Test func noRouteIsUnreachableAndNothingWorse() throws {
        let pair = try localSockets()
        // A socket of one family cannot reach the other.
        #expect(pair.data.send([0x20].span, to: try address("::1", 9)) == .unreachable)
        let huge = [UInt8](repeating: 0x20, count: 70_000)
        #expect(pair.data.send(huge.span, to: try address("127.0.0.1", 9)) == .failed(EMSGSIZE))
    }

    @Test func foreignListenAddressIsRefusedByName() throws {
        let error = #expect(throws: SystemError.self) {
            _ = try PortSockets(listen: SocketAddress(host: "192.0.2.1", port: 0), port: 5)
        }
        #expect(error?.description.hasPrefix("bind UDP 192.0.2.1:5: ") == true)
        #expect(error?.errno == EADDRNOTAVAIL)
    }
}
