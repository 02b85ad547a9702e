internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The voice messages of this station: which there are, which go to peers and come from them, and
/// their files.
///
/// A file's name tells all that is known of a message; its content is sealed, that of a message to
/// a peer so that this station cannot open it. What a disk is to do is begun here and looked after
/// later, so the loop does not wait.
struct Messages {
    /// What a disk had to say.
    enum Finding: Sendable {
        case done
        case kept(KeptMessage)
        case read([UInt8])
        case unreadable
        case failed(Fault)
    }

    private enum Job {
        /// A message of this station; the program that waits for it.
        case seal(CallerTicket?)
        case keep(from: Int)
        case offer(to: Int)
        case mark
    }

    private struct Work {
        let job: Job
        let message: KeptMessage
        let result: Background<Finding>
    }

    /// Something for people, and the program that waits for it.
    struct Word {
        var peer: String?
        var seconds: Double?
        let text: String
        var isFault = false
        var caller: CallerTicket?
        var isNews = true

        /// It is of a message that was spoken by a button, which has no other word for it.
        var isOfButton: Bool { !isNews && caller == nil }
    }

    /// Messages without sound that are remembered of each peer: those that were deleted, so that
    /// they are not taken again, and those that it has taken.
    private static let rememberedMax = 64
    /// Free bytes that messages leave on a disk.
    private static let diskReserve: UInt64 = 16 << 20

    private let paths: Paths
    private let suite: Suite
    private let writer = WorkChain()
    private var exchange: MessageExchange
    /// From the oldest that was kept.
    private(set) var kept: [KeptMessage] = []
    /// The message keys of peers, by the characters of their public keys.
    private var keys: [String: RecordingPublicKey] = [:]
    /// The characters of the public keys of peers, by number.
    private var peers: [Int: String] = [:]
    private var denied: Set<Int> = []
    private var works: [Work] = []
    private var words: [Word] = []
    private var number = 0
    /// Own messages that a peer is taking, and what peers have told of those that wait.
    private var taking: Set<CallID> = []
    private var reasons: [CallID: String] = [:]
    /// Why this station has no message key; nil where it has one.
    private let keyFault: Fault?
    /// What was wrong with the disk when it was used last.
    private(set) var problem: Fault?
    var spoken: SpokenMessage?
    var player: MessagePlayer?

    /// Reads which messages there are.
    init(_ paths: Paths, usesAES: Bool) {
        (self.paths, suite) = (paths, usesAES ? .aesGCM : .chaChaPoly)
        do throws(KeyStoreError) {
            exchange = MessageExchange(own: try KeyStore.messageKey(paths).publicKey)
            keyFault = nil
        } catch {
            exchange = MessageExchange(own: nil)
            keyFault = Fault("messages", error.description)
        }
        do throws(SystemError) {
            try FileStore.makeDirectory(paths.messages, mode: 0o700)
            for name in try FileStore.names(in: paths.messages, suffix: "") {
                if let message = KeptMessage(fileName: name) {
                    add(message)
                } else if name.hasSuffix(".new") {
                    // What a power failure has cut off.
                    try FileStore.remove("\(paths.messages)/\(name)")
                }
            }
            for name in try FileStore.names(in: paths.messages, suffix: ".key") {
                let path = "\(paths.messages)/\(name)"
                let bytes = try FileStore.read(path, limit: RecordingPublicKey.size)
                keys[String(name.dropLast(4))] = RecordingPublicKey(bytes: bytes)
            }
        } catch { problem = Fault("messages", error.finding, fix: error.fix) }
        if let fault = keyFault ?? problem {
            words.append(Word(text: fault.sentence, isFault: true))
        }
    }

    /// Adds a message, or takes over its newer state: a power failure may leave both files.
    private mutating func add(_ message: KeptMessage) {
        let place = kept.firstIndex {
            $0.id == message.id && $0.peer == message.peer && $0.isIncoming == message.isIncoming
        }
        guard let place else {
            number += 1
            var message = message
            message.number = number
            return kept.append(message)
        }
        let order = KeptMessage.State.allCases
        if order.firstIndex(of: kept[place].state)! < order.firstIndex(of: message.state)! {
            kept[place].state = message.state
        }
    }

    // MARK: Peers

    /// Takes over the peers of the settings.
    mutating func configure(_ directory: PeerDirectory, _ config: Config) {
        for number in directory.numbers {
            let body = directory.key(of: number).body
            if peers[number] != body { exchange.forget(number) }
            peers[number] = body
        }
        denied = Set(
            directory.numbers.filter { !config.policy(ofPeer: directory[$0].name).message })
    }

