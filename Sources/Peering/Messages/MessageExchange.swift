public import Crypto
public import Time
public import Wire

/// How two stations give each other voice messages, and the keys that these are sealed to
/// (recordings.md §2), without I/O.
///
/// Whoever is to get something asks for its parts, so nobody is sent what it did not ask for, and
/// what was cut off goes on where it was. What is kept, and whether there is room, is for the owner
/// to decide.
public struct MessageExchange {
    /// What the owner is to do.
    public enum News: Equatable, Sendable {
        /// The message key of a peer came whole; it may be another than before.
        case key(peer: Int, RecordingPublicKey)
        /// A peer has a message for this station, or asks what has become of it: answered by
        /// `fetch` or `tell`.
        case noticed(peer: Int, MessageNotice)
        /// All of it is here; it is to be checked, kept, and told of by `tell`.
        case arrived(peer: Int, MessageNotice, [UInt8])
        /// A peer has begun to take the message that is offered to it.
        case taking(peer: Int, CallID)
        case told(peer: Int, CallID, MessageState)
    }

    private struct Peer {
        var isUp = false
        /// The key that is known of it.
        var key: [UInt8] = []
        var keyFetch: Fetch?
        var fetch: (notice: MessageNotice, parts: Fetch)?
        /// The message that it is to take, and when it hears of that.
        var offer: (notice: MessageNotice, file: [UInt8])?
        var nextNotice = Instant(nanoseconds: .max)
        var notices = 0
    }

    /// The pauses between notices that nobody answers double up to this many seconds.
    private static let noticePauseMax = 60
    /// A message key that did not come is asked for again after this time.
    private static let keyPause = Duration.seconds(600)
    /// A peer that asks for parts needs no notice.
    private static let quiet = Duration.seconds(5)
    /// Records that may wait to be sent; answers beyond are left out, and asked for again.
    private static let recordsMax = 256

    private let own: [UInt8]
    /// By number.
    private var peers: [Int: Peer] = [:]
    private var records: [(peer: Int, record: ControlRecord)] = []
    private var news: [News] = []

    /// - Parameter own: This station's message key; nil where it has none.
    public init(own: RecordingPublicKey?) { self.own = own?.bytes ?? [] }

    // MARK: Sessions

    /// There is a session with a peer, or another one; `key` is what is known of it.
    public mutating func up(_ peer: Int, knowing key: RecordingPublicKey?, at now: Instant) {
        peers[peer, default: Peer()].isUp = true
        peers[peer]?.key = key?.bytes ?? []
        peers[peer]?.keyFetch = Fetch(
            size: RecordingPublicKey.size, pause: Self.keyPause, at: now)
        peers[peer]?.fetch?.parts.goOn(at: now)
        peers[peer]?.nextNotice = now
        peers[peer]?.notices = 0
    }

    /// There is none any more; what has come of a message is kept.
    public mutating func down(_ peer: Int) {
        peers[peer]?.isUp = false
        peers[peer]?.keyFetch = nil
    }

    /// Another peer may have this number from now on.
    public mutating func forget(_ peer: Int) {
        peers[peer] = nil
        records.removeAll { $0.peer == peer }
    }

    // MARK: What the owner says

    /// The message that a peer is to take now, and its file; nil: none.
    public mutating func offer(
        _ notice: MessageNotice?, _ file: [UInt8] = [], to peer: Int, at now: Instant
    ) {
        peers[peer, default: Peer()].offer = notice.map { ($0, file) }
        peers[peer]?.nextNotice = now
        peers[peer]?.notices = 0
    }

    /// The message that is offered to a peer.
    public func offered(to peer: Int) -> CallID? { peers[peer]?.offer?.notice.id }

    public func isUp(_ peer: Int) -> Bool { peers[peer]?.isUp ?? false }

    /// Asks a peer what has become of a message that was delivered.
    public mutating func ask(_ peer: Int, about id: CallID) {
        let notice = MessageNotice(id: id, size: 0, milliseconds: 0, start: 0)
        send(.notice(notice), to: peer)
    }

