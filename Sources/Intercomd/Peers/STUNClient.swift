internal import Config
internal import Crypto
internal import HAL
internal import Time
internal import Wire

/// Asks a STUN server by which IPv4 address others see this station's port (RFC 8489), so often
/// that the router before it does not forget.
struct STUNClient {
    private static let interval = Duration.seconds(25)
    /// Between questions until one is answered; after so many the server is looked up again.
    private static let retry = Duration.seconds(1)
    private static let tries = 4

    private let server: PeerAddress
    private var lookUp: NameLookup?
    private var address: SocketAddress?
    private var asked: STUNBinding?
    private var unanswered = 0
    private var due = Instant(nanoseconds: 0)
    /// The address that the server has told last.
    private(set) var mapped: Endpoint?

    init(_ server: PeerAddress) { self.server = server }

    /// When to ask `next` again.
    func deadline(at now: Instant) -> Instant { lookUp?.look(at: now) ?? due }

    /// The network is another one.
    mutating func look() { due = Instant(nanoseconds: 0) }

    /// The question that is due, and where it goes; nil where none is.
    mutating func next(at now: Instant) -> (question: [UInt8], to: SocketAddress)? {
        if let pending = lookUp {
            switch pending.answer() {
            case .silent: return nil
            case .failed: address = nil
            case .found(let all):
                address = all.first { $0.family == .ipv4 }.map {
                    SocketAddress(high: $0.high, low: $0.low, port: server.port)
                }
            }
            lookUp = nil
        } else if now >= due, address == nil || unanswered >= Self.tries {
            lookUp = NameLookup(server.host)
            (address, unanswered, mapped) = (nil, 0, nil)
            due = now + Self.interval
            return nil
        } else if now < due {
            return nil
        }
        guard let address else { return nil }
        let question = STUNBinding { Random.fill(&$0) }
        asked = question
        unanswered += 1
        due = now + (unanswered < Self.tries ? Self.retry : Self.interval)
        return (question.request, address)
    }

    /// Takes a datagram that is an answer.
    ///
    /// - Returns: Whether this station is seen by another address than before.
    mutating func take(_ answer: Span<UInt8>, from source: SocketAddress, at now: Instant) -> Bool {
        guard source == address, let found = asked?.mapped(in: answer), found.isOfOneHost else {
            return false
        }
        (asked, unanswered, due) = (nil, 0, now + Self.interval)
        defer { mapped = found }
        return found != mapped
    }
}
