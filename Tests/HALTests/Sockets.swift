import Foundation
import HAL
import Testing

func address(_ host: String, _ port: UInt16) throws -> SocketAddress {
    try #require(SocketAddress(host: host, port: port))
}

/// The sockets of a port of IPv4 on this machine.
func localSockets() throws -> PortSockets {
    try PortSockets(listen: address("127.0.0.1", 0), port: 0)
}

/// A socket of the test's own at a path; "@" begins an abstract name.
func unixSocket(_ type: __socket_type, at path: String) -> Int32 {
    let made = socket(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(made, $0, size)
        }
    }
    #expect(bound == 0)
    return made
}