    mutating func up(_ peer: Int, at now: Instant) {
        guard let body = peers[peer] else { return }
        exchange.up(peer, knowing: keys[body], at: now)
        offerNext(to: peer, at: now)
        let delivered = kept.filter { $0.peer == body && $0.state == .delivered }
        for message in delivered.suffix(32) { exchange.ask(peer, about: message.id) }
    }

    mutating func down(_ peer: Int) { exchange.down(peer) }

    mutating func receive(_ record: MessageRecord, from peer: Int, at now: Instant) {
        exchange.receive(record, from: peer, at: now)
    }

    /// Why no message can be left for a peer; nil where one can.
    func refusal(to peer: Int, called name: String) -> String? {
        if let keyFault { return "messages cannot be kept: \(keyFault.sentence)" }
        guard let body = peers[peer], keys[body] != nil else {
            return "\(name) has not told its message key yet: it does so when it is there, if its"
                + " version has messages"
        }
        let room = MessageRoom(for: body, isIncoming: false, among: kept)
        return room.has(SealedMessage.sizeMax)
            ? nil
            : "there is no room for another message to \(name): intercomctl message delete"
    }

    // MARK: Own messages

    /// Has a message sealed and kept, to go to its peer.
    mutating func seal(_ spoken: SpokenMessage, at now: Instant) {
        guard let body = peers[spoken.peer], let key = keys[body] else { return }
        let (folder, entries, suite) = (paths.messages, spoken.entries, suite)
        let (id, start, length) = (Boot.callID(), spoken.start, spoken.milliseconds)
        let message = KeptMessage(
            id: id, peer: body, start: start, milliseconds: length, size: 0, state: .waiting)
        begin(.seal(spoken.caller), message) {
            let file = SealedMessage.seal(
                entries.span, startMilliseconds: UInt64(start), to: key, suite: suite)
            let whole = KeptMessage(
                id: id, peer: body, start: start, milliseconds: length, size: file.count,
                state: .waiting)
            return Self.write(file, as: whole, in: folder)
        }
    }

    private mutating func begin(
        _ job: Job, _ message: KeptMessage, _ work: @escaping @Sendable () -> Finding
    ) {
        works.append(Work(job: job, message: message, result: writer.begin(work)))
    }

    private static func write(
        _ file: [UInt8], as message: KeptMessage, in folder: String
    ) -> Finding {
        do throws(SystemError) {
            let free = try DiskSpace(at: folder).freeBytes
            guard free > UInt64(file.count) + diskReserve else {
                return .failed(Fault("messages", "the disk of \(folder) is full"))
            }
            try FileStore.write(file.span, to: "\(folder)/\(message.fileName)", mode: 0o600)
            return .kept(message)
        } catch { return .failed(Fault("messages", error.finding, fix: error.fix)) }
    }

    /// Gives a peer the oldest message that waits for it.
    private mutating func offerNext(to peer: Int, at now: Instant) {
        let next = kept.first { $0.peer == peers[peer] && $0.state == .waiting }
        let isRead = works.contains { if case .offer(peer) = $0.job { true } else { false } }
        guard exchange.offered(to: peer) != next?.id, !isRead else { return }
        exchange.offer(nil, to: peer, at: now)
        guard let next, exchange.isUp(peer) else { return }
        let path = "\(paths.messages)/\(next.fileName)"
        begin(.offer(to: peer), next) {
            do throws(SystemError) {
                return .read(try FileStore.read(path, limit: SealedMessage.sizeMax))
            } catch { return .failed(Fault("messages", error.finding, fix: error.fix)) }
        }
    }

    // MARK: What becomes of them

    /// Gives a message another state, here and on the disk; those without sound lose their content.
    private mutating func mark(_ message: KeptMessage, _ state: KeptMessage.State) {
        guard let place = kept.firstIndex(where: { $0.number == message.number }) else { return }
        let former = kept[place]
        kept[place].state = state
        let (new, folder) = (kept[place], paths.messages)
        begin(.mark, new) {
            do throws(SystemError) {
                let (before, after) = (
                    "\(folder)/\(former.fileName)", "\(folder)/\(new.fileName)"
                )
                if new.hasSound {
                    try FileStore.rename(before, to: after)
                } else {
                    try FileStore.write([UInt8]().span, to: after, mode: 0o600)
                    try FileStore.remove(before)
                }
                return .done
            } catch { return .failed(Fault("messages", error.finding, fix: error.fix)) }
        }
        trim(former.peer)
    }

