internal import Crypto
internal import Wire

/// The values that both sides of a handshake mix, in the order of protocol.md §1.4.
///
/// A step that fails leaves the mixes before it in place, so a message from the network is always
/// tried on a `copy()`.
struct HandshakeTranscript: ~Copyable {
    private var state: SymmetricState

    init(suite: Suite, responder: PublicKey) {
        state = SymmetricState(suite: suite, responder: responder)
    }

    private init(state: consuming SymmetricState) { self.state = state }

    borrowing func copy() -> HandshakeTranscript { HandshakeTranscript(state: state.copy()) }

    /// h, for tests.
    var hash: Digest { state.handshakeHash }
    /// The exporter of §1.5, for tests.
    borrowing func exporter() -> Key { state.exporter() }

    /// Mixes the fields of M1.
    mutating func mixInitiation(_ message: Span<UInt8>) {
        typealias Layout = HandshakeLayout.Initiation
        state.mixHash(message.extracting(Layout.header))
        state.mixHash(message.extracting(Layout.ephemeral))
        state.mixHash(message.extracting(Layout.encapsulationKey))
        // M1's payload is empty, and not encrypted, as there is no key yet.
        state.mixHash(message.extracting(0..<0))
    }

    mutating func mix(_ message: Span<UInt8>, _ range: Range<Int>) {
        state.mixHash(message.extracting(range))
    }

    mutating func mixKey(_ key: borrowing Key) { state.mixKey(key) }

    /// The psk, last of all (protocol.md §1.1).
    mutating func mixKeyAndHash(_ psk: borrowing Key) { state.mixKeyAndHash(psk) }

    /// Seals a field into its place in a message.
    mutating func seal(
        _ plaintext: Span<UInt8>, into message: inout MutableSpan<UInt8>, _ range: Range<Int>
    ) {
        var field = message._mutatingExtracting(range)
        let size = state.encryptAndHash(plaintext, into: &field)
        precondition(size == range.count)
    }

    /// Opens a field; false when it was sealed with another transcript.
    mutating func open(
        _ message: Span<UInt8>, _ range: Range<Int>, into plaintext: inout MutableSpan<UInt8>
    ) -> Bool {
        state.decryptAndHash(message.extracting(range), into: &plaintext)
    }

    /// Ends the handshake.
    consuming func sessionKeys(
        isInitiator: Bool, local: UInt32, remote: UInt32, clock: SessionClock
    ) -> SessionKeys {
        state.sessionKeys(
            isInitiator: isInitiator, localIndex: local, remoteIndex: remote, clock: clock)
    }

    /// The keys of §1.5 as they are, for tests.
    consuming func transportKeys() -> TransportKeys { state.transportKeys() }
}

/// A completed handshake.
struct Established: ~Copyable {
    let isInitiator: Bool
    let localIndex: UInt32
    let remoteIndex: UInt32
    /// The peer's.
    let capabilities: Capabilities
    /// After M3.
    let transcript: HandshakeTranscript

    /// The session; the secrets of the handshake are wiped.
    consuming func sessionKeys(_ clock: SessionClock) -> SessionKeys {
        transcript.sessionKeys(
            isInitiator: isInitiator, local: localIndex, remote: remoteIndex, clock: clock)
    }
}

/// The outcome of a handshake message.
enum HandshakeOutcome<Success: ~Copyable>: ~Copyable {
    case success(Success)
    case refused(Drop)
}
