/// A pairing under way; its code is never told.
public struct PairingStatus: JSONRecord, Equatable, Sendable {
    public var state = State.idle
    /// The program or button that has begun it, such as `intercomctl (uid 1000)`; nil when idle.
    public var asker: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("state", &state)
        coder.field("by", &asker)
    }

    public enum State: String, Sendable {
        case idle
        /// Another station may connect, and prove the code that is shown or said here.
        case showing
        /// It tries a code that was typed here.
        case entering
    }
}
