/// A line to the caller of `pair`, while the pairing goes on.
///
/// It has the code, what becomes of attempts, and in the end the new peer. A failure ends the
/// pairing with a refusal instead.
public struct PairingReport: JSONRecord, Equatable, Sendable {
    public enum Stage: String, JSONWord, Sendable {
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

/// A request to pair with another station by a code (protocol.md §4.1).
///
/// `pair` alone shows a code. With `code` it tries that one, at `host` or at what is found on the
/// LAN. Both take `name`, which the other station is to have here, and `takes_back` for one that
/// the site of this station has taken out. The pairing ends when the caller goes away.
public struct PairRequest: Equatable, Sendable {
    public private(set) var code: String?
    public private(set) var host: String?
    public private(set) var name: String?
    public private(set) var takesBack: Bool

    public init(
        code: String? = nil, host: String? = nil, name: String? = nil, takesBack: Bool = false
    ) {
        (self.code, self.host, self.name, self.takesBack) = (code, host, name, takesBack)
    }

    mutating func fields(_ coder: inout JSONCoder) {
        var isBack = takesBack ? true : nil
        coder.optional("code", &code)
        coder.optional("host", &host)
        coder.optional("name", &name)
        coder.optional("takes_back", &isBack)
        takesBack = isBack ?? false
        coder.check("code", code != nil || host == nil)
    }
}

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

    public enum State: String, JSONWord, Sendable {
        case idle
        /// Another station may connect, and prove the code that is shown or said here.
        case showing
        /// It tries a code that was typed here.
        case entering
    }
}
