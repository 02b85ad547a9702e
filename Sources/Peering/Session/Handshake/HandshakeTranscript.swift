internal import Crypto
internal import Time
internal import Wire

// The values that both sides of a handshake mix, in the order of protocol.md §1.4.
extension SymmetricState {
    /// Mixes the fields of M1.
    mutating func mixInitiation(_ message: Span<UInt8>) {
        typealias Layout = HandshakeLayout.Initiation
        mixHash(message.extracting(Layout.header))
        mixHash(message.extracting(Layout.ephemeral))
        mixHash(message.extracting(Layout.encapsulationKey))
        // M1's payload is empty, and not encrypted, as there is no key yet.
        mixHash(message.extracting(0..<0))
    }

    mutating func mix(_ message: Span<UInt8>, _ range: Range<Int>) {
        mixHash(message.extracting(range))
    }

    /// Seals a field into its place in a message.
    mutating func seal(
        _ plaintext: Span<UInt8>, into message: inout MutableSpan<UInt8>, _ range: Range<Int>
    ) {
        var field = message._mutatingExtracting(range)
        let size = encryptAndHash(plaintext, into: &field)
        precondition(size == range.count)
    }

    /// Opens capabilities in their place.
    mutating func openCapabilities(
        _ message: Span<UInt8>, _ range: Range<Int>
    ) throws(Drop) -> Capabilities {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        guard open(message, range, into: &span), let found = Capabilities(parsing: bytes.span)
        else { throw .decrypt }
        return found
    }

    /// Opens a field; false when it was sealed with another transcript.
    mutating func open(
        _ message: Span<UInt8>, _ range: Range<Int>, into plaintext: inout MutableSpan<UInt8>
    ) -> Bool {
        decryptAndHash(message.extracting(range), into: &plaintext)
    }
}

/// A completed handshake.
struct Established: ~Copyable {
    let isInitiator: Bool
    let localIndex: UInt32
    let remoteIndex: UInt32
    /// The peer's capabilities.
    let capabilities: Capabilities
    /// The transcript after M3.
    let transcript: SymmetricState

    /// Makes the session's keys; the secrets of the handshake are wiped.
    consuming func sessionKeys(_ clock: SessionClock) -> SessionKeys {
        SessionKeys(
            suite: transcript.suite, keys: transcript.transportKeys(), isInitiator: isInitiator,
            localIndex: localIndex, remoteIndex: remoteIndex, clock: clock)
    }
}

/// Bounds the attempts on a pending handshake (protocol.md §1.4, rule 6).
///
/// Each attempt costs a Diffie-Hellman or two, and an attacker on the path can send as many as the
/// line carries. Any span of one second has at most `limit` attempts.
struct TryLimit {
    static let countMax = 16

    private let limit: Int
    /// The times of the last attempts, a ring.
    private var times = InlineArray<16, Instant>(repeating: Instant(nanoseconds: 0))
    private var tries = 0

    init(perSecond limit: Int) {
        precondition((1...Self.countMax).contains(limit))
        self.limit = limit
    }

    /// Counts an attempt and returns whether it is allowed.
    mutating func allows(at now: Instant) -> Bool {
        let place = tries % limit
        guard tries < limit || now >= times[place] + .seconds(1) else { return false }
        times[place] = now
        tries += 1
        return true
    }
}

/// This station in a handshake: its static key and its capabilities.
struct Identity: ~Copyable {
    let secret: Key
    let publicKey: PublicKey
    /// The mac of the handshakes that other stations start.
    let mac: HandshakeMAC
    /// The capabilities for a responder that has proved its identity.
    let capabilities: Capabilities
    /// The capabilities for any caller: anyone with our public key can open our M2, and must not
    /// learn from it when this station restarts.
    let nameless = Capabilities(bootID: 0)

    init(secret: consuming Key, bootID: UInt64) {
        publicKey = X25519.publicKey(of: secret)
        self.secret = secret
        mac = HandshakeMAC(responder: publicKey)
        capabilities = Capabilities(bootID: bootID)
    }

    /// CONFIRM, with the run of the program that has the keys.
    func confirmation(_ value: UInt8) -> ControlRecord {
        .confirm(value, boot: capabilities.bootID)
    }
}

extension MutableSpan<UInt8> {
    /// Copies a field into its place.
    mutating func write(_ field: Span<UInt8>, at range: Range<Int>) {
        precondition(field.count == range.count)
        for i in field.indices { self[range.lowerBound + i] = field[i] }
    }
}

extension Span<UInt8> {
    func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for i in indices where self[i] != other[i] { return false }
        return true
    }
}

extension Capabilities {
    var encoded: InlineArray<16, UInt8> {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        write(into: &span)
        return bytes
    }
}
