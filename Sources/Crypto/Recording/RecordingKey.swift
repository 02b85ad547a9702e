/// The secret half of a recording key, which opens recordings sealed to the public half
/// (recordings.md §1).
public struct RecordingKey: ~Copyable {
    /// The secret file: `intercom-recording-1 `, 192 hexadecimal digits, a line feed.
    public static let fileSize = 214

    private static let prefix: StaticString = "intercom-recording-1 "
    private static let secretSize = Key.size + MLKEM768.seedSize

    /// The X25519 secret, then the ML-KEM-768 seed d ‖ z.
    private let secret: Secret
    public let publicKey: RecordingPublicKey

    private init(_ secret: consuming Secret) {
        publicKey = Self.publicKey(of: secret.bytes)
        self.secret = secret
    }

    private static func publicKey(of secret: Span<UInt8>) -> RecordingPublicKey {
        let point = X25519.publicKey(of: Key(copying: secret.extracting(first: Key.size)))
        var key = [UInt8](repeating: 0, count: RecordingPublicKey.size)
        for place in 0..<PublicKey.size { key[place] = point.bytes[place] }
        var span = key.mutableSpan
        var rest = span._mutatingExtracting(PublicKey.size...)
        MLKEM768.DecapsulationKey(seed: secret.extracting(droppingFirst: Key.size))
            .encapsulationKey(into: &rest)
        return RecordingPublicKey(key)
    }

    /// A fresh key from the kernel's generator.
    public static func random() -> RecordingKey {
        var secret = Secret(count: secretSize)
        var bytes = secret.mutableBytes
        Random.fill(&bytes)
        return RecordingKey(secret)
    }

    /// Reads the text of a secret file; the final line feed may be missing.
    public static func parse(_ text: Span<UInt8>) throws(KeyFileError) -> RecordingKey {
        let (prefix, end) = (prefix.bytes, fileSize - 1)
        guard text.count == end || text.count == fileSize && text[end] == UInt8(ascii: "\n")
        else { throw .notARecordingKey }
        for place in prefix.indices where text[place] != prefix[place] { throw .notARecordingKey }
        var secret = Secret(count: secretSize)
        var bytes = secret.mutableBytes
        guard Hexadecimal.decode(text.extracting(prefix.count..<end), into: &bytes) else {
            throw .notADigit
        }
        return RecordingKey(secret)
    }

    /// Writes the text of the secret file; wiping `text` afterwards is the caller's duty.
    public borrowing func write(into text: inout MutableSpan<UInt8>) {
        precondition(text.count == Self.fileSize)
        let prefix = Self.prefix.bytes
        for place in prefix.indices { text[place] = prefix[place] }
        Hexadecimal.write(secret.bytes, into: &text, at: prefix.count)
        text[Self.fileSize - 1] = UInt8(ascii: "\n")
    }

    /// The X25519 secret that it shares with the sender; nil for a point of low order.
    borrowing func shared(with point: PublicKey) -> Key? {
        X25519.shared(Key(copying: secret.bytes.extracting(first: Key.size)), with: point)
    }

    borrowing func decapsulate(_ ciphertext: Span<UInt8>) -> Key {
        MLKEM768.DecapsulationKey(seed: secret.bytes.extracting(droppingFirst: Key.size))
            .decapsulate(ciphertext)
    }
}

/// The public half of a recording key: an X25519 key and an ML-KEM-768 key that are fit for use.
public struct RecordingPublicKey: Equatable, Sendable {
    public static let size = PublicKey.size + MLKEM768.encapsulationKeySize

    private static let prefix: StaticString = "intercomrec1:"

    /// The X25519 key, then the ML-KEM-768 key.
    public let bytes: [UInt8]

    fileprivate init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Takes the bytes of a key; nil if nothing can be sealed to it.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
        guard x25519.isUsable, MLKEM768.isValid(encapsulationKey: encapsulationKey) else {
            return nil
        }
    }

    /// Reads `intercomrec1:<1946 characters>:<4 check characters>`, in any case; nil for any other
    /// text, and for a key that nothing can be sealed to.
    public init?(text: String) {
        let parsed = KeyText.parsed(text, size: Self.size, prefix: Self.prefix)
        guard let parsed else { return nil }
        self.init(bytes: parsed)
    }

    /// The key as text: 1964 lower-case ASCII characters.
    public var text: String {
        String(decoding: KeyText.written(bytes.span, prefix: Self.prefix), as: UTF8.self)
    }

    /// The key's name in files, no proof: the first eight bytes of its hash, as 16 digits.
    public var id: String { Hexadecimal.text(hash.span.extracting(first: 8)) }

    var hash: Digest { SHA256.hash(bytes.span) }

    var x25519: PublicKey { PublicKey(bytes: bytes.span.extracting(first: PublicKey.size)) }

    var encapsulationKey: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(droppingFirst: PublicKey.size) }
    }
}
