public import Crypto

/// The side on which the code is typed, A of protocol.md §4.1: it connects, and speaks first.
///
/// It makes one run of SPAKE2, and so tries the code once.
public struct EnteringSide: ~Copyable {
    private let card: PairingCard
    private let suites: OfferedSuites
    private let exchange: SPAKE2
    private let kem: MLKEM768.DecapsulationKey
    private var reader = PairingReader(.p2)
    private let opening: [UInt8]
    /// Once P2 has proved the code.
    private var agreed: Agreement?

    /// Stretches the code, which takes a tenth of a second or more.
    public init(
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
    public var first: [UInt8] { PairingMessage.p1.framed(opening) }

    /// Takes what the stream brings.
    ///
    /// - Throws: When the pairing has ended without success.
    public mutating func take(_ bytes: Span<UInt8>) throws(PairingFailure) -> PairingStep {
        guard let body = try reader.take(bytes) else { return .wait }
        guard let agreed = agreed.take() else {
            let agreed = try agreement(after: body)
            let answer = agreed.proof(of: .a, with: card)
            self.agreed = consume agreed
            reader.expect(.p4)
            return .send(PairingMessage.p3.framed(answer))
        }
        let theirs = try agreed.card(body.span, of: .b, own: card)
        return .paired(
            Paired(
                peer: theirs, suite: agreed.suite,
                psk: agreed.keys.psk(a: card.publicKey, b: theirs.publicKey)))
    }

    /// Reads P2: version, suite, nonceB, pB, ct, cB.
    private func agreement(after body: [UInt8]) throws(PairingFailure) -> Agreement {
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
