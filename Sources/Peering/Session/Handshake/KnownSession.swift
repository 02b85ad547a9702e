public import Crypto
internal import Wire

/// The handshake and the first packets of the protocol's vectors (protocol.md §6), recomputed to
/// check libraries and processor.
///
/// It has no secrets: its keys are in the vectors.
public enum KnownSession {
    /// The data that is sealed.
    fileprivate static let plaintexts: [[UInt8]] = [
        [0x00, 0x01, 0x00, 0x28] + [UInt8](repeating: 0x5A, count: 60), [UInt8](0..<125),
    ]
    fileprivate static let flags: [UInt8] = [37, 5]

    /// Whether messages and packets equal those of the vectors, and open at the other end.
    public static func holds(_ suite: Suite) -> Bool { digest(suite) == expected(suite) }

    /// SHA-256 of M1, M2, M3 and the first two packets each way, in hexadecimal.
    static func expected(_ suite: Suite) -> String {
        switch suite {
        case .aesGCM: "66dfaa32146a825a4c38d95aada8fb6c996e1232e89c0b15e2a97ac4c74efbc5"
        case .chaChaPoly: "527371f8bc6323679b65ed6b4d7016fe4e0ff79c2a7fc77d224d1d53d654fd19"
        }
    }

    /// The digest of the messages and packets computed here.
    ///
    /// - Parameters:
    ///   - suite: The ciphers.
    ///   - flipped: The bits to flip in each packet, so that a test sees the damage noticed.
    /// - Returns: Nil when a side refuses a message of the other side.
    static func digest(_ suite: Suite, flipped: UInt8 = 0) -> String? {
        do throws(Drop) {
            return try packets(suite, flipped)
        } catch { return nil }
    }

    private static func packets(_ suite: Suite, _ flipped: UInt8) throws(Drop) -> String? {
        let office = Identity(secret: KnownBytes.key(0x11), bootID: 0x0102_0304_0506_0708)
        let kitchen = Identity(secret: KnownBytes.key(0x22), bootID: 0x1112_1314_1516_1718)
        let psk = KnownBytes.key(0x77)
        var hash = SHA256()

        var first = [UInt8](repeating: 0, count: HandshakeLayout.Initiation.size)
        var firstRoom = first.mutableSpan
        var fills: [UInt8] = [0x33, 0x55]
        let initiator = Initiator(
            suite: suite, responder: kitchen.publicKey, mac: kitchen.mac, index: 0xA1A2_A3A4,
            target: Endpoint(high: 0, low: 1, port: 9), tries: TryLimit(perSecond: 1),
            random: { KnownBytes.fill(&$0, fills.removeFirst()) }, writing: &firstRoom)
        hash.update(first.span)

        var second = [UInt8](repeating: 0, count: HandshakeLayout.Response.size)
        var secondRoom = second.mutableSpan
        fills = [0x44, 0x66]
        guard let header = HandshakeHeader(parsing: first.span) else { return nil }
        let responder = try Responder.respond(
            to: first.span, header: header, suite: suite, own: kitchen, index: 0xB1B2_B3B4,
            random: { KnownBytes.fill(&$0, fills.removeFirst()) }, writing: &secondRoom)
        hash.update(second.span)

        var third = [UInt8](repeating: 0, count: HandshakeLayout.Finish.size)
        var thirdRoom = third.mutableSpan
        guard let header = HandshakeHeader(parsing: second.span) else { return nil }
        let here = try initiator.finish(
            second.span, header: header, own: office, psk: psk, mac: kitchen.mac,
            writing: &thirdRoom)
        guard let claim = responder.identify(third.span), claim.publicKey == office.publicKey
        else { return nil }
        let there = try responder.accept(claim, third.span, psk: psk)
        hash.update(third.span)

        let keys = here.transcript.copy().transportKeys()
        let theirs = there.transcript.copy().transportKeys()
        var way = Way(
            Sealer(suite: suite, keys: keys.initiatorToResponder, receiverIndex: 0xB1B2_B3B4),
            Opener(suite: suite, keys: theirs.initiatorToResponder))
        var back = Way(
            Sealer(suite: suite, keys: theirs.responderToInitiator, receiverIndex: 0xA1A2_A3A4),
            Opener(suite: suite, keys: keys.responderToInitiator))
        for number in plaintexts.indices {
            guard way.carries(number, &hash, flipped), back.carries(number, &hash, flipped)
            else { return nil }
        }
        return hash.finishText()
    }
}

/// One direction of the session.
private struct Way: ~Copyable {
    private var sealer: Sealer
    private var opener: Opener

    init(_ sealer: consuming Sealer, _ opener: consuming Opener) {
        self.sealer = sealer
        self.opener = opener
    }

    /// Seals a packet, adds it to the hash, and opens it.
    ///
    /// - Returns: Whether the other end gets what was sealed.
    mutating func carries(_ number: Int, _ hash: inout SHA256, _ flipped: UInt8) -> Bool {
        let plaintext = KnownSession.plaintexts[number]
        var packet = [UInt8](repeating: 0, count: plaintext.count + PacketLayout.overhead)
        var room = packet.mutableSpan
        let size = sealer.seal(
            flags: KnownSession.flags[number], time: UInt16(number), plaintext: plaintext.span,
            into: &room)
        guard size == packet.count else { return false }
        hash.update(packet.span)
        packet[packet.count / 2] ^= flipped
        var opened = packet
        var openedRoom = opened.mutableSpan
        guard case .opened(let facts) = opener.open(packet.span, into: &openedRoom) else {
            return false
        }
        return opened.span.extracting(0..<facts.count).equals(plaintext.span)
    }
}
