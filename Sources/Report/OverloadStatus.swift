/// The work that the station leaves out while the processor cannot keep up.
public struct OverloadStatus: JSONRecord, Equatable, Sendable {
    /// Words for programs, empty while it keeps up: "encoder_care", "noise_suppression",
    /// "echo_cancelling", "voices".
    public var leftOut: [String] = []
    /// The same for a person, and what to do about it; null while it keeps up.
    public var text: String?
    public var fix: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("left_out", &leftOut)
        coder.field("text", &text)
        coder.field("fix", &fix)
    }
}
