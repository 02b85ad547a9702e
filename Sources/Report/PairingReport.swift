/// A line to the caller of `pair`, while the pairing goes on.
///
/// It has the code, the outcome of attempts, and at the end the new peer. A failure ends the
/// pairing with a refusal instead.
public struct PairingReport: JSONDocument, Equatable, Sendable {
    public enum Stage: String, JSONWord, Sendable {
        /// A code is shown: `code`, `hosts`, `port`, `seconds`, `announced`.
        case code
        /// A search for a station that shows a code, on the LAN.
        case searching
        /// A code is tried: `host`.
        case trying
        /// A station has connected without becoming a peer: `host`, `attempts_left`.
        case attempt
        /// The last report, when both stations know each other: `name`, `called`, `former`,
        /// `fingerprint`, `applied`.
        case paired
    }

    public var stage = Stage.code
    /// The report in a sentence; `problem` has the reason why a peer is not in use yet.
    public var text = ""
    public var code: String?
    /// The addresses of this station, one of which is typed before the code at the other station;
    /// none without a network.
    public var hosts: [String] = []
    /// The TCP port at which the code is shown.
    public var port: Int?
    /// Whether stations on the LAN find this station, so that the code alone is enough.
    public var isAnnounced = false
    /// The seconds for which the code is valid.
    public var seconds: Int?
    /// The address of the other station.
    public var host: String?
    /// The number of attempts that may still fail before the code becomes invalid.
    public var attemptsLeft: Int?
    /// The name of the peer here, and the name that it calls itself.
    public var name: String?
    public var called: String?
    /// The peer that has that name here already, and that the new peer may replace.
    public var former: String?
    public var fingerprint: String?
    /// Whether the peer is in use.
    public var isApplied = false
    public var problem: String?

    public init() {}

    public init(_ stage: Stage, _ text: String) {
        self.stage = stage
        self.text = text
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("stage", &stage)
        coder.field("text", &text)
        coder.field("code", &code)
        coder.field("hosts", &hosts)
        coder.field("port", &port)
        coder.field("announced", &isAnnounced)
        coder.field("seconds", &seconds)
        coder.field("host", &host)
        coder.field("attempts_left", &attemptsLeft)
        coder.field("name", &name)
        coder.field("called", &called)
        coder.field("former", &former)
        coder.field("fingerprint", &fingerprint)
        coder.field("applied", &isApplied)
        coder.field("problem", &problem)
    }
}
