/// A request about voice messages: `message` has `action`, and the fields of that action.
public enum MessageRequest: Equatable, Sendable {
    /// Opens the microphone for a message, which is dropped if the caller disconnects before `end`.
    /// With `hearsBack` it is then played, and sent after `agree`.
    case record(peer: String, hearsBack: Bool? = nil)
    /// Opens the microphone until `end`, and plays the speech as a listener would hear it with this
    /// loss in percent, or as its sealed bytes sound; the reply at the end has the figures.
    case hear(loss: Int, isWire: Bool)
    /// Ends the spoken message with this id.
    case end(String)
    /// Sends the message with this id, which was played back.
    case agree(String)
    /// Sends a message: this many bytes of packets follow the reply, in the form of a recording
    /// (recordings.md §1).
    case send(peer: String, bytes: Int)
    case list
    /// Plays the message with this number, or all unheard messages, until the caller disconnects.
    case play(Int?)
    /// Deletes one message, or all.
    case delete(Int?)
}

extension MessageRequest: JSONKind {
    static let kinds: [MessageRequest] = [
        .record(peer: ""), .hear(loss: 0, isWire: false), .end(""), .agree(""),
        .send(peer: "", bytes: 0), .list, .play(nil),
        .delete(nil),
    ]

    mutating func fields(_ coder: inout JSONCoder) -> String {
        switch self {
        case .record(let peer, var hearsBack):
            let peer = coder.passed("peer", peer)
            coder.optional("hears_back", &hearsBack)
            self = .record(peer: peer, hearsBack: hearsBack)
            return "record"
        case .hear(let loss, let isWire):
            self = .hear(loss: coder.passed("loss", loss), isWire: coder.passed("wire", isWire))
            return "hear"
        case .end(let id):
            self = .end(coder.passed("id", id))
            return "end"
        case .agree(let id):
            self = .agree(coder.passed("id", id))
            return "agree"
        case .send(let peer, let bytes):
            self = .send(peer: coder.passed("peer", peer), bytes: coder.passed("bytes", bytes))
            return "send"
        case .list: return "list"
        case .play(var number):
            coder.optional("number", &number)
            self = .play(number)
            return "play"
        case .delete(var number):
            coder.optional("number", &number)
            self = .delete(number)
            return "delete"
        }
    }
}

/// The voice messages that a station keeps, its own and those from peers.
public struct MessageList: JSONDocument, Equatable, Sendable {
    /// The messages, from the oldest.
    public var messages: [Message] = []

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("messages", &messages)
    }

    public struct Message: JSONRecord, Equatable, Sendable {
        /// The number of the message until the daemon is started again.
        public var number = 0
        public var id = ""
        /// The station that the message is from, or to.
        public var peer = ""
        public var isIncoming = false
        /// The time of speaking, in milliseconds since 1970; 0 if the speaker's clock was not set.
        public var start = 0
        public var seconds = 0.0
        /// Bytes of the sealed file.
        public var bytes = 0
        /// Bits of the file per second of sound.
        public var bitrate = 0.0
        /// `new` or `heard` for a message from a peer; `waiting`, `sent`, `delivered`, `heard` or
        /// `unreadable` for a message to a peer.
        public var state = ""
        /// The peer's reason why the message waits.
        public var reason: String?

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("number", &number)
            coder.field("id", &id)
            coder.field("peer", &peer)
            coder.field("incoming", &isIncoming)
            coder.field("start_ms", &start)
            coder.field("seconds", &seconds)
            coder.field("bytes", &bytes)
            coder.field("bitrate", &bitrate)
            coder.field("state", &state)
            coder.field("reason", &reason)
        }
    }
}
