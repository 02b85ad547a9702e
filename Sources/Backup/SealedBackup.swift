public import Crypto

/// A backup as it lies in a file, sealed by a passphrase.
///
/// | bytes | what |
/// |---|---|
/// | 16 | `intercomd-backup` |
/// | 4 | the size of the file, high byte first |
/// | 2 | the version of the format, 1 |
/// | 32 | a random salt |
/// | n · 65,536 | the content with zeros at its end, by AES-256-GCM |
/// | 16 | its tag, which is for all before, too |
/// | 32 | SHA-256 of all before |
///
/// The salt is drawn for each backup, so each has a key of its own, and its nonce is zero. The
/// number of rounds belongs to the version: no file can ask for fewer of them, or for a year's. The
/// hash at the end is no secret and proves nothing: it tells damage from a wrong passphrase, before
/// anyone is asked for one. The content grows in steps, so that the size tells little.
public enum SealedBackup {
    static let version: UInt16 = 1
    static let step = 64 * 1024
    static let headerSize = 54
    private static let hashSize = 32
    private static let magic = Array("intercomd-backup".utf8)
    private static let overhead = headerSize + AEAD.tagSize + hashSize

    /// The size of the largest file.
    public static let sizeMax = BackupContent.sizeMax + overhead

    /// Seals a content by a passphrase.
    ///
    /// Only tests use fewer rounds.
    public static func seal(
        _ content: borrowing BackupContent, passphrase: Span<UInt8>,
        rounds: UInt32 = PassphraseKey.rounds
    ) -> [UInt8] {
        let padded = (content.count + step - 1) / step * step
        var file = [UInt8](repeating: 0, count: padded + overhead)
        var bytes = file.mutableSpan
        for place in 0..<16 { bytes[place] = magic[place] }
        for place in 0..<4 {
            bytes[16 + place] = UInt8(truncatingIfNeeded: (padded + overhead) >> (24 - 8 * place))
        }
        (bytes[20], bytes[21]) = (UInt8(version >> 8), UInt8(version & 0xff))
        var salt = bytes._mutatingExtracting(22..<headerSize)
        Random.fill(&salt)
        let key = PassphraseKey.stretch(passphrase, salt: salt.span, rounds: rounds)
        var aead = AEAD(suite: .aesGCM, key: key)
        var header = InlineArray<54, UInt8>(repeating: 0)
        for place in 0..<headerSize { header[place] = bytes[place] }
        var sealed = bytes._mutatingExtracting(headerSize..<padded + overhead - hashSize)
        aead.seal(
            nonce: AEAD.Nonce(repeating: 0), ad: header.span,
            plaintext: content.bytes(paddedTo: padded), into: &sealed)
        let hash = SHA256.hash(bytes.span.extracting(droppingLast: hashSize))
        for place in 0..<hashSize { bytes[padded + overhead - hashSize + place] = hash[place] }
        return file
    }

    /// Checks all that can be checked without the passphrase.
    public static func check(_ file: Span<UInt8>) throws(BackupFault) {
        guard file.count > 0 else { throw .empty }
        for place in 0..<min(16, file.count) where file[place] != magic[place] {
            throw .foreign
        }
        guard file.count >= 20 else { throw .cut(file.count, of: nil) }
        var size = 0
        for place in 16..<20 { size = size << 8 | Int(file[place]) }
        guard file.count >= size else { throw .cut(file.count, of: size) }
        guard file.count == size, size > overhead else { throw .damaged }
        let hash = SHA256.hash(file.extracting(droppingLast: hashSize))
        for place in 0..<hashSize where file[size - hashSize + place] != hash[place] {
            throw .damaged
        }
        let found = UInt16(file[20]) << 8 | UInt16(file[21])
        guard found == version else { throw .version(found) }
        guard size <= sizeMax, (size - overhead) % step == 0 else { throw .malformed }
    }

    /// Opens a file, and parses all that is in it.
    public static func open(
        _ file: Span<UInt8>, passphrase: Span<UInt8>, rounds: UInt32 = PassphraseKey.rounds
    ) throws(BackupFault) -> BackupContent {
        try check(file)
        let key = PassphraseKey.stretch(
            passphrase, salt: file.extracting(22..<headerSize), rounds: rounds)
        var aead = AEAD(suite: .aesGCM, key: key)
        var content = Secret(count: file.count - overhead)
        var bytes = content.mutableBytes
        let isOpen = aead.open(
            nonce: AEAD.Nonce(repeating: 0), ad: file.extracting(first: headerSize),
            sealed: file.extracting(headerSize..<file.count - hashSize), into: &bytes)
        guard isOpen else { throw .passphrase }
        guard let parsed = BackupContent(parsing: content) else { throw .malformed }
        return parsed
    }
}
