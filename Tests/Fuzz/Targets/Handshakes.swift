internal import Wire

extension FuzzTarget {
    /// The header of a handshake message, and the capabilities in M2 and M3.
    static let handshakes = FuzzTarget(name: "handshakes") { bytes, isPlanted in
        if let header = HandshakeHeader(parsing: bytes) {
            precondition(bytes.count == header.kind.messageSize)
            precondition(HandshakeHeader.suites.contains(header.suite))
            var written = [UInt8](repeating: 0, count: header.kind.messageSize)
            var span = written.mutableSpan
            header.write(into: &span)
            precondition(HandshakeHeader(parsing: written.span) == header)
            for place in 0..<header.kind.headerSize {
                precondition(written[place] == bytes[place], "another header when written again")
            }
            planted(isPlanted, at: header.kind == .cookieReply)
        }
        if bytes.count >= Capabilities.size {
            let field = bytes.extracting(0..<Capabilities.size)
            if let capabilities = Capabilities(parsing: field) {
                var written = [UInt8](repeating: 0, count: Capabilities.size)
                var span = written.mutableSpan
                capabilities.write(into: &span)
                precondition(Capabilities(parsing: written.span) == capabilities)
            }
        }
    }
}
