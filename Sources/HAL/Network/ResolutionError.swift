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