    /// Takes the message of a notice, or goes on with it; one at a time of each peer.
    public mutating func fetch(_ notice: MessageNotice, from peer: Int, at now: Instant) {
        guard peers[peer]?.isUp == true else { return }
        if peers[peer]?.fetch?.notice != notice {
            peers[peer]?.fetch = (notice, Fetch(size: Int(notice.size), at: now))
        } else if peers[peer]?.fetch?.parts.isResting == true {
            peers[peer]?.fetch?.parts.goOn(at: now)
        }
        tick(at: now)
    }

    /// Tells a peer what has become of its message.
    public mutating func tell(_ peer: Int, _ id: CallID, _ state: MessageState) {
        send(.state(id, state), to: peer)
    }

    private mutating func send(_ message: MessageRecord, to peer: Int) {
        guard peers[peer]?.isUp == true, records.count < Self.recordsMax else { return }
        records.append((peer, .message(message)))
    }

    // MARK: What peers say

    public mutating func receive(_ message: MessageRecord, from peer: Int, at now: Instant) {
        guard peers[peer]?.isUp == true else { return }
        switch message {
        case .ask(MessageRecord.key, let number):
            if let part = MessagePart(number, of: own.span, id: MessageRecord.key) {
                send(.part(part), to: peer)
            }
        case .ask(let id, let number):
            guard let offer = peers[peer]?.offer, offer.notice.id == id,
                let part = MessagePart(number, of: offer.file.span, id: id)
            else { return }
            peers[peer]?.nextNotice = now + Self.quiet
            if number == 0 { news.append(.taking(peer: peer, id)) }
            send(.part(part), to: peer)
        case .part(let part) where part.id == MessageRecord.key.high: took(key: part, peer, now)
        case .part(let part):
            guard let notice = peers[peer]?.fetch?.notice, notice.id.high == part.id else { return }
            peers[peer]?.fetch?.parts.take(part, at: now)
            guard let file = peers[peer]?.fetch?.parts.whole else { return tick(at: now) }
            peers[peer]?.fetch = nil
            news.append(.arrived(peer: peer, notice, file))
        // Parts name half of the id, and must not be those of the key.
        case .notice(let notice) where notice.id.high != MessageRecord.key.high:
            news.append(.noticed(peer: peer, notice))
        case .notice: return
        case .state(let id, let state): news.append(.told(peer: peer, id, state))
        }
    }

    private mutating func took(key part: MessagePart, _ peer: Int, _ now: Instant) {
        peers[peer]?.keyFetch?.take(part, at: now)
        guard let fetch = peers[peer]?.keyFetch, let known = peers[peer]?.key else { return }
        // Where the first part is known, so is the rest.
        if fetch.bytes.count < 2 * MessagePart.size, known.starts(with: fetch.bytes) {
            if !fetch.bytes.isEmpty, !known.isEmpty { peers[peer]?.keyFetch = nil }
        } else if let whole = fetch.whole {
            peers[peer]?.keyFetch = nil
            guard let key = RecordingPublicKey(bytes: whole) else { return }
            peers[peer]?.key = whole
            news.append(.key(peer: peer, key))
            return
        }
        tick(at: now)
    }

    // MARK: Time

    /// Lets time pass; call it at `deadline`.
    public mutating func tick(at now: Instant) {
        for number in peers.keys.sorted() where peers[number]?.isUp == true {
            for part in peers[number]?.keyFetch?.questions(at: now) ?? [] {
                send(.ask(MessageRecord.key, part: part), to: number)
            }
            if let id = peers[number]?.fetch?.notice.id {
                for part in peers[number]?.fetch?.parts.questions(at: now) ?? [] {
                    send(.ask(id, part: part), to: number)
                }
            }
            guard let offer = peers[number]?.offer, let peer = peers[number],
                now >= peer.nextNotice
            else { continue }
            let pause = min(Self.noticePauseMax, 1 << min(peer.notices, 6))
            peers[number]?.notices += 1
            peers[number]?.nextNotice = now + .seconds(pause)
            send(.notice(offer.notice), to: number)
        }
    }

