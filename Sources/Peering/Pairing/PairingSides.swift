public import Crypto
public import Wire

/// The four messages of a pairing, in their order (protocol.md §4.1).
enum PairingMessage: UInt8 {
    case p1 = 5
    case p2 = 6
    case p3 = 7
    case p4 = 8

    static let version: UInt8 = 1

    /// Bytes of the body.
    var bodySize: Int {
        switch self {
        case .p1: 1267
        case .p2: 1203
        case .p3: 128
        case .p4: 96
        }
    }

    /// Length and type, before a body.
    var header: [UInt8] {
        let length = bodySize + 1
        return [UInt8(length >> 8), UInt8(length & 0xFF), rawValue]
    }

    /// The message as it goes into the stream.
    func framed(_ body: [UInt8]) -> [UInt8] {
        precondition(body.count == bodySize)
        return header + body
    }
}

/// Assembles one message from the bytes of a stream.
struct PairingReader {
    private let expected: PairingMessage
    private var bytes: [UInt8] = []

    init(_ expected: PairingMessage) { self.expected = expected }

    /// Takes bytes from the stream.
    ///
    /// - Returns: The body when it is complete, nil before.
    /// - Throws: When the bytes do not begin the message, or exceed it.
    mutating func receive(_ some: Span<UInt8>) throws(PairingMismatch) -> [UInt8]? {
        let header = expected.header
        let whole = header.count + expected.bodySize
        guard bytes.count + some.count <= whole else { throw .malformed }
        for place in some.indices { bytes.append(some[place]) }
        guard bytes.prefix(3) == header.prefix(bytes.count)[...] else { throw .malformed }
        guard bytes.count == whole else { return nil }
        return Array(bytes[header.count...])
    }
}

/// A station's description of itself, sent once the code is proved (protocol.md §4.1).
public struct PairingCard: Equatable, Sendable {
    public static let size = 80
    static let nameMax = 31

    public let publicKey: PublicKey
    public let capabilities: Capabilities
    public let name: String

    /// Nil unless the name is 1 to 31 letters a to z, digits and hyphens, without a hyphen first.
    public init?(publicKey: PublicKey, capabilities: Capabilities, name: String) {
        guard Roster.isName(name) else { return nil }
        self.publicKey = publicKey
        self.capabilities = capabilities
        self.name = name
    }

    /// Reads the 80 bytes; nil for invalid ones.
    init?(parsing bytes: Span<UInt8>) {
        guard bytes.count == Self.size,
            let capabilities = Capabilities(parsing: bytes.extracting(32..<48))
        else { return nil }
        let count = Int(bytes[48])
        guard count <= Self.nameMax else { return nil }
        for place in 49 + count..<Self.size where bytes[place] != 0 { return nil }
        let key = PublicKey(bytes: bytes.extracting(first: 32))
        guard key.isUsable else { return nil }
        let name = (49..<49 + count).map { bytes[$0] }
        self.init(
            publicKey: key, capabilities: capabilities, name: String(decoding: name, as: UTF8.self))
    }

    /// The 80 bytes.
    var encoded: [UInt8] {
        let capabilities = capabilities.encoded
        let caps = capabilities.indices.map { capabilities[$0] }
        let own = publicKey.bytes.indices.map { publicKey.bytes[$0] }
        let padding = [UInt8](repeating: 0, count: Self.nameMax - name.utf8.count)
        return own + caps + [UInt8(name.utf8.count)] + Array(name.utf8) + padding
    }
}

/// The result of equal codes: the keys, and the suite of later sessions.
struct Agreement: ~Copyable {
    let keys: PairingKeys
    let suite: Suite

    /// The sealed card of a side.
    borrowing func sealed(_ card: PairingCard, of role: SPAKE2.Role) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: PairingCard.size + AEAD.tagSize)
        var room = sealed.mutableSpan
        keys.seal(card.encoded.span, of: role, into: &room)
        return sealed
    }

    /// The confirmation of a side, and its sealed card.
    borrowing func proof(of role: SPAKE2.Role, with card: PairingCard) -> [UInt8] {
        let confirmation = keys.confirmation(of: role)
        return confirmation.indices.map { confirmation[$0] } + sealed(card, of: role)
    }

    /// Opens the card of the other side.
    borrowing func card(
        _ sealed: Span<UInt8>, of role: SPAKE2.Role, own: PairingCard
    ) throws(PairingMismatch) -> PairingCard {
        var plain = [UInt8](repeating: 0, count: PairingCard.size)
        var room = plain.mutableSpan
        guard keys.open(sealed, of: role, into: &room) else { throw .code }
        guard let card = PairingCard(parsing: plain.span) else { throw .malformed }
        guard card.publicKey != own.publicKey else { throw .ownKey }
        return card
    }
}

