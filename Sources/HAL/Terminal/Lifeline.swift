internal import CLinux
public import Time

/// The streams a program was started with: where one is cut, nobody is at its other end any more.
///
/// A closed terminal or an ssh that is gone cuts them; a file, /dev/null and a stream that was
/// never open have no other end.
public struct Lifeline: ~Copyable {
    /// An input that ends so soon was never anybody's: `ssh -n` gives such a one.
    private static let settling = Duration.seconds(1)

    private let begin: Instant
    private var hasInput = true

    public init(at now: Instant) {
        begin = now
    }

    /// Whether one of the streams has been cut.
    public mutating func isCut(at now: Instant) -> Bool {
        if clinux_poll(1, 0, 0) > 0 || clinux_poll(2, 0, 0) > 0 { return true }
        guard hasInput, clinux_poll(0, 0, 0) > 0 else { return false }
        guard now - begin < Self.settling else { return true }
        hasInput = false
        return false
    }
}
