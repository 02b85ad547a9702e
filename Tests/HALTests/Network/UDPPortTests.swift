import Testing

@testable import HAL

@Suite struct UDPPortTests {
    @Test func rowsAreCountedByTheirLocalPort() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt
               12: 00000000:15C9 00000000:0000 07 00000000:00000000 00:00000000 00000000
               13: 0100007F:15C9 00000000:0000 07 00000000:00000000 00:00000000 00000000
               14: 0100007F:0035 00000000:15C9 07 00000000:00000000 00:00000000 00000000

            """
        #expect(UDPPort.socketCount(of: 5577, in: Array(table.utf8)) == 2)
        #expect(UDPPort.socketCount(of: 53, in: Array(table.utf8)) == 1)
        #expect(UDPPort.socketCount(of: 54, in: Array(table.utf8)) == 0)
    }

    @Test func ourOwnSocketsAreSeen() throws {
        let pair = try PortSockets(
            listen: SocketAddress(host: "127.0.0.1", port: 0), port: 0, dscp: 0)
        #expect(UDPPort.socketCount(of: pair.data.local.port) == PortSockets.count)
    }
}
