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

    /// The newest messages that people see.
    var list: MessageList {
        var list = MessageList()
        list.messages = kept.filter { !$0.isDeleted }.suffix(Self.listMax).map {
            var message = MessageList.Message()
            (message.number, message.id) = ($0.number, $0.id.text)
            message.peer = name(of: $0.peer)
            (message.isIncoming, message.start, message.bytes) = ($0.isIncoming, $0.start, $0.size)
            message.seconds = $0.seconds
            message.bitrate = $0.milliseconds > 0 ? Double($0.size * 8) / $0.seconds : 0
            message.state =
                switch $0.state {
                case .waiting: taking.contains($0.id) ? "sent" : "waiting"
                case .listened: "heard"
                default: $0.state.rawValue
                }
            message.reason = reasons[$0.id] ?? ($0.state == .waiting ? whyWaits($0.peer) : nil)
            return message
        }
        return list
    }

    /// The name of the peer of this key; the first characters of the key of one that has left.
    func name(of body: String) -> String { names[body] ?? String(body.prefix(8)) }

    /// Why the messages to a peer wait: one at a time goes.
    private func whyWaits(_ peer: String) -> String? {
        let first = kept.first { $0.peer == peer && $0.state == .waiting && !isDamaged($0) }
        return first.flatMap { reasons[$0.id] }
    }

    /// Why no message can be left for a peer; nil where one can.
    func refusal(to body: String, called name: String) -> String? {
        if work.isStopped { return Self.erased }
        if let fault { return "messages cannot be kept: \(fault.sentence)" }
        guard keys[body] != nil else {
            return "\(name) has not told its message key yet: it does so when it is there, if its"
                + " version has messages"
        }
        let isSealing = work.jobs.contains { if case .seal = $0 { true } else { false } }
        guard !isSealing else { return "the message before it is not written yet" }
        let room = MessageRoom(for: body, isIncoming: false, among: kept)
        return room.has(SealedMessage.sizeMax)
            ? nil
            : "there is no room for another message to \(name): intercomctl message delete"
    }

    /// What `status` says of them.
    var notes: [Fault] {
        let new = kept.count { isNew($0) }
        let waiting = kept.count { $0.state == .waiting }
        var found: [Fault] = []
        if new > 0 {
            let what = new == 1 ? "1 is new" : "\(new) are new"
            found.append(Fault("messages", of: "messages", what, fix: "intercomctl message play"))
        }
        let damaged = kept.count { isDamaged($0) }
        if damaged > 0 {
            let what = damaged == 1 ? "1 is damaged" : "\(damaged) are damaged"
            found.append(Fault("messages", of: "messages", what, fix: "intercomctl message list"))
        }
        if waiting > 0 {
            let what =
                waiting == 1 ? "1 waits for its station" : "\(waiting) wait for their stations"
            found.append(Fault("messages", of: "messages", what, fix: "intercomctl message list"))
        }
        return found
    }
}