/// One attempt at the side that shows the code (B of protocol.md §4.1), which listens and answers.
struct ShowingSide: ~Copyable {
    private let code: PairingCode
    private let suites: OfferedSuites
    private let card: PairingCard
    private let rounds: UInt32
    private var reader = PairingReader(.p1)
    private var agreed: Agreement?
    private var proved: PairingResult?

    /// Whether the code was stretched for P1.
    ///
    /// The other side then gets P2 and can check a guess: without `paired`, the attempt has failed.
    private(set) var hasAnswered = false
    /// Whether the other side has proved that it has the code, even if its card is refused.
    private(set) var isProved = false

    init(
        code: consuming PairingCode, suites: OfferedSuites, card: PairingCard,
        rounds: UInt32 = CodeKey.rounds
    ) {
        self.code = code
        self.suites = suites
        self.card = card
        self.rounds = rounds
    }

    /// Takes bytes from the stream; after P1 stretches the code, for a tenth of a second or more.
    ///
    /// - Returns: The message to send; nil while more bytes must come.
    /// - Throws: When the attempt has ended.
    mutating func receive(_ bytes: Span<UInt8>) throws(PairingMismatch) -> [UInt8]? {
        try receive(bytes, nonce: .random(), randomness: .random()) { password in
            SPAKE2(.b, password: password)
        }
    }

    mutating func receive(
        _ bytes: Span<UInt8>, nonce: borrowing Key, randomness: borrowing Key,
        exchange: (consuming Key) -> SPAKE2
    ) throws(PairingMismatch) -> [UInt8]? {
        guard proved == nil else { throw .malformed }
        guard let body = try reader.receive(bytes) else { return nil }
        guard let agreed = agreed.take() else {
            let answer = try answer(
                to: body, nonce: nonce.bytes.extracting(first: 16), randomness: randomness.bytes,
                exchange: exchange)
            reader = PairingReader(.p3)
            return PairingMessage.p2.framed(answer)
        }
        let bytes = body.span
        guard agreed.keys.isConfirmation(bytes.extracting(first: 32), of: .a) else { throw .code }
        isProved = true
        let theirs = try agreed.card(bytes.extracting(last: 96), of: .a, own: card)
        let answer = agreed.sealed(card, of: .b)
        proved = PairingResult(
            peer: theirs, suite: agreed.suite,
            psk: agreed.keys.psk(a: theirs.publicKey, b: card.publicKey))
        return PairingMessage.p4.framed(answer)
    }

    /// The station that has proved the code; judge it before P4 is sent, because a station that
    /// gets P4 stores this one.
    func paired() -> PairingResult? { proved?.copy() }

    /// Reads P1: version, suites, nonceA, pA, ek; makes P2.
    ///
    /// P1 is checked completely before the code is stretched: garbage costs little, and is no
    /// attempt. Each stretching counts as an attempt, so a station without the code causes at most
    /// three per window.
    private mutating func answer(
        to body: [UInt8], nonce: Span<UInt8>, randomness: Span<UInt8>,
        exchange: (consuming Key) -> SPAKE2
    ) throws(PairingMismatch) -> [UInt8] {
        let bytes = body.span
        guard bytes[0] == PairingMessage.version else { throw .malformed }
        guard let suite = suites.chosen(with: OfferedSuites(bits: bytes[1])) else { throw .suites }
        let share = bytes.extracting(18..<83)
        guard SPAKE2.isShare(share) else { throw .malformed }
        var ciphertext = [UInt8](repeating: 0, count: MLKEM768.ciphertextSize)
        var room = ciphertext.mutableSpan
        guard
            let secret = MLKEM768.encapsulate(
                to: bytes.extracting(last: MLKEM768.encapsulationKeySize), randomness: randomness,
                ciphertext: &room)
        else { throw .malformed }
        hasAnswered = true
        let own = exchange(
            CodeKey.stretch(code.bytes, nonce: bytes.extracting(2..<18), rounds: rounds))
        // K is the identity only for a share made from the code itself.
        guard let shared = own.shared(with: share) else { throw .malformed }
        var answer = [PairingMessage.version, suite.rawValue]
        for place in nonce.indices { answer.append(nonce[place]) }
        for place in own.share.indices { answer.append(own.share[place]) }
        answer += ciphertext
        let keys = PairingKeys(
            shared: shared, first: bytes, second: answer.span, secret: secret)
        let proof = keys.confirmation(of: .b)
        for place in proof.indices { answer.append(proof[place]) }
        agreed = Agreement(keys: keys, suite: suite)
        return answer
    }
}

/// One attempt at the side where the code is typed (A of protocol.md §4.1), which connects and
/// speaks first.
///
/// It makes one run of SPAKE2, so one guess at the code.
struct EnteringSide: ~Copyable {
    private let card: PairingCard
    private let suites: OfferedSuites
    private let exchange: SPAKE2
    private let kem: MLKEM768.DecapsulationKey
    private var reader = PairingReader(.p2)
    private let opening: [UInt8]
    /// Set once P2 has proved the code.
    private var agreed: Agreement?

