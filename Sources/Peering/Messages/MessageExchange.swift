public import Crypto
public import Time
public import Wire

/// How two stations exchange voice messages and message keys (recordings.md §2), without I/O.
///
/// The receiver asks for each part: a station gets only parts that it asked for, and an interrupted
/// transfer continues where it stopped. The owner decides which messages are kept, and whether
/// there is room.
public struct MessageExchange {
    /// News for the owner to act on.
    public enum News: Equatable, Sendable {
        /// The whole message key of a peer; it may differ from the former one.
        case key(peer: Int, RecordingPublicKey)
        /// A peer offers a message, or asks for its state; answer with `fetch` or `tell`.
        case noticed(peer: Int, MessageNotice)
        /// A whole message; check it, keep it, and report its state with `tell`.
        case arrived(peer: Int, MessageNotice, [UInt8])
        /// A peer has begun to fetch the offered message.
        case taking(peer: Int, CallID)
        case told(peer: Int, CallID, MessageState)
    }

    private struct Peer {
        var isUp = false
        /// The peer's message key; empty if unknown.
        var key: [UInt8] = []
        var keyFetch: PartFetch?
        var fetch: (notice: MessageNotice, parts: PartFetch)?
        /// The message offered to the peer, and the time of the next notice.
        var offer: (notice: MessageNotice, file: [UInt8])?
        var nextNotice = Instant(nanoseconds: .max)
        var notices = 0
    }

    /// The pauses between unanswered notices double up to this many seconds.
    private static let noticePauseMax = 60
    /// The wait before a missing message key is requested again.
    private static let keyPause = Duration.seconds(600)
    /// The pause in notices after a peer has asked for a part.
    private static let quiet = Duration.seconds(5)
    /// The most records that wait to be sent; more are dropped, and the peer asks again.
    private static let recordsMax = 256

    private let own: [UInt8]
    /// The peers, by number.
    private var peers: [Int: Peer] = [:]
    private var records: [(peer: Int, record: ControlRecord)] = []
    private var news: [News] = []

    /// - Parameter own: This station's message key; nil where it has none.
    public init(own: RecordingPublicKey?) { self.own = own?.bytes ?? [] }

    // MARK: Sessions

    /// Notes a new session with a peer; `key` is the peer's last known message key.
    public mutating func up(_ peer: Int, knowing key: RecordingPublicKey?, at now: Instant) {
        peers[peer, default: Peer()].isUp = true
        peers[peer]?.key = key?.bytes ?? []
        peers[peer]?.keyFetch = PartFetch(
            ofMessage: MessageRecord.key.high, size: RecordingPublicKey.size,
            pause: Self.keyPause, at: now)
        peers[peer]?.fetch?.parts.goOn(at: now)
        peers[peer]?.nextNotice = now
        peers[peer]?.notices = 0
    }

    /// Notes that the session has ended; the received parts of a message are kept.
    public mutating func down(_ peer: Int) {
        peers[peer]?.isUp = false
        peers[peer]?.keyFetch = nil
    }

    /// Forgets a peer; another peer may have its number from now on.
    public mutating func forget(_ peer: Int) {
        peers[peer] = nil
        records.removeAll { $0.peer == peer }
    }

    // MARK: What the owner says

    /// Sets the message offered to a peer, and its file; nil withdraws the offer.
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

    /// Asks a peer for the state of a delivered message.
    public mutating func ask(_ peer: Int, about id: CallID) {
        let notice = MessageNotice(id: id, size: 0, milliseconds: 0, start: 0)
        send(.notice(notice), to: peer)
    }

    /// Fetches the message of a notice, or continues to; one at a time from each peer.
    public mutating func fetch(_ notice: MessageNotice, from peer: Int, at now: Instant) {
        guard peers[peer]?.isUp == true else { return }
        if peers[peer]?.fetch?.notice != notice {
            let parts = PartFetch(ofMessage: notice.id.high, size: Int(notice.size), at: now)
            peers[peer]?.fetch = (notice, parts)
        } else if peers[peer]?.fetch?.parts.isResting == true {
            peers[peer]?.fetch?.parts.goOn(at: now)
        }
        tick(at: now)
    }

    /// Reports to a peer the state of its message.
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
            if let part = FilePart(number, ofMessage: own.span, id: MessageRecord.key) {
                send(.part(part), to: peer)
            }
        case .ask(let id, let number):
            guard let offer = peers[peer]?.offer, offer.notice.id == id,
                let part = FilePart(number, ofMessage: offer.file.span, id: id)
            else { return }
            peers[peer]?.nextNotice = now + Self.quiet
            if number == 0 { news.append(.taking(peer: peer, id)) }
            send(.part(part), to: peer)
        case .part(let part) where part.file == MessageRecord.key.high: took(key: part, peer, now)
        case .part(let part):
            guard let notice = peers[peer]?.fetch?.notice, notice.id.high == part.file
            else { return }
            peers[peer]?.fetch?.parts.take(part, at: now)
            guard let file = peers[peer]?.fetch?.parts.whole else { return tick(at: now) }
            peers[peer]?.fetch = nil
            news.append(.arrived(peer: peer, notice, file))
        // Parts name half of the id, which must not be that of the key.
        case .notice(let notice) where notice.id.high != MessageRecord.key.high:
            news.append(.noticed(peer: peer, notice))
        case .notice: return
        case .state(let id, let state): news.append(.told(peer: peer, id, state))
        }
    }

    private mutating func took(key part: FilePart, _ peer: Int, _ now: Instant) {
        peers[peer]?.keyFetch?.take(part, at: now)
        guard let fetch = peers[peer]?.keyFetch, let known = peers[peer]?.key else { return }
        // A first part that equals the known key's means that the rest does, too.
        if fetch.bytes.count < 2 * FilePart.messageSize, known.starts(with: fetch.bytes) {
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
                send(.ask(MessageRecord.key, part: UInt32(part)), to: number)
            }
            if let id = peers[number]?.fetch?.notice.id {
                for part in peers[number]?.fetch?.parts.questions(at: now) ?? [] {
                    send(.ask(id, part: UInt32(part)), to: number)
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

    /// The next news for the owner.
    public mutating func nextNews() -> News? { news.isEmpty ? nil : news.removeFirst() }
}
