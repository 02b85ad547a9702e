internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The voice messages of this station: the kept ones, their exchange with peers, and the work on
/// their files.
///
/// A file's name holds all facts about a message. Its content is sealed; this station cannot open
/// its own messages to a peer. One thread at a time does the work on the disk, in order
/// (`MessageFiles`), so neither a peer nor a person causes many threads.
struct Messages {
    static let erased = "this station is being erased; if that has failed, restart intercomd"
    /// The time without fetching after a message that could not be kept.
    private static let rest = Duration.seconds(300)
    /// The number of soundless messages that are remembered for each peer: deleted ones, which must
    /// not be fetched again, and ones that the peer has taken.
    private static let rememberedMax = 64

    private(set) var work: MessageWork
    private(set) var exchange: MessageExchange
    /// The messages, oldest first.
    private(set) var kept: [KeptMessage] = []
    /// The message keys of peers, by the characters of their public keys.
    private(set) var keys: [String: RecordingPublicKey] = [:]
    /// The characters of the public keys of peers, by number.
    private var peers: [Int: String] = [:]
    /// The names of peers, and of former peers whose messages are kept, by the same characters.
    private(set) var names: [String: String] = [:]
    private var denied: Set<Int> = []
    private var words: [Word] = []
    private var number = 0
    /// The numbers of messages with unusable files, which are skipped until the next start.
    private var damaged: Set<Int> = []
    /// The owners that get a text once everything is written.
    private var waiting: [(owner: SpokenMessage.Owner, text: String)] = []
    /// The end of the rest, in which nothing is taken from peers.
    private var restsUntil = Instant(nanoseconds: 0)
    /// Own messages that a peer is taking; below, why others wait.
    private(set) var taking: Set<Int> = []
    private(set) var reasons: [Int: String] = [:]
    /// The messages for which a peer's refusal was reported.
    private var refused: Set<Int> = []
    /// Why no messages are taken or spoken: the message key or the list of files is missing.
    private(set) var fault: Fault?
    /// The fault of the disk when it was last used.
    private(set) var problem: Fault?
    var spoken: SpokenMessage?
    var heardBack: HeardBack?
    var player: MessagePlayer?

    // MARK: The start

    /// Reads the list of messages; makes the message key where it is missing.
    init(_ paths: Paths, usesAES: Bool, writer: WorkChain) {
        var own: RecordingPublicKey?
        var fault: Fault?
        do throws(StateError) { own = try KeyStore.messageKey(paths).publicKey } catch {
            fault = Fault("messages", error.description)
        }
        let suite: Suite = usesAES ? .aesGCM : .chaChaPoly
        work = MessageWork(MessageFiles(paths: paths, suite: suite, own: own), writer)
        exchange = MessageExchange(own: own)
        var strange = 0
        do throws(SystemError) {
            try FileStore.makeDirectory(paths.messages, mode: 0o700)
            for name in try FileStore.names(in: paths.messages, suffix: "") {
                strange += load(name) ? 0 : 1
            }
        } catch { fault = fault ?? Fault(error) }
        self.fault = fault
        if let fault { fail(fault) }
        if strange > 0 {
            tell(
                Fault(
                    "messages", of: paths.messages, "\(strange) of its files are no messages",
                    fix: "look what made them, and remove them"))
        }
    }

    /// Loads a file.
    ///
    /// - Returns: False for a file that does not belong to messages.
    private mutating func load(_ name: String) -> Bool {
        let path = work.files.path(name)
        if let found = KeptMessage(fileName: name) {
            let message = numbered(found)
            let size = (try? FileStore.status(of: path))?.size
            if let place = place(of: message) {
                // One message has two files: the newer state counts.
                let isNewer = kept[place].state.order < message.state.order
                work.change(.remove(isNewer ? kept[place].fileName : name))
                guard isNewer else { return true }
                kept[place] = message
            } else {
                kept.append(message)
            }
            if !message.hasSound {
                // Power failed before the content was removed.
                if size != 0 { work.change(.mark(name, message)) }
            } else if size != message.size {
                setAside(message)
            }
            return true
        }
        if name.hasSuffix(".key") {
            let bytes = try? FileStore.read(path, limit: RecordingPublicKey.size)
            keys[String(name.dropLast(4))] = bytes.flatMap { RecordingPublicKey(bytes: $0) }
            return bytes != nil
        }
        // A file that a power failure has cut off.
        let whole = String(name.dropLast(4))
        let isDraft = KeptMessage(fileName: whole) != nil || whole.hasSuffix(".key")
        guard name.hasSuffix(".new"), isDraft else { return false }
        work.change(.remove(name))
        return true
    }

    private func place(of message: KeptMessage) -> Int? {
        kept.firstIndex {
            $0.id == message.id && $0.peer == message.peer && $0.isIncoming == message.isIncoming
        }
    }

