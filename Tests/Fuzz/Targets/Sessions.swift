internal import Crypto
internal import Peering
internal import Seeds
internal import Time
internal import Wire

extension FuzzTarget {
    /// The whole `PeerTable`: handshakes begun by either side, with messages that are true,
    /// changed and signed again, repeated, held back and foreign, while peers come and go.
    static let sessions = FuzzTarget(name: "sessions") { bytes, isPlanted in
        var input = FuzzInput(bytes)
        let pair = SessionPair(suite: input.below(2) == 0 ? .aesGCM : .chaChaPoly)
        for _ in 0..<20 where !input.isAtEnd { pair.step(&input) }
        planted(isPlanted, at: pair.sessions > 2)
    }
}

/// Two tables that know each other, and what was sent between them.
private final class SessionPair {
    private var tables: [Table]
    private var now = Instant(nanoseconds: 1_000_000_000)
    /// All messages so far, with the table each is for.
    private var messages: [(to: Int, bytes: [UInt8])] = []
    /// How many sessions both have made.
    private(set) var sessions = 0

    private static let most = 200
    private static let flood = 12

    init(suite: SuiteChoice) {
        tables = [Table(0), Table(1)]
        for side in 0...1 { tables[side].meet(tables[1 - side].publicKey, suite, at: now) }
    }

    func step(_ input: inout FuzzInput) {
        let side = input.below(2)
        switch input.below(10) {
        case 0: tables[side].wanted(at: now)
        case 1:
            now = now + .milliseconds(Int(input.word()))
            tables[side].tick(at: now)
        case 2...5: deliver(&input)
        case 6:
            var bytes = input.piece(input.below(256))
            if input.below(2) == 0 { bytes = whole(bytes) }
            // If it is a first message, so often that cookies are asked for.
            for _ in 0..<Self.flood { tables[side].receive(bytes, at: now) }
        case 7: tables[side].report(input.byte(), at: now)
        case 8:
            tables[side].forget(at: now)
            tables[side].meet(tables[1 - side].publicKey, .aesGCM, at: now)
        default: tables[side].close(input.below(8) == 0, at: now)
        }
        drain(side)
        drain(1 - side)
    }

    /// A message that was sent, as it was or changed; mostly the newest.
    private func deliver(_ input: inout FuzzInput) {
        guard !messages.isEmpty else { return }
        let back = input.below(4) == 0 ? input.below(messages.count) : 0
        let message = messages[messages.count - 1 - back]
        var bytes = message.bytes
        if input.below(3) == 0 {
            input.mutate(&bytes)
            bytes = tables[message.to].signed(bytes)
        }
        tables[message.to].receive(bytes, at: now)
    }

    /// A message of a known length from the start of one, signed.
    private func whole(_ start: [UInt8]) -> [UInt8] {
        let kind = start.first.flatMap { HandshakeHeader.Kind(rawValue: $0) } ?? .finish
        let size = kind.messageSize
        let bytes = (start + [UInt8](repeating: 9, count: size)).prefix(size)
        return tables[0].signed(Array(bytes))
    }

    private func drain(_ side: Int) {
        var count = 0
        while let event = tables[side].next() {
            count += 1
            precondition(count < Self.most, "one message makes work without end")
            switch event {
            case .message(let bytes):
                if messages.count < 64 { messages.append((1 - side, bytes)) }
            case .installed: sessions += 1
            case .other: break
            }
        }
        if let deadline = tables[side].deadline { precondition(deadline.nanoseconds >= 0) }
    }
}

/// One table, its number and the peer's in it.
private final class Table {
    enum Event {
        case message([UInt8])
        case installed
        case other
    }

    private var table: PeerTable
    private var peer: Int?
    private var index: UInt32?
    private let mac: HandshakeMAC
    private let source: Endpoint

    init(_ number: UInt8) {
        var chance = SplitMix64(seed: UInt64(number) + 1)
        let secret = Key { for i in $0.indices { $0[i] = number &+ 0x11 } }
        mac = HandshakeMAC(responder: X25519.publicKey(of: secret))
        source = Endpoint(high: 0, low: 0xFFFF_C000_0202, port: 5577)
        table = PeerTable(identity: secret, bootID: UInt64(number) + 1) { bytes in
            for i in bytes.indices { bytes[i] = UInt8(truncatingIfNeeded: chance.next() >> 24) }
        }
    }

    var publicKey: PublicKey { table.publicKey }
    var deadline: Instant? { table.deadline }

    func meet(_ key: PublicKey, _ suite: SuiteChoice, at now: Instant) {
        guard table.peer(of: key) == nil else { return }
        let number = table.add(publicKey: key, psk: nil, suite: suite, at: now)
        table.setEndpoints([source], of: number, at: now)
        peer = number
    }

    func signed(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= HandshakeMAC.size else { return bytes }
        var bytes = bytes
        var span = bytes.mutableSpan
        mac.sign(&span)
        return bytes
    }

    func receive(_ bytes: [UInt8], at now: Instant) {
        _ = table.receive(bytes.span, from: source, at: now)
    }

    func wanted(at now: Instant) { if let peer { table.wanted(peer: peer, at: now) } }
    func tick(at now: Instant) { table.tick(at: now) }
    func forget(at now: Instant) { if let peer { table.remove(peer: peer, at: now) } }

    func close(_ isAll: Bool, at now: Instant) {
        guard let peer else { return }
        if isAll { table.close(reason: .stopping, at: now) }
        table.closed(peer: peer, index: index, at: now)
    }

    func report(_ choice: UInt8, at now: Instant) {
        guard let peer, let index else { return }
        switch choice % 4 {
        case 0: table.switched(peer: peer, index: index, at: now)
        case 1:
            let boot = UInt64(choice >> 4)
            table.confirm(choice >> 7, boot: boot, peer: peer, index: index, at: now)
        case 2: table.doubted(peer: peer, at: now)
        default:
            table.traffic(
                peer: peer, sent: UInt64(choice) << 14, lastSent: now, lastOpened: nil,
                lastRefused: now, at: now)
        }
    }

    func next() -> Event? {
        switch table.nextAction() {
        case .none: return nil
        case .some(let action):
            switch consume action {
            case .transmit(let datagram, _): return .message(datagram.bytes.array)
            case .install(_, let keys, _):
                index = keys.localIndex
                return .installed
            default: return .other
            }
        }
    }
}
