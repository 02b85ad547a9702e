internal import Crypto
internal import Peering
internal import Report
internal import Station
internal import Wire

/// The list and the news of messages for people.
extension Messages {
    /// A piece of news, and its reader.
    struct Word {
        var peer: String?
        var seconds: Double?
        let text: String
        var isFault = false
        /// The speaker of the message; nil where everybody gets the news.
        var owner: SpokenMessage.Owner?
        /// The message that was sealed, or is lost, and its receivers.
        var sealed: (spoken: SpokenMessage, peers: [String])?
    }

    /// The number of newest messages that fit into a reply.
    private static let listMax = 500

    /// The newest messages, without deleted ones.
    var list: MessageList {
        var list = MessageList()
        list.messages = kept.filter { !$0.isDeleted }.suffix(Self.listMax).map {
            var message = MessageList.Message()
            (message.number, message.id) = ($0.shownNumber, $0.id.text)
            message.peer = title(of: $0.peer)
            (message.isIncoming, message.start, message.bytes) = ($0.isIncoming, $0.start, $0.size)
            message.seconds = $0.seconds
            message.bitrate = $0.milliseconds > 0 ? Double($0.size * 8) / $0.seconds : 0
            message.state =
                switch $0.state {
                case .waiting: taking.contains($0.number) ? "sent" : "waiting"
                case .listened: "heard"
                default: $0.state.rawValue
                }
            message.reason = reasons[$0.number] ?? ($0.state == .waiting ? whyWaits($0.peer) : nil)
            return message
        }
        return list
    }

    /// Returns the peer's name; where it is unknown, the first characters of the peer's key.
    func name(of body: String) -> String { names[body] ?? String(body.prefix(8)) }

    /// Returns the peer's name for people: for a peer that has left, in words.
    func title(of body: String) -> String {
        let name = name(of: body)
        if number(of: body) != nil { return name }
        return names[body] == nil ? "a former peer (\(name))" : "the former \(name)"
    }

    /// Finds when a message to this peer leaves.
    ///
    /// - Parameters:
    ///   - body: The characters of the peer's public key.
    ///   - cutOff: The peers that this station reaches by no network.
    ///   - stale: The peers from which nothing has come lately, though they are not given up.
    /// - Returns: The time, in words.
    func departure(to body: String, cutOff: PeerSet, stale: PeerSet) -> String {
        let peer = number(of: body)
        if let peer, cutOff.contains(peer) { return "waits: this station has no network" }
        guard let peer, exchange.isUp(peer), !stale.contains(peer) else {
            return "goes when it is there"
        }
        return whyWaits(body).map { "waits: \($0)" } ?? "on its way"
    }

    /// Finds why the messages to a peer wait: they go one at a time.
    private func whyWaits(_ peer: String) -> String? {
        let first = kept.first { $0.peer == peer && $0.state == .waiting && !isDamaged($0) }
        return first.flatMap { reasons[$0.number] }
    }

    /// Finds why no message can be left for a peer; nil where one can.
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
        return room.has(SealedMessage.sizeMax) ? nil : Self.noRoom(name)
    }

    static func noRoom(_ name: String) -> String {
        "there is no room for another message to \(name): intercomctl message delete"
    }

    /// Makes the job that seals a message for each of its receivers that has room for it here; nil
    /// where none has, and the problem.
    func job(toSeal spoken: SpokenMessage) -> (job: MessageFiles.Job?, problem: String) {
        var (spoken, messages, sealKeys) = (spoken, [KeptMessage](), [RecordingPublicKey]())
        for body in spoken.peers {
            let message = spoken.kept(for: body)
            let room = MessageRoom(for: body, isIncoming: false, among: kept + messages)
            if let key = keys[body], room.has(message.size) {
                messages.append(message)
                sealKeys.append(key)
            } else {
                let isFormer = keys[body] == nil
                let name = name(of: body)
                spoken.leftOut.append(isFormer ? "\(name) is a former peer" : Self.noRoom(name))
            }
        }
        let job = MessageFiles.Job.seal(spoken, messages, to: sealKeys)
        return (messages.isEmpty ? nil : job, spoken.leftOut.joined(separator: "; "))
    }

    func lost(_ spoken: SpokenMessage, _ why: String) -> Word {
        Word(
            peer: spoken.peers.count == 1 ? spoken.peers[0] : nil,
            text: "the message to \(spoken.name) is lost: \(why)", isFault: true,
            owner: spoken.owner, sealed: (spoken, []))
    }

    func word(of message: KeptMessage, _ text: String) -> Word {
        Word(peer: message.peer, seconds: message.seconds, text: text)
    }

    /// The notes about messages in `status`.
    var notes: [Fault] {
        let new = kept.count { isNew($0) }
        let waiting = Set(kept.filter { $0.state == .waiting }.map { $0.shownNumber }).count
        var found: [Fault] = []
        if new > 0 {
            let what = new == 1 ? "1 is new" : "\(new) are new"
            found.append(Fault("messages", of: "messages", what, fix: "intercomctl message play"))
        }
        let damaged = kept.count { isDamaged($0) }
        if damaged > 0 {
            let what = damaged == 1 ? "1 is damaged" : "\(damaged) are damaged"
            found.append(Fault("damaged", of: "messages", what, fix: "intercomctl message list"))
        }
        if waiting > 0 {
            let what = "\(waiting) \(waiting == 1 ? "is" : "are") not delivered yet"
            // A reason is known where the station is up and does not take it.
            let isRefused = kept.contains {
                $0.state == .waiting && reasons[$0.number] != nil && !isDamaged($0)
            }
            found.append(
                Fault(
                    isRefused ? "refused" : "messages", of: "messages", what,
                    fix: "intercomctl message list"))
        }
        return found
    }
}