    private mutating func tell(_ fault: Fault) {
        words.append(Word(text: fault.sentence, isFault: true))
    }

    private mutating func fail(_ fault: Fault) {
        if problem != fault { tell(fault) }
        problem = fault
    }

    /// Notes that a message's file does not match its name, or cannot be read.
    mutating func setAside(_ message: KeptMessage) {
        // What is in no file has no number.
        guard message.number > 0, damaged.insert(message.number).inserted else { return }
        reasons[message.number] = "its file is damaged"
        tell(
            Fault(
                "messages", of: work.files.path(message.fileName), "the file is damaged",
                fix: "intercomctl message delete"))
    }

    /// Whether this message is unheard and its file intact.
    func isNew(_ message: KeptMessage) -> Bool { message.state == .new && !isDamaged(message) }

    func isDamaged(_ message: KeptMessage) -> Bool { damaged.contains(message.number) }

    // MARK: Peers

    /// Takes over the peers of the settings, and drops messages that wait for a former peer.
    mutating func configure(_ directory: PeerDirectory, _ config: Config) {
        let former = peers
        peers = [:]
        names = names.filter { known in kept.contains { $0.peer == known.key } }
        for number in directory.numbers {
            let body = directory.key(of: number).body
            (peers[number], names[body]) = (body, directory[number].name)
        }
        for (number, body) in former where peers[number] != body { exchange.forget(number) }
        denied = Set(
            directory.numbers.filter { !config.policy(ofPeer: directory[$0].name).message })
        let known = Set(peers.values)
        for body in keys.keys.sorted() where !known.contains(body) {
            keys[body] = nil
            work.change(.remove("\(body).key"))
        }
        for message in kept where !known.contains(message.peer) {
            if message.state == .waiting {
                words.append(word(of: message, "dropped: it is for a former peer"))
                forget(message)
            } else if !message.hasSound {
                forget(message)
            }
        }
    }

    mutating func up(_ peer: Int, at now: Instant) {
        guard let body = peers[peer] else { return }
        exchange.up(peer, knowing: keys[body], at: now)
        offerNext(to: body, at: now)
        let delivered = kept.filter { $0.peer == body && $0.state == .delivered }
        for message in delivered.suffix(32) { exchange.ask(peer, about: message.id) }
    }

    mutating func down(_ peer: Int) {
        if let id = exchange.offered(to: peer), let message = sent(id, to: peer) {
            taking.remove(message.number)
        }
        exchange.down(peer)
    }

    mutating func receive(_ record: MessageRecord, from peer: Int, at now: Instant) {
        if !work.isStopped { exchange.receive(record, from: peer, at: now) }
    }

    /// The number of the peer with this key; nil if it is no peer any more.
    func number(of body: String) -> Int? { peers.keys.first { peers[$0] == body } }

    // MARK: Jobs

    /// Sends an owner this text when everything is written, or the fault otherwise.
    mutating func tellWhenWritten(_ owner: SpokenMessage.Owner, _ text: String) {
        waiting.append((owner, text))
    }

    private mutating func tellWhatIsWritten() {
        for (owner, text) in waiting {
            let found = work.isWritten ? text : problem?.sentence ?? "the disk did not take it"
            words.append(Word(text: found, isFault: !work.isWritten, owner: owner))
        }
        waiting = []
    }

    /// Seals and keeps a message for each of its receivers that has room for it here.
    mutating func seal(_ spoken: SpokenMessage) {
        let found = job(toSeal: spoken)
        guard let job = found.job, !work.isStopped else {
            return words.append(lost(spoken, work.isStopped ? Self.erased : found.problem))
        }
        work.begin(job)
    }

    /// Ends all work, because the station is being erased.
    mutating func stop() {
        work.stop()
        player?.stop(by: "the erasing of this station")
    }

    /// Waits until all begun work is written.
    mutating func close(within limit: Duration) {
        let end = Clock.now() + limit
        while !work.isIdle, Clock.now() < end {
            tick(at: Clock.now())
            Clock.sleep(.milliseconds(2))
        }
    }

    /// Offers a peer the oldest message that waits for it.
    private mutating func offerNext(to body: String, at now: Instant) {
        guard let peer = number(of: body) else { return }
        let next = kept.first {
            $0.peer == body && $0.state == .waiting && !damaged.contains($0.number)
        }
        let isRead = work.jobs.contains {
            if case .offer(_, let other) = $0 { other == peer } else { false }
        }
        guard exchange.offered(to: peer) != next?.id, !isRead else { return }
        exchange.offer(nil, to: peer, at: now)
        if let next, exchange.isUp(peer) { work.begin(.offer(next, to: peer)) }
    }

    // MARK: What becomes of them