    /// When `tick` has something to do; nil means never.
    public var deadline: Instant? {
        var first = Instant(nanoseconds: .max)
        for peer in peers.values where peer.isUp {
            if let due = peer.keyFetch?.deadline { first = min(first, due) }
            if let due = peer.fetch?.parts.deadline { first = min(first, due) }
            if peer.offer != nil { first = min(first, peer.nextNotice) }
        }
        return first.nanoseconds == .max ? nil : first
    }

    // MARK: What comes of it

    /// The next record to be sent, in the session with a peer.
    public mutating func nextRecord() -> (peer: Int, record: ControlRecord)? {
        records.isEmpty ? nil : records.removeFirst()
    }

    /// What the owner is to hear of next.
    public mutating func nextNews() -> News? { news.isEmpty ? nil : news.removeFirst() }
}

/// A file on its way from a peer, part by part.
///
/// So many questions wait for an answer as the way bears: one more with each part, half of them
/// after a loss.
private struct Fetch {
    private static let openMax = 16
    private static let askedAgainAfter = Duration.milliseconds(500)
    private static let patience = Duration.seconds(4)

    private let size: Int
    /// How long it rests of itself; nil where the peer tells of it again.
    private let pause: Duration?
    /// What has come without a gap from the beginning.
    private(set) var bytes: [UInt8] = []
    /// Parts behind a gap: no more than questions are open.
    private var early: [UInt32: MessagePart] = [:]
    private var open: [(part: UInt32, at: Instant)] = []
    private var next: UInt32 = 0
    private var openNow = 1
    private var progress: Instant
    /// Nothing came for long: nothing more is asked for now.
    private(set) var isResting = false

    init(size: Int, pause: Duration? = nil, at now: Instant) {
        (self.size, self.pause, progress) = (size, pause, now)
    }

    /// The whole file; nil while parts are missing.
    var whole: [UInt8]? { bytes.count == size ? bytes : nil }

    /// There is a session again, or the peer tells of it again.
    mutating func goOn(at now: Instant) {
        next = UInt32(bytes.count / MessagePart.size)
        (progress, openNow, isResting) = (now, 1, false)
        open.removeAll()
        early.removeAll()
    }

    /// Takes a part that was asked for; any other has no effect.
    mutating func take(_ part: MessagePart, at now: Instant) {
        let left = size - Int(part.number) * MessagePart.size
        guard part.count == min(left, MessagePart.size),
            let place = open.firstIndex(where: { $0.part == part.number })
        else { return }
        open.remove(at: place)
        early[part.number] = part
        openNow = min(Self.openMax, openNow + 1)
        progress = now
        while let part = early.removeValue(forKey: UInt32(bytes.count / MessagePart.size)) {
            for place in 0..<part.count { bytes.append(part.bytes[place]) }
        }
    }

    /// The numbers of parts that are to be asked for now.
    mutating func questions(at now: Instant) -> [UInt32] {
        if let pause, now - progress >= pause { goOn(at: now) }
        isResting = now - progress >= Self.patience
        guard !isResting else { return [] }
        var found: [UInt32] = []
        for place in open.indices where now - open[place].at >= Self.askedAgainAfter {
            open[place].at = now
            found.append(open[place].part)
        }
        if !found.isEmpty { openNow = max(1, openNow / 2) }
        // A part that is lost again and again holds up those behind it: what waits is bounded.
        while open.count < openNow, early.count < Self.openMax,
            Int(next) < MessagePart.count(of: size)
        {
            open.append((next, now))
            found.append(next)
            next += 1
        }
        return found
    }

    /// When there are questions again; nil where the peer has to tell of it.
    var deadline: Instant? {
        guard !isResting else { return pause.map { progress + $0 } }
        let end = progress + Self.patience
        return open.map { min(end, $0.at + Self.askedAgainAfter) }.min() ?? end
    }
}
