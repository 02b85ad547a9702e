internal import Crypto
internal import Wire

/// A handshake that this station has started: M1 is sent, M2 awaited (protocol.md §1.4).
///
/// Each M2 is tried on a copy of the transcript, so wrong ones change nothing. A class, so that its
/// secrets stay in place until they are wiped.
final class Initiator {
    /// The index for packets to us; the session's index, if the handshake succeeds.
    let index: UInt32
    /// Where M1 went, and M3 goes, even if a copy of M2 comes from elsewhere.
    let target: Endpoint
    var tries: TryLimit
    /// Whether M1 has a cookie in its mac.
    let isCookieKeyed: Bool

    let suite: Suite
    private let responder: PublicKey
    private let ephemeral: Key
    private let decapsulationKey: MLKEM768.DecapsulationKey
    /// The mac of M1: a cookie reply is bound to it.
    private let initiationMAC: InlineArray<8, UInt8>
    /// The transcript after M1.
    let transcript: SymmetricState

    /// Starts a handshake and writes M1.
    ///
    /// Calls `random` for the ephemeral key (32 bytes), then for the ML-KEM seed (64 bytes).
    init(
        suite: Suite, responder: PublicKey, mac: HandshakeMAC, index: UInt32, target: Endpoint,
        tries: TryLimit, cookie: Cookie? = nil,
        random: (inout MutableSpan<UInt8>) -> Void, writing message: inout MutableSpan<UInt8>
    ) {
        typealias Layout = HandshakeLayout.Initiation
        ephemeral = Key(filling: random)
        decapsulationKey = MLKEM768.DecapsulationKey(filling: random)

        HandshakeHeader(
            .initiation, suite: suite.rawValue, sender: index, isCookieKeyed: cookie != nil
        ).write(into: &message)
        message.write(X25519.publicKey(of: ephemeral).bytes.span, at: Layout.ephemeral)
        do {
            var field = message._mutatingExtracting(Layout.encapsulationKey)
            decapsulationKey.encapsulationKey(into: &field)
        }
        if let cookie {
            mac.sign(&message, cookie: cookie.bytes.span)
        } else {
            mac.sign(&message)
        }

        var transcript = SymmetricState(suite: suite, responder: responder)
        transcript.mixInitiation(message.span)

        let start = Layout.mac.lowerBound
        initiationMAC = InlineArray { i in message[start + i] }
        self.transcript = transcript
        isCookieKeyed = cookie != nil
        self.index = index
        self.target = target
        self.tries = tries
        self.suite = suite
        self.responder = responder
    }

    /// The cookie in a reply to this M1; nil when it is not the responder's, or not for this M1.
    func cookie(in reply: Span<UInt8>) -> Cookie? {
        typealias Layout = HandshakeLayout.CookieReply
        return CookieSeal(responder: responder).open(
            reply.extracting(Layout.cookie), suite: suite,
            nonce: reply.extracting(Layout.nonce), mac: initiationMAC.span)
    }

    /// Takes M2, whose header, index and mac have been checked, and writes M3.
    func finish(
        _ response: Span<UInt8>, header: HandshakeHeader, own: borrowing Identity,
        psk: borrowing Key, mac: HandshakeMAC, writing message: inout MutableSpan<UInt8>
    ) throws(Drop) -> Established {
        typealias Layout = HandshakeLayout.Response
        var transcript = transcript.copy()
        let theirs = PublicKey(bytes: response.extracting(Layout.ephemeral))
        transcript.mix(response, Layout.header)
        transcript.mix(response, Layout.ephemeral)
        guard let ee = X25519.shared(ephemeral, with: theirs) else { throw .lowOrder }
        transcript.mixKey(ee)

        var ciphertext = InlineArray<1088, UInt8>(repeating: 0)
        var ciphertextSpan = ciphertext.mutableSpan
        guard transcript.open(response, Layout.ciphertext, into: &ciphertextSpan) else {
            throw .decrypt
        }
        // A wrong ciphertext gives a wrong secret (FIPS 203 §6.3): the capabilities do not open.
        transcript.mixKey(decapsulationKey.decapsulate(ciphertext.span))
        guard let es = X25519.shared(ephemeral, with: responder) else { throw .lowOrder }
        transcript.mixKey(es)

        let capabilities = try transcript.openCapabilities(response, Layout.capabilities)
        guard let se = X25519.shared(own.secret, with: theirs) else { throw .lowOrder }
        write(
            &message, to: header.senderIndex, own: own, se: se, psk: psk,
            transcript: &transcript)
        mac.sign(&message)
        return Established(
            isInitiator: true, localIndex: index, remoteIndex: header.senderIndex,
            capabilities: capabilities, transcript: transcript)
    }

    private func write(
        _ message: inout MutableSpan<UInt8>, to receiver: UInt32, own: borrowing Identity,
        se: borrowing Key, psk: borrowing Key, transcript: inout SymmetricState
    ) {
        typealias Layout = HandshakeLayout.Finish
        HandshakeHeader(.finish, suite: suite.rawValue, receiver: receiver).write(into: &message)
        transcript.mix(message.span, Layout.header)
        transcript.seal(own.publicKey.bytes.span, into: &message, Layout.identity)
        transcript.mixKey(se)
        transcript.mixKeyAndHash(psk)
        transcript.seal(own.capabilities.encoded.span, into: &message, Layout.capabilities)
    }
}