    /// Gives a message another state, here and on the disk; soundless messages lose their content.
    private mutating func mark(_ message: KeptMessage, _ state: KeptMessage.State) {
        guard let place = kept.firstIndex(where: { $0.number == message.number }) else { return }
        let former = kept[place].fileName
        kept[place].state = state
        work.change(.mark(former, kept[place]))
        for isIncoming in [false, true] {
            let silent = kept.filter {
                $0.peer == message.peer && !$0.hasSound && $0.isIncoming == isIncoming
            }
            for message in silent.dropLast(Self.rememberedMax) { forget(message) }
        }
    }

    /// Forgets a message and its file.
    private mutating func forget(_ message: KeptMessage) {
        kept.removeAll { $0.number == message.number }
        reasons[message.number] = nil
        refused.remove(message.number)
        damaged.remove(message.number)
        taking.remove(message.number)
        work.change(.remove(message.fileName))
    }

    /// Deletes a message; a received one is remembered as deleted.
    mutating func delete(_ message: KeptMessage, at now: Instant) {
        player?.forget(message)
        switch message.state {
        case .new: mark(message, .gone)
        case .heard: mark(message, .heardAndGone)
        default:
            forget(message)
            offerNext(to: message.peer, at: now)
        }
    }

    /// Notes that a message was played to its end.
    mutating func heard(_ message: KeptMessage) {
        guard kept.contains(where: { $0.number == message.number && $0.state == .new }) else {
            return
        }
        mark(message, .heard)
        if let peer = number(of: message.peer) { exchange.tell(peer, message.id, .heard) }
    }

    // MARK: Time

    /// Lets time pass, and handles the results of the disk and of peers.
    mutating func tick(at now: Instant) {
        if let (job, finding) = work.next(at: now) { finish(job, finding, at: now) }
        if work.isIdle { tellWhatIsWritten() }
        exchange.tick(at: now)
        while let news = exchange.nextNews() { handle(news, at: now) }
        work.goOn(at: now)
    }

    func deadline(at now: Instant) -> Instant? {
        let all = [
            exchange.deadline, work.deadline(at: now), spoken?.deadline(at: now),
            player?.deadline(at: now), heardBack?.deadline,
        ]
        return all.compactMap { $0 }.min()
    }

    mutating func nextRecord() -> (peer: Int, record: ControlRecord)? { exchange.nextRecord() }

    mutating func nextWord() -> Word? { words.isEmpty ? nil : words.removeFirst() }

    private mutating func finish(
        _ job: MessageFiles.Job, _ finding: MessageFiles.Finding, at now: Instant
    ) {
        switch finding {
        case .failed(let fault), .unsealed(_, let fault), .unchanged(_, let fault): fail(fault)
        case .kept, .done, .read: problem = fault
        case .unreadable: break
        }
        switch (job, finding) {
        case (.seal(let spoken, _, _), .kept(let messages)):
            for message in messages where keys[message.peer] == nil {
                work.change(.remove(message.fileName))
            }
            let there = messages.filter { keys[$0.peer] != nil }
            guard !there.isEmpty else {
                return words.append(lost(spoken, "it is for a former peer"))
            }
            for message in there { kept.append(numbered(message)) }
            words.append(
                Word(
                    seconds: there[0].seconds, text: "waiting", owner: spoken.owner,
                    sealed: (spoken, there.map { $0.peer })))
            for message in there { offerNext(to: message.peer, at: now) }
        case (.seal(let spoken, _, _), .unsealed(let names, let fault)):
            for name in names { work.change(.remove(name)) }
            words.append(lost(spoken, fault.sentence))
        case (.seal(let spoken, _, _), _): words.append(lost(spoken, "it is too large"))
        case (.keep(_, _, let peer), .kept(let messages)):
            for message in messages {
                kept.append(numbered(message))
                tell(peer, message, .delivered)
                words.append(word(of: message, "new"))
            }
        case (.keep(let message, _, let peer), .unreadable): tell(peer, message, .unreadable)
        case (.keep(let message, _, let peer), _):
            restsUntil = now + Self.rest
            tell(peer, message, .full)
        case (.offer(let message, let peer), .read(let file)):
            let isWaiting = kept.contains { $0.number == message.number && $0.state == .waiting }
            guard isWaiting, peers[peer] == message.peer else {
                return offerNext(to: message.peer, at: now)
            }
            exchange.offer(message.notice, file, to: peer, at: now)
        case (.offer, .failed): break
        case (.offer(let message, _), _):
            if kept.contains(where: { $0.number == message.number }) { setAside(message) }
            offerNext(to: message.peer, at: now)
        case (.change, _): break
        }
    }

    private mutating func numbered(_ message: KeptMessage) -> KeptMessage {
        number += 1
        // Peers choose the ids of their messages.
        let other = kept.first { !$0.isIncoming && !message.isIncoming && $0.id == message.id }
        var message = message
        (message.number, message.shownNumber) = (number, other?.shownNumber ?? number)
        return message
    }

