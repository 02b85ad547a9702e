internal import Crypto
internal import Wire

/// A handshake that another station has started: M2 is sent, M3 awaited (protocol.md §1.4).
///
/// The caller is unknown until M3. Each M3 is tried on a copy, so wrong ones change nothing.
struct Responder: ~Copyable {
    private let suite: Suite
    private let ephemeral: Key
    private let localIndex: UInt32
    private let remoteIndex: UInt32
    /// The transcript after M2.
    let transcript: SymmetricState

    /// Takes M1, whose header and mac have been checked, and writes M2.
    ///
    /// Calls `random` for the ephemeral key (32 bytes), then for ML-KEM's message (32 bytes).
    static func respond(
        to initiation: Span<UInt8>, header: HandshakeHeader, suite: Suite,
        own: borrowing Identity, index: UInt32, random: (inout MutableSpan<UInt8>) -> Void,
        writing message: inout MutableSpan<UInt8>
    ) throws(Drop) -> Responder {
        typealias Theirs = HandshakeLayout.Initiation
        typealias Ours = HandshakeLayout.Response
        let encapsulationKey = initiation.extracting(Theirs.encapsulationKey)
        guard MLKEM768.isValid(encapsulationKey: encapsulationKey) else { throw .modulus }
        let theirs = PublicKey(bytes: initiation.extracting(Theirs.ephemeral))
        let ephemeral = Key(filling: random)
        guard let ee = X25519.shared(ephemeral, with: theirs),
            let es = X25519.shared(own.secret, with: theirs)
        else { throw .lowOrder }

        var transcript = SymmetricState(suite: suite, responder: own.publicKey)
        transcript.mixInitiation(initiation)
        HandshakeHeader(
            .response, suite: suite.rawValue, sender: index, receiver: header.senderIndex
        ).write(into: &message)
        message.write(X25519.publicKey(of: ephemeral).bytes.span, at: Ours.ephemeral)
        transcript.mix(message.span, Ours.header)
        transcript.mix(message.span, Ours.ephemeral)
        transcript.mixKey(ee)

        let randomness = Key(filling: random)
        var ciphertext = InlineArray<1088, UInt8>(repeating: 0)
        var ciphertextSpan = ciphertext.mutableSpan
        guard
            let shared = MLKEM768.encapsulate(
                to: encapsulationKey, randomness: randomness.bytes, ciphertext: &ciphertextSpan)
        else { throw .modulus }
        transcript.seal(ciphertext.span, into: &message, Ours.ciphertext)
        transcript.mixKey(shared)
        transcript.mixKey(es)
        transcript.seal(own.nameless.encoded.span, into: &message, Ours.capabilities)
        own.mac.sign(&message)

        return Responder(
            suite: suite, ephemeral: ephemeral, localIndex: index,
            remoteIndex: header.senderIndex, transcript: transcript)
    }

    /// An M3 whose identity has opened; the rest is still to be proven.
    struct Claim: ~Copyable {
        let publicKey: PublicKey
        fileprivate var transcript: SymmetricState
    }

    /// Opens the identity in M3, whose header, index and mac have been checked.
    borrowing func identify(_ finish: Span<UInt8>) -> Claim? {
        typealias Layout = HandshakeLayout.Finish
        var transcript = transcript.copy()
        transcript.mix(finish, Layout.header)
        var identity = InlineArray<32, UInt8>(repeating: 0)
        var identitySpan = identity.mutableSpan
        guard transcript.open(finish, Layout.identity, into: &identitySpan) else { return nil }
        return Claim(publicKey: PublicKey(bytes: identity.span), transcript: transcript)
    }

    /// Whether this psk proves a claim; makes no session.
    borrowing func accepts(
        _ claim: consuming Claim, _ finish: Span<UInt8>, psk: borrowing Key
    ) -> Bool {
        do throws(Drop) {
            _ = try accept(claim, finish, psk: psk)
            return true
        } catch { return false }
    }

    /// Proves a claim with the peer's static key and a psk.
    borrowing func accept(
        _ claim: consuming Claim, _ finish: Span<UInt8>, psk: borrowing Key
    ) throws(Drop) -> Established {
        guard let se = X25519.shared(ephemeral, with: claim.publicKey) else { throw .lowOrder }
        var transcript = claim.transcript
        transcript.mixKey(se)
        transcript.mixKeyAndHash(psk)
        let capabilities = try transcript.openCapabilities(
            finish, HandshakeLayout.Finish.capabilities)
        return Established(
            isInitiator: false, localIndex: localIndex, remoteIndex: remoteIndex,
            capabilities: capabilities, transcript: transcript)
    }
}
