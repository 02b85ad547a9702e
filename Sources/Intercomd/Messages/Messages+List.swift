internal import Peering
internal import Report
internal import Wire

/// What people are told of messages.
extension Messages {
    /// A piece of news, and who waits for it.
    struct Word {
        var peer: String?
        var seconds: Double?
        let text: String
        var isFault = false
        /// The speaker of the message; nil where it is news.
        var owner: SpokenMessage.Owner?
    }

    /// The newest that are listed: a reply has room for them.
    private static let listMax = 500

    /// The newest messages that people see; `names` are those of peers, by the characters of their
    /// public keys.
    func list(_ names: [String: String]) -> MessageList {
        var list = MessageList()
        list.messages = kept.filter { !$0.isDeleted }.suffix(Self.listMax).map {
            var message = MessageList.Message()
            (message.number, message.id) = ($0.number, $0.id.text)
            message.peer = names[$0.peer] ?? String($0.peer.prefix(8))
            (message.isIncoming, message.start, message.bytes) = ($0.isIncoming, $0.start, $0.size)
            message.seconds = $0.seconds
            message.bitrate = $0.milliseconds > 0 ? Double($0.size * 8) / $0.seconds : 0
            message.state =
                switch $0.state {
                case .waiting: taking.contains($0.id) ? "sent" : "waiting"
                case .listened: "heard"
                default: $0.state.rawValue
                }
            message.reason = reasons[$0.id]
            return message
        }
        return list
    }
}
