/// Why an attempt to pair ended; nothing of it is told to the other side.
public enum PairingFailure: Error, Equatable, Sendable {
    /// Bytes that no station sends.
    case malformed
    /// The two have no suite in common.
    case suites
    /// The other side does not know the code, or somebody changed a message.
    case code
    /// The other side has this station's own key.
    case ownKey
}
