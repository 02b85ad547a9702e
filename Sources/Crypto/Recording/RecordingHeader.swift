/// The start of a recording: when it began, and its key, sealed to each recipient.
///
/// ```
///  0 6 "ICREC1"     6 1 suite     7 1 recipients     8 8 start     16 7 prefix     23 1 zero
/// 24 1176 for each recipient:  0 8 id     8 32 e     40 1088 ciphertext     1128 48 sealed key
/// ```
/// recordings.md §1.
public struct RecordingHeader: Equatable, Sendable {
    public static let recipientCounts = 1...16

    static let magic: StaticString = "ICREC1"
    static let fixedSize = 24
    static let recipientSize = 1176
    /// e and the ciphertext, on which the key of the seal depends.
    private static let shares = 8..<1128
    private static let ephemeral = 8..<40
    private static let ciphertext = 40..<1128
    private static let sealedKey = 1128..<1176

    /// The header as it stands in the file.
    public let bytes: [UInt8]

    var suite: Suite { Suite(rawValue: bytes[6]) ?? .aesGCM }
    var digest: Digest { SHA256.hash(bytes.span) }

    /// When the recording began, in milliseconds since 1970; 0 if the recorder's clock was not set.
    public var startMilliseconds: UInt64 {
        (8..<16).reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }

    /// The names of the keys that it is sealed to.
    public var ids: [String] {
        recipients.map { Hexadecimal.text(bytes.span.extracting($0.prefix(8))) }
    }

    /// The places of the parts for the recipients.
    private var recipients: [Range<Int>] {
        stride(from: Self.fixedSize, to: bytes.count, by: Self.recipientSize).map {
            $0..<$0 + Self.recipientSize
        }
    }

    /// Takes a whole header, whose first bytes `size(of:)` has checked.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The size of a whole header that begins with these 24 bytes.
    static func size(of fixed: Span<UInt8>) throws(RecordingFault) -> Int {
        let magic = magic.bytes
        for place in magic.indices where place >= fixed.count || fixed[place] != magic[place] {
            throw .notARecording
        }
        guard fixed.count == fixedSize else { throw .headerCut }
        guard Suite(rawValue: fixed[6]) != nil, recipientCounts.contains(Int(fixed[7])),
            fixed[23] == 0
        else { throw .unknownForm }
        return fixedSize + Int(fixed[7]) * recipientSize
    }

    /// Makes a header, which seals `fileKey` to each key.
    ///
    /// Calls `random` for 32 bytes twice for each recipient.
    init(
        suite: Suite, startMilliseconds: UInt64, prefix: [UInt8], fileKey: borrowing Key,
        to keys: [RecordingPublicKey], random: (inout MutableSpan<UInt8>) -> Void
    ) {
        precondition(Self.recipientCounts.contains(keys.count) && prefix.count == 7)
        var bytes: [UInt8] = []
        let magic = Self.magic.bytes
        for place in magic.indices { bytes.append(magic[place]) }
        bytes += [suite.rawValue, UInt8(keys.count)]
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: startMilliseconds >> UInt64(shift)))
        }
        bytes += prefix + [0]
        let fixed = bytes
        for key in keys {
            let ephemeral = Key(filling: random)
            let randomness = Key(filling: random)
            let (hash, point) = (key.hash, X25519.publicKey(of: ephemeral).bytes)
            var shares = [UInt8](repeating: 0, count: Self.shares.count)
            for place in point.indices { shares[place] = point[place] }
            var span = shares.mutableSpan
            var ciphertext = span._mutatingExtracting(PublicKey.size...)
            guard
                let secret = MLKEM768.encapsulate(
                    to: key.encapsulationKey, randomness: randomness.bytes,
                    ciphertext: &ciphertext),
                let shared = X25519.shared(ephemeral, with: key.x25519)
            else { preconditionFailure("a public key is checked when it is read") }
            var cipher = Self.cipher(suite, shared, secret, shares.span, key)
            var sealed = [UInt8](repeating: 0, count: Self.sealedKey.count)
            var room = sealed.mutableSpan
            cipher.seal(
                nonce: AEAD.Nonce(repeating: 0), ad: fixed.span, plaintext: fileKey.bytes,
                into: &room)
            for place in 0..<8 { bytes.append(hash[place]) }
            bytes += shares + sealed
        }
        self.bytes = bytes
    }

    /// The key of the file, for the owner of one of its recording keys.
    func fileKey(for key: borrowing RecordingKey) throws(RecordingFault) -> Key {
        let fixed = bytes.span.extracting(first: Self.fixedSize)
        var fault = RecordingFault.notForThisKey
        for (range, id) in zip(recipients, ids) where id == key.publicKey.id {
            fault = .headerDamaged
            let part = bytes.span.extracting(range)
            let point = PublicKey(bytes: part.extracting(Self.ephemeral))
            guard let shared = key.shared(with: point) else { continue }
            let secret = key.decapsulate(part.extracting(Self.ciphertext))
            let shares = part.extracting(Self.shares)
            var cipher = Self.cipher(suite, shared, secret, shares, key.publicKey)
            var isOpen = false
            let fileKey = Key { opened in
                isOpen = cipher.open(
                    nonce: AEAD.Nonce(repeating: 0), ad: fixed,
                    sealed: part.extracting(Self.sealedKey), into: &opened)
            }
            if isOpen { return fileKey }
        }
        throw fault
    }

    /// The cipher of KEK, which follows from both shared secrets and all public values.
    private static func cipher(
        _ suite: Suite, _ shared: borrowing Key, _ secret: borrowing Key, _ shares: Span<UInt8>,
        _ key: RecordingPublicKey
    ) -> AEAD {
        let label: StaticString = "intercom/1 rec"
        var extract = HMAC(key: label.bytes)
        extract.update(shared.bytes)
        extract.update(secret.bytes)
        let prk = extract.finishKey()
        let info = SHA256.hash(shares, key.bytes.span)
        return AEAD(
            suite: suite, key: Key { HKDF.expand(prk: prk.bytes, info: info.span, into: &$0) })
    }
}

/// The reason why a recording cannot be read, or not all of it.
public enum RecordingFault: Error, Equatable, Sendable {
    case notARecording
    /// A suite, a number of recipients or a field that this version does not know.
    case unknownForm
    /// The file ends in its header.
    case headerCut
    /// The recording is sealed to other keys.
    case notForThisKey
    /// The recording is sealed to this key, but the seal does not open.
    case headerDamaged
    /// The file ends before this chunk does; the chunks before it are whole.
    case truncated(chunk: UInt32)
    /// This chunk does not open; later ones can be read.
    case damaged(chunk: UInt32)
    /// This chunk has an impossible length, so the beginning of the next one is unknown.
    case unframed(chunk: UInt32)
    /// Chunk `found`, which is whole, stands where this one is expected: chunks are missing,
    /// repeated or in another order.
    case misplaced(chunk: UInt32, found: UInt32)
    /// Bytes follow the last chunk.
    case trailing(bytes: Int)
}
