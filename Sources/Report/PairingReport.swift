/// A line to the caller of `pair`, while the pairing goes on.
///
/// It has the code, what becomes of attempts, and in the end the new peer. A failure ends the
/// pairing with a refusal instead.
public struct PairingReport: JSONRecord, Equatable, Sendable {
    public enum Stage: String, Sendable {
        /// A code is shown: `code`, `hosts`, `port`, `seconds`, `announced`.
        case code
        /// A station that shows a code is looked for on the LAN.
        case searching
        /// A code is tried: `host`.
        case trying
        /// Somebody has connected and become no peer: `host`, `attempts_left`.
        case attempt
        /// Both stations know each other: `name`, `called`, `former`, `fingerprint`, `applied`. The
        /// last one.
        case paired
    }

    public var schema = 1
    public var stage = Stage.code
    /// In a sentence; of a peer that is not in use yet, the reason in `problem`.
    public var text = ""
    public var code: String?
    /// The addresses of this station, of which one is typed at the other station before the code;
    /// none while it is in no network.
    public var hosts: [String] = []
    /// The TCP port at which the code is shown.
    public var port: Int?
    /// Whether stations on the LAN find this one, so that the code alone is typed there.
    public var isAnnounced = false
    /// For how long the code is good.
    public var seconds: Int?
    /// The address of the other station.
    public var host: String?
    /// How many attempts may still fail before the code is burnt.
    public var attemptsLeft: Int?
    /// The name of the peer here, and the one that it has itself.
    public var name: String?
    public var called: String?
    /// The peer that has that name here, and in whose place it may come.
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
        coder.field("schema", &schema)
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