    /// Forgets a message and its file.
    private mutating func forget(_ message: KeptMessage) {
        kept.removeAll { $0.number == message.number }
        let path = "\(paths.messages)/\(message.fileName)"
        begin(.mark, message) {
            do throws(SystemError) {
                try FileStore.remove(path)
                return .done
            } catch { return .failed(Fault("messages", error.finding, fix: error.fix)) }
        }
    }

    private mutating func trim(_ peer: String) {
        for isIncoming in [false, true] {
            let silent = kept.filter {
                $0.peer == peer && !$0.hasSound && $0.isIncoming == isIncoming
            }
            for message in silent.dropLast(Self.rememberedMax) { forget(message) }
        }
    }

    /// Deletes a message; one from a peer is remembered as such.
    mutating func delete(_ message: KeptMessage, at now: Instant) {
        if player?.isPlaying(message) == true { player?.stop() }
        switch message.state {
        case .new: mark(message, .gone)
        case .heard: mark(message, .heardAndGone)
        default:
            forget(message)
            for peer in peers.keys where peers[peer] == message.peer {
                offerNext(to: peer, at: now)
            }
        }
    }

    /// A message was played to its end.
    mutating func heard(_ message: KeptMessage) {
        guard kept.contains(where: { $0.number == message.number && $0.state == .new }) else {
            return
        }
        mark(message, .heard)
        for peer in peers.keys where peers[peer] == message.peer {
            exchange.tell(peer, message.id, .heard)
        }
    }

    // MARK: Time

    /// Lets time pass: looks what disks and peers have to say.
    mutating func tick(at now: Instant) {
        var unfinished: [Work] = []
        let former = works
        works = []
        for work in former {
            if let finding = work.result.take() {
                finish(work, finding, at: now)
            } else {
                unfinished.append(work)
            }
        }
        works = unfinished + works
        exchange.tick(at: now)
        while let news = exchange.nextNews() { handle(news, at: now) }
    }

    func deadline(at now: Instant) -> Instant? {
        var first = exchange.deadline
        func consider(_ due: Instant?) {
            if let due { first = min(first ?? due, due) }
        }
        for work in works { consider(work.result.look(at: now)) }
        consider(spoken?.deadline(at: now))
        consider(player?.deadline(at: now))
        return first
    }

    mutating func nextRecord() -> (peer: Int, record: ControlRecord)? { exchange.nextRecord() }

    mutating func nextWord() -> Word? { words.isEmpty ? nil : words.removeFirst() }

    private mutating func finish(_ work: Work, _ finding: Finding, at now: Instant) {
        if case .failed(let fault) = finding {
            if problem != fault { words.append(Word(text: fault.sentence, isFault: true)) }
            problem = fault
        }
        switch (work.job, finding) {
        case (.seal(let caller), .kept(let message)):
            problem = nil
            add(message)
            words.append(
                Word(
                    peer: message.peer, seconds: message.seconds, text: "waiting",
                    caller: caller, isNews: false))
            for peer in peers.keys where peers[peer] == message.peer {
                offerNext(to: peer, at: now)
            }
        case (.seal(let caller), _):
            words.append(
                Word(
                    peer: work.message.peer,
                    text: "the message is lost: \(problem?.sentence ?? "")", isFault: true,
                    caller: caller, isNews: false))
        case (.keep(let peer), .kept(let message)):
            problem = nil
            add(message)
            tell(peer, message.id, .delivered, if: message.peer)
            words.append(Word(peer: message.peer, seconds: message.seconds, text: "new"))
        case (.keep(let peer), .unreadable):
            tell(peer, work.message.id, .unreadable, if: work.message.peer)
        case (.keep(let peer), _): tell(peer, work.message.id, .full, if: work.message.peer)
        case (.offer(let peer), .read(let file)):
            guard peers[peer] == work.message.peer, file.count == work.message.size,
                kept.contains(where: { $0.id == work.message.id && $0.state == .waiting })
            else { return offerNext(to: peer, at: now) }
            exchange.offer(work.message.notice, file, to: peer, at: now)
        default: break
        }
    }

    private mutating func tell(_ peer: Int, _ id: CallID, _ state: MessageState, if body: String) {
        if peers[peer] == body { exchange.tell(peer, id, state) }
    }

