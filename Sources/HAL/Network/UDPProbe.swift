internal import CLinux

/// A check whether a program listens at an address: an empty datagram, which no station answers.
///
/// It has a socket of its own, because the kernel reports an error only to the socket whose port
/// the ICMP message quotes: an attacker who cannot see the datagram cannot forge one.
public final class UDPProbe {
    /// The kernel's error for an address.
    public enum Fault: Equatable, Sendable {
        case portClosed
        case unreachable
        /// Found before anything was sent.
        case noRoute
        case blocked
        /// No socket, no memory: no evidence about the address.
        case other
    }

    private let descriptor: FileDescriptor

    private init(owning descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    public enum Start {
        case sent(UDPProbe)
        case failed(Fault)
    }

    /// Sends the datagram.
    public static func start(to address: SocketAddress) -> Start {
        var raw = address.raw
        // SAFETY: the address is read during the call only.
        let result = unsafe clinux_udp_probe(&raw)
        guard result < 0 else { return .sent(UDPProbe(owning: FileDescriptor(owning: result))) }
        return .failed(fault(before: -result))
    }

    /// The error that has come since; nil while there is none.
    public func fault() -> Fault? {
        switch clinux_udp_probe_error(descriptor.raw) {
        case 0: nil
        case ECONNREFUSED: .portClosed
        case EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENETDOWN, EACCES: .unreachable
        default: .other
        }
    }

    /// The local address from which datagrams to this address would go; sends nothing.
    public static func source(
        to address: SocketAddress
    ) throws(RouteFault) -> SocketAddress {
        var raw = address.raw
        var source = clinux_address()
        // SAFETY: both are used during the call only.
        let result = unsafe clinux_udp_source(&raw, &source)
        guard result >= 0 else { throw RouteFault(fault: fault(before: -result)) }
        return SocketAddress(source)
    }

    public struct RouteFault: Error, Equatable, Sendable {
        public let fault: Fault
    }

    private static func fault(before errno: Int32) -> Fault {
        switch errno {
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, ENODEV,
            EINVAL:
            .noRoute
        case EPERM, EACCES: .blocked
        default: .other
        }
    }
}