    /// The message of this station to a peer with this id.
    private func sent(_ id: CallID, to peer: Int) -> KeptMessage? {
        kept.first { $0.id == id && $0.peer == peers[peer] && !$0.isIncoming }
    }

    private mutating func tell(_ peer: Int, _ message: KeptMessage, _ state: MessageState) {
        if peers[peer] == message.peer { exchange.tell(peer, message.id, state) }
    }

    private mutating func handle(_ news: MessageExchange.News, at now: Instant) {
        switch news {
        case .key(let peer, let key):
            guard let body = peers[peer] else { return }
            keys[body] = key
            work.change(.key(key, of: body))
        case .noticed(let peer, let notice): noticed(notice, by: peer, nil, at: now)
        case .arrived(let peer, let notice, let file): noticed(notice, by: peer, file, at: now)
        case .taking(let peer, let id):
            guard let message = sent(id, to: peer) else { return }
            if exchange.offered(to: peer) == id { taking.insert(message.number) }
            reasons[message.number] = nil
        case .told(let peer, let id, let state): told(id, state, by: peer, at: now)
        }
    }

    /// Handles a peer's notice of a message to be fetched, or its last part.
    private mutating func noticed(
        _ notice: MessageNotice, by peer: Int, _ file: [UInt8]?, at now: Instant
    ) {
        guard let body = peers[peer] else { return }
        let start = Int(clamping: notice.start)
        let message = KeptMessage(
            id: notice.id, peer: body, start: KeptMessage.starts.contains(start) ? start : 0,
            milliseconds: 0, size: Int(notice.size), state: .new)
        if let place = place(of: message) {
            let isHeard = kept[place].state == .heard || kept[place].state == .heardAndGone
            return exchange.tell(peer, notice.id, isHeard ? .heard : .delivered)
        }
        // One message at a time from each peer, so that no peer makes work faster than it is done.
        let isKeeping = work.jobs.contains {
            if case .keep(_, _, let other) = $0 { other == peer } else { false }
        }
        guard notice.size > 0, !isKeeping, !work.isStopped else { return }
        if !denied.contains(peer), SealedMessage.sizes.contains(message.size) {
            makeRoom(for: message)
        }
        if let state = refusal(of: message, by: peer, at: now) {
            exchange.tell(peer, notice.id, state)
        } else if let file {
            work.begin(.keep(message, file, from: peer))
        } else {
            exchange.fetch(notice, from: peer, at: now)
        }
    }

    private func room(for message: KeptMessage) -> MessageRoom {
        var taken = kept
        for case .keep(let other, _, _) in work.jobs { taken.append(other) }
        return MessageRoom(for: message.peer, isIncoming: true, among: taken)
    }

    /// Makes room for a new message: the oldest heard ones of the same peer lose their content.
    private mutating func makeRoom(for message: KeptMessage) {
        while !room(for: message).has(message.size),
            let oldest = kept.first(where: { $0.peer == message.peer && $0.state == .heard })
        {
            player?.forget(oldest)
            mark(oldest, .heardAndGone)
        }
    }

    /// Finds why a message is not taken; nil where it is taken.
    private func refusal(
        of message: KeptMessage, by peer: Int, at now: Instant
    ) -> MessageState? {
        if denied.contains(peer) { return .denied }
        guard SealedMessage.sizes.contains(message.size) else { return .unreadable }
        let isTaken = fault == nil && now >= restsUntil && room(for: message).has(message.size)
        return isTaken ? nil : .full
    }

    private mutating func waits(_ message: KeptMessage, _ why: String) {
        // A peer may repeat this with another reason.
        if refused.insert(message.number).inserted {
            words.append(word(of: message, "waiting: \(why)"))
        }
        reasons[message.number] = why
    }

    private mutating func told(
        _ id: CallID, _ state: MessageState, by peer: Int, at now: Instant
    ) {
        guard let message = sent(id, to: peer) else { return }
        switch (state, message.state) {
        case (.delivered, .waiting):
            mark(message, .delivered)
            words.append(word(of: message, "delivered"))
        case (.heard, .waiting), (.heard, .delivered):
            mark(message, .listened)
            words.append(word(of: message, "heard"))
        case (.unreadable, .waiting):
            mark(message, .unreadable)
            words.append(word(of: message, "unreadable"))
        case (.full, .waiting): waits(message, "it has no room, or cannot keep it")
        case (.denied, .waiting): waits(message, "its settings allow no messages of this station")
        default: return
        }
        taking.remove(message.number)
        if state != .full, state != .denied { reasons[message.number] = nil }
        offerNext(to: message.peer, at: now)
    }
}
