internal import CLinux
public import Time

/// The look-up of one host name: the C library's resolver blocks for as long as a name server is
/// silent, so it has a thread of its own.
public struct NameLookup {
    public enum Answer: Equatable, Sendable {
        /// Best first, with port 0; at most eight.
        case found([SocketAddress])
        case failed(ResolutionError)
        /// No answer in time; a longer wait might bring one.
        case silent
    }

    private let work: Background<Answer>

    /// Begins to look up a name, or a numeric address.
    public init(_ host: String) {
        work = Background { Self.lookUp(host) }
    }

    /// The answer, which comes once; waits for so long at most.
    public func answer(within limit: Duration = .zero) -> Answer {
        work.take(within: limit) ?? .silent
    }

    /// When to look for the answer again.
    public func look(at now: Instant) -> Instant { work.look(at: now) }

    /// The addresses of each host, in order: all are looked up at once, with one limit for all.
    public static func addresses(of hosts: [String], limit: Duration) -> [Answer] {
        let deadline = Clock.now() + limit
        let begun = hosts.map { NameLookup($0) }
        return begun.map { $0.answer(within: deadline - Clock.now()) }
    }

    private static func lookUp(_ host: String) -> Answer {
        var found = InlineArray<8, clinux_address>(repeating: clinux_address())
        var span = found.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the call writes at most `count` addresses.
            unsafe clinux_resolve(host, buffer.baseAddress!, Int32(buffer.count))
        }
        guard count > 0 else { return .failed(ResolutionError(host: host, code: count)) }
        return .found((0..<Int(count)).map { SocketAddress(found[$0]) })
    }
}

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