    private mutating func handle(_ news: MessageExchange.News, at now: Instant) {
        switch news {
        case .key(let peer, let key):
            guard let body = peers[peer] else { return }
            keys[body] = key
            let path = "\(paths.messages)/\(body).key"
            let message = KeptMessage(
                id: MessageRecord.key, peer: body, start: 0, milliseconds: 0, size: 0,
                state: .gone)
            begin(.mark, message) {
                do throws(SystemError) {
                    try FileStore.write(key.bytes.span, to: path, mode: 0o600)
                    return .done
                } catch { return .failed(Fault("messages", error.finding, fix: error.fix)) }
            }
        case .noticed(let peer, let notice): noticed(notice, by: peer, at: now)
        case .arrived(let peer, let notice, let file):
            guard let body = peers[peer], incoming(notice.id, body) == nil else { return }
            let (paths, start) = (paths, Int(clamping: notice.start))
            let message = KeptMessage(
                id: notice.id, peer: body, start: start, milliseconds: 0, size: file.count,
                state: .new)
            begin(.keep(from: peer), message) { Self.keep(file, as: message, paths) }
        case .taking(let peer, let id):
            if exchange.offered(to: peer) == id { taking.insert(id) }
            reasons[id] = nil
        case .told(let peer, let id, let state): told(id, state, by: peer, at: now)
        }
    }

    /// Keeps a message that this station can open.
    private static func keep(
        _ file: [UInt8], as message: KeptMessage, _ paths: Paths
    ) -> Finding {
        do throws(KeyStoreError) {
            let key = try KeyStore.messageKey(paths)
            guard let entries = SealedMessage.open(file.span, with: key),
                let milliseconds = SpokenMessage.milliseconds(of: entries.span)
            else { return .unreadable }
            let whole = KeptMessage(
                id: message.id, peer: message.peer, start: message.start,
                milliseconds: milliseconds, size: file.count, state: .new)
            return write(file, as: whole, in: paths.messages)
        } catch { return .failed(Fault("messages", error.description)) }
    }

    private func incoming(_ id: CallID, _ body: String) -> KeptMessage? {
        kept.first { $0.id == id && $0.peer == body && $0.isIncoming }
    }

    private mutating func noticed(_ notice: MessageNotice, by peer: Int, at now: Instant) {
        guard let body = peers[peer] else { return }
        if let known = incoming(notice.id, body) {
            let isHeard = known.state == .heard || known.state == .heardAndGone
            return exchange.tell(peer, notice.id, isHeard ? .heard : .delivered)
        }
        let isBeingKept = works.contains { $0.message.id == notice.id && $0.message.peer == body }
        guard notice.size > 0, !isBeingKept else { return }
        let room = MessageRoom(for: body, isIncoming: true, among: kept)
        if denied.contains(peer) {
            exchange.tell(peer, notice.id, .denied)
        } else if notice.size > SealedMessage.sizeMax {
            exchange.tell(peer, notice.id, .unreadable)
        } else if keyFault != nil || !room.has(Int(notice.size)) {
            exchange.tell(peer, notice.id, .full)
        } else {
            exchange.fetch(notice, from: peer, at: now)
        }
    }

    private mutating func told(
        _ id: CallID, _ state: MessageState, by peer: Int, at now: Instant
    ) {
        guard let body = peers[peer],
            let message = kept.first(where: { $0.id == id && $0.peer == body && !$0.isIncoming })
        else { return }
        func word(_ text: String) -> Word {
            Word(peer: body, seconds: message.seconds, text: text)
        }
        switch (state, message.state) {
        case (.delivered, .waiting):
            mark(message, .delivered)
            words.append(word("delivered"))
        case (.heard, .waiting), (.heard, .delivered):
            mark(message, .listened)
            words.append(word("heard"))
        case (.unreadable, .waiting):
            mark(message, .unreadable)
            words.append(word("unreadable"))
        case (.full, .waiting): reasons[id] = "it has no room"
        case (.denied, .waiting): reasons[id] = "its settings allow no messages of this station"
        default: return
        }
        if state != .full, state != .denied {
            taking.remove(id)
            reasons[id] = nil
        }
        offerNext(to: peer, at: now)
    }

    // MARK: Lists

    /// The messages that people see; `name` is what a peer is called.
    func list(_ name: (String) -> String) -> MessageList {
        var list = MessageList()
        list.messages = kept.filter { !$0.isDeleted }.map {
            var message = MessageList.Message()
            (message.number, message.id, message.peer) = ($0.number, $0.id.text, name($0.peer))
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
