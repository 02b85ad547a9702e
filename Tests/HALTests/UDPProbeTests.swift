import CLoopback
import Testing
import Time

@testable import HAL

@Suite struct UDPProbeTests {
    private func address(_ host: String, _ port: UInt16) -> SocketAddress {
        SocketAddress(host: host, port: port)!
    }

    /// The first fault within this time; nil when none is reported.
    private func fault(at address: SocketAddress, within time: Duration) -> UDPProbe.Fault? {
        guard let probe = try? UDPProbe(to: address) else { return .other }
        let end = Clock.now() + time
        while Clock.now() < end {
            if let fault = probe.fault() { return fault }
        }
        return nil
    }

    @Test func aClosedPortIsTold() throws {
        // The kernel limits such answers per second (icmp(7)), and another program may have taken
        // the port: a single attempt proves nothing.
        for attempt in 1...20 {
            // A port that was free a moment ago, and is again.
            let port = try localSockets().handshake.local.port
            let found = fault(at: address("127.0.0.1", port), within: .milliseconds(500))
            if found == nil, attempt < 20 { continue }
            #expect(found == .portClosed)
            return
        }
    }

    @Test func onePortWhereSomebodyListensTellsNothingAndGetsAnEmptyDatagram() throws {
        let pair = try localSockets()
        let probe = try UDPProbe(to: pair.handshake.local)
        #expect(loopback_settle() == 0)
        #expect(probe.fault() == nil)
        var bytes = InlineArray<8, UInt8>(repeating: 7)
        var room = bytes.mutableSpan
        let datagram = pair.handshake.receive(into: &room)
        #expect(datagram?.count == 0)
        #expect(probe.fault() == nil)
    }

    @Test func anAddressThatCannotBeSentToIsToldAtOnce() {
        // A link-local address without its interface has no way.
        #expect(throws: UDPProbe.Fault.noRoute) {
            _ = try UDPProbe(to: address("fe80::1", 5577))
        }
    }
}