    /// Stretches the code, which takes a tenth of a second or more.
    init(
        code: borrowing PairingCode, suites: OfferedSuites, card: PairingCard,
        rounds: UInt32 = CodeKey.rounds
    ) {
        let nonce = Key.random()
        self.init(
            code: code, suites: suites, card: card, nonce: nonce.bytes.extracting(first: 16),
            kem: MLKEM768.DecapsulationKey { bytes in Random.fill(&bytes) }, rounds: rounds
        ) { password in SPAKE2(.a, password: password) }
    }

    init(
        code: borrowing PairingCode, suites: OfferedSuites, card: PairingCard, nonce: Span<UInt8>,
        kem: consuming MLKEM768.DecapsulationKey, rounds: UInt32 = CodeKey.rounds,
        exchange: (consuming Key) -> SPAKE2
    ) {
        self.card = card
        self.suites = suites
        self.exchange = exchange(CodeKey.stretch(code.bytes, nonce: nonce, rounds: rounds))
        var body = [PairingMessage.version, suites.bits]
        for place in nonce.indices { body.append(nonce[place]) }
        for place in self.exchange.share.indices { body.append(self.exchange.share[place]) }
        var key = [UInt8](repeating: 0, count: MLKEM768.encapsulationKeySize)
        var span = key.mutableSpan
        kem.encapsulationKey(into: &span)
        body += key
        self.kem = kem
        opening = body
    }

    /// P1, to be sent first.
    var first: [UInt8] { PairingMessage.p1.framed(opening) }

    /// Takes bytes from the stream.
    ///
    /// - Throws: When the pairing has ended without success.
    mutating func receive(_ bytes: Span<UInt8>) throws(PairingMismatch) -> Pairing.Step {
        guard let body = try reader.receive(bytes) else { return .wait }
        guard let agreed = agreed.take() else {
            let agreed = try agreement(after: body)
            let answer = agreed.proof(of: .a, with: card)
            self.agreed = consume agreed
            reader = PairingReader(.p4)
            return .send(PairingMessage.p3.framed(answer))
        }
        let theirs = try agreed.card(body.span, of: .b, own: card)
        return .paired(
            PairingResult(
                peer: theirs, suite: agreed.suite,
                psk: agreed.keys.psk(a: card.publicKey, b: theirs.publicKey)))
    }

    /// Reads P2: version, suite, nonceB, pB, ct, cB.
    private func agreement(after body: [UInt8]) throws(PairingMismatch) -> Agreement {
        let bytes = body.span
        guard bytes[0] == PairingMessage.version else { throw .malformed }
        guard let suite = Suite(rawValue: bytes[1]), suites.offers(suite) else { throw .suites }
        guard let shared = exchange.shared(with: bytes.extracting(18..<83))
        else { throw .malformed }
        let secret = kem.decapsulate(bytes.extracting(83..<1171))
        let keys = PairingKeys(
            shared: shared, first: opening.span, second: bytes.extracting(first: 1171),
            secret: secret)
        guard keys.isConfirmation(bytes.extracting(1171..<1203), of: .b) else { throw .code }
        return Agreement(keys: keys, suite: suite)
    }
}

/// The result of a pairing: the other station, and the suite and psk shared with it.
public struct PairingResult: ~Copyable {
    public let peer: PairingCard
    public let suite: Suite
    public let psk: Key

    func copy() -> PairingResult { PairingResult(peer: peer, suite: suite, psk: psk.copy()) }
}

/// The suites that a station offers, as in P1: bit 0 for suite 1, bit 1 for suite 2.
public struct OfferedSuites: Equatable, Sendable {
    let bits: UInt8

    /// Suite 2 always; suite 1 where AES takes the same time for all keys, or where it is forced.
    public init(withAES: Bool) { bits = withAES ? 3 : 2 }

    init(bits: UInt8) { self.bits = bits & 3 }

    /// Suite 1 if both offer it, else 2; nil for none.
    func chosen(with other: OfferedSuites) -> Suite? {
        switch bits & other.bits {
        case 0: nil
        case 2: .chaChaPoly
        default: .aesGCM
        }
    }

    func offers(_ suite: Suite) -> Bool { bits >> (suite.rawValue - 1) & 1 != 0 }
}

/// Why an attempt to pair ended; the other side does not learn the reason.
public enum PairingMismatch: Error, Equatable, Sendable {
    /// Bytes that no station sends.
    case malformed
    /// The two have no suite in common.
    case suites
    /// The other side does not know the code, or somebody changed a message.
    case code
    /// The other side has this station's own key.
    case ownKey
}
