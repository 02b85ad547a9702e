import Glibc
import HAL
import Testing

@Suite struct DSCPTests {
    /// Receives one datagram and returns the traffic class it came with (RFC 2474).
    private func trafficClass(_ family: Int32, from pair: borrowing PortSockets) throws -> UInt8? {
        let receiver = socket(family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(receiver) }
        let isIPv6 = family == AF_INET6
        let level = Int32(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP)
        var on: Int32 = 1
        // IPV6_RECVTCLASS is 66, IP_RECVTOS 13 (ipv6(7), ip(7)).
        let wish: Int32 = isIPv6 ? 66 : 13
        let size = socklen_t(MemoryLayout<Int32>.size)
        #expect(unsafe setsockopt(receiver, level, wish, &on, size) == 0)

        let host = isIPv6 ? "::1" : "127.0.0.1"
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        _ = unsafe setsockopt(
            receiver, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let target = try #require(SocketAddress(host: host, port: try bound(receiver, isIPv6)))
        #expect(pair.data.send([0x20].span, to: target) == .sent)

        var payload: UInt8 = 0
        var control = [UInt8](repeating: 0, count: 64)
        let count = unsafe withUnsafeMutablePointer(to: &payload) { payload in
            unsafe control.withUnsafeMutableBytes { control in
                var part = unsafe iovec(iov_base: payload, iov_len: 1)
                return unsafe withUnsafeMutablePointer(to: &part) { part in
                    var header = unsafe msghdr()
                    unsafe header.msg_iov = part
                    unsafe header.msg_iovlen = 1
                    unsafe header.msg_control = control.baseAddress
                    unsafe header.msg_controllen = control.count
                    return unsafe recvmsg(receiver, &header, 0)
                }
            }
        }
        // One control entry: its length, level and type, then the class in the lowest byte.
        return count == 1 && control[8] == UInt8(level) ? control[16] : nil
    }

    /// Binds to a port of the kernel's choice.
    private func bound(_ socket: Int32, _ isIPv6: Bool) throws -> UInt16 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(isIPv6 ? AF_INET6 : AF_INET)
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                let length = isIPv6 ? size : socklen_t(MemoryLayout<sockaddr_in>.size)
                let isBound = unsafe bind(socket, raw, length) == 0
                let isNamed = unsafe getsockname(socket, raw, &size) == 0
                #expect(isBound && isNamed)
            }
            return unsafe UInt16(bigEndian: pointer.pointee.sin6_port)
        }
    }

    @Test func packetsAreMarkedAsVoiceInBothFamilies() throws {
        let pair = try PortSockets(port: 0)
        if hasIPv6 { #expect(try trafficClass(AF_INET6, from: pair) == 46 << 2) }
        #expect(try trafficClass(AF_INET, from: pair) == 46 << 2)
        let loopback = try address("127.0.0.1", 0)
        let old = try PortSockets(listen: loopback, port: 0)
        #expect(try trafficClass(AF_INET, from: old) == 46 << 2)
    }
}
