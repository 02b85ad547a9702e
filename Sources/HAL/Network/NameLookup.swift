internal import CLinux
internal import Time

/// Looks up many host names at once, with one time limit for all.
public enum NameLookup {
    public enum Answer: Equatable, Sendable {
        case found([SocketAddress])
        case failed(ResolutionError)
        /// No answer in time; a longer wait might bring one.
        case silent
    }

    /// The addresses of each host, in order, with port 0.
    ///
    /// A look-up that takes longer than `limit` is left to end by itself.
    public static func addresses(of hosts: [String], limit: Duration) -> [Answer] {
        let deadline = Clock.now() + limit
        let started = hosts.map { unsafe clinux_lookup_start($0) }
        return hosts.indices.map { index in
            guard started[index] >= 0 else { return .silent }
            let left = max(0, (deadline - Clock.now()).milliseconds)
            return finish(started[index], hosts[index], Int32(clamping: left))
        }
    }

    private static func finish(_ fd: Int32, _ host: String, _ milliseconds: Int32) -> Answer {
        var found = InlineArray<8, clinux_address>(repeating: clinux_address())
        var span = found.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the call writes at most `count` addresses.
            unsafe clinux_lookup_finish(
                fd, buffer.baseAddress!, Int32(buffer.count), milliseconds)
        }
        if count == CLINUX_LOOKUP_SILENT { return .silent }
        guard count > 0 else { return .failed(ResolutionError(host: host, code: count)) }
        return .found((0..<Int(count)).map { SocketAddress(found[$0]) })
    }
}
