/// The key that a passphrase is stretched to.
public enum PassphraseKey {
    /// Each guess costs its maker as many rounds.
    ///
    /// What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256.
    public static let rounds: UInt32 = 600_000

    public static let saltSize = 32

    /// PBKDF2-HMAC-SHA-256 of a passphrase and 32 random bytes.
    ///
    /// This takes a second or more. Only tests that seal a thousand times use fewer rounds.
    public static func stretch(
        _ passphrase: Span<UInt8>, salt: Span<UInt8>, rounds: UInt32 = PassphraseKey.rounds
    ) -> Key {
        precondition(salt.count == saltSize)
        return Key { bytes in
            PBKDF2.derive(passphrase, salt: salt, rounds: rounds, into: &bytes)
        }
    }
}
