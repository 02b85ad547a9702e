internal import CLinux

/// A host name that could not be turned into an address.
public struct ResolutionError: Error, Equatable, Sendable {
    public let host: String
    /// The resolver's code (EAI_…).
    public let code: Int32
}

extension ResolutionError: CustomStringConvertible {
    public var description: String {
        // SAFETY: the text is a constant of the C library, terminated by a zero.
        let reason = unsafe String(cString: clinux_resolve_error_text(code))
        return "address of \(host): \(reason)"
    }
}

extension SocketAddress {
    /// The addresses of a host name or of a numeric address, best first, at most eight.
    ///
    /// Asks the network, which may take many seconds: only the resolver thread calls it.
    public static func resolve(
        host: String, port: UInt16
    ) throws(ResolutionError) -> [SocketAddress] {
        var found = InlineArray<8, clinux_address>(repeating: clinux_address())
        var span = found.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the call writes at most `count` addresses.
            unsafe clinux_resolve(host, buffer.baseAddress!, Int32(buffer.count))
        }
        guard count >= 0 else { throw ResolutionError(host: host, code: count) }
        return (0..<Int(count)).map { index in
            var address = found[index]
            address.port = port
            return SocketAddress(address)
        }
    }
}
