internal import CLinux
public import Time

/// The standard streams of a program: when one is cut, its other end is gone.
///
/// A closed terminal or a closed ssh connection cuts them; a file, /dev/null and a stream that was
/// never open have no other end.
public struct Lifeline: ~Copyable {
    /// An input that ends sooner never had another end: `ssh -n` gives such an input.
    private static let settling = Duration.seconds(1)

    private let begin: Instant
    private var hasInput = true

    public init(at now: Instant) {
        begin = now
    }

    /// Whether one of the streams has been cut.
    public mutating func poll(at now: Instant) -> Bool {
        if clinux_poll(1, 0, 0) > 0 || clinux_poll(2, 0, 0) > 0 { return true }
        guard hasInput, clinux_poll(0, 0, 0) > 0 else { return false }
        guard now - begin < Self.settling else { return true }
        hasInput = false
        return false
    }
}
