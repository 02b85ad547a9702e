internal import Crypto
internal import Wire

/// A pairing of the protocol's vectors (protocol.md §6), recomputed to check libraries and
/// processor.
///
/// It has no secrets: code and keys are in the vectors.
public enum KnownPairing {
    /// SHA-256 of P1 to P4 and the psk of both, in hexadecimal.
    static let expected = "ac22b31ea9acbd40e583d78fe65105e8a5a2b8d23ffa392a2d6dc3ecafc26b01"

    /// Whether the messages and the psk are those of the vectors.
    public static var holds: Bool { digest() == expected }

    /// The digest of the pairing computed here.
    ///
    /// - Parameter typed: The code of the side that enters it.
    /// - Returns: Nil when a side refuses a message of the other side.
    static func digest(typed: String = "012 345") -> String? {
        do throws(PairingMismatch) {
            return try messages(typed)
        } catch { return nil }
    }

    private static func messages(_ typed: String) throws(PairingMismatch) -> String? {
        guard let shown = code("012 345"), let entered = code(typed),
            let one = card(0x22, boot: 0x1112_1314_1516_1718, "a"),
            let other = card(0x11, boot: 0x0102_0304_0506_0708, "abcdefghij-abcdefghij-012345678")
        else { return nil }
        var hash = SHA256()
        var entering = EnteringSide(
            code: entered, suites: OfferedSuites(withAES: true), card: one,
            nonce: KnownBytes.key(0xA2).bytes.extracting(first: 16),
            kem: MLKEM768.DecapsulationKey { KnownBytes.fill(&$0, 0x59) }
        ) { password in exchange(.a, password, 0x31) }
        var showing = ShowingSide(
            code: shown, suites: OfferedSuites(withAES: false), card: other)

        hash.update(entering.first.span)
        let second = try showing.receive(
            entering.first.span, nonce: KnownBytes.key(0xB2), randomness: KnownBytes.key(0x68)
        ) { password in exchange(.b, password, 0x41) }
        guard let second else { return nil }
        hash.update(second.span)
        guard case .send(let third) = try entering.receive(second.span) else { return nil }
        hash.update(third.span)
        guard let fourth = try showing.receive(third.span) else { return nil }
        hash.update(fourth.span)
        guard case .paired(let mine) = try entering.receive(fourth.span),
            let theirs = showing.paired(), mine.psk.isEqual(to: theirs.psk)
        else { return nil }
        hash.update(mine.psk.bytes)
        return hash.finishText()
    }

    private static func exchange(
        _ role: SPAKE2.Role, _ password: consuming Key, _ scalar: UInt8
    ) -> SPAKE2 {
        guard let begun = SPAKE2(role, password: password, scalar: KnownBytes.key(scalar)) else {
            preconditionFailure("the number is below the order")
        }
        return begun
    }

    private static func code(_ typed: String) -> PairingCode? {
        do throws(PairingCode.Fault) { return try PairingCode(typed: typed) } catch { return nil }
    }

    private static func card(_ secret: UInt8, boot: UInt64, _ name: String) -> PairingCard? {
        PairingCard(
            publicKey: X25519.publicKey(of: KnownBytes.key(secret)),
            capabilities: Capabilities(bootID: boot), name: name)
    }
}
