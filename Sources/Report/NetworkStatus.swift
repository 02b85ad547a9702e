/// This machine's own network, as far as it keeps the station from its peers.
public struct NetworkStatus: JSONRecord, Equatable, Sendable {
    /// Null when nothing is wrong: "no_interface", "link_down", "no_carrier", "no_address",
    /// "lost_listen".
    public var fault: String?
    /// What is wrong, and what to do about it, in words.
    public var text: String?
    public var fix: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("fault", &fault)
        coder.field("text", &text)
        coder.field("fix", &fix)
    }
}
