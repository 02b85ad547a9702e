import Testing
import Vectors

@testable import Crypto

/// A file of Noise test vectors in cacophony's layout.
struct NoiseVectors: Decodable {
    struct Vector: Decodable {
        struct Message: Decodable {
            let payload: String
            let ciphertext: String
        }
        let protocol_name: String?
        let init_prologue: String?
        let init_psks: [String]?
        let init_static: String?
        let init_ephemeral: String?
        let init_remote_static: String?
        let resp_static: String?
        let resp_ephemeral: String?
        let handshake_hash: String?
        let messages: [Message]
    }
    let vectors: [Vector]
}

/// One published handshake and what follows it, both sides run over `SymmetricState`.
struct NoiseRehearsal {
    private enum Token { case e, s, ee, es, se, psk }

    private static let patterns: [String: [[Token]]] = [
        "XK1": [[.e], [.e, .ee, .es], [.s, .se]],
        "XKpsk3": [[.e, .es], [.e, .ee], [.s, .se, .psk]],
    ]

    private let vector: NoiseVectors.Vector
    private let name: String
    private let suite: Suite
    private let pattern: [[Token]]
    private let usesPSK: Bool

    /// Nil when the vector's protocol cannot run over `SymmetricState`.
    init?(_ vector: NoiseVectors.Vector) {
        let parts = (vector.protocol_name ?? "").split(separator: "_").map(String.init)
        guard parts.count == 5, parts[0] == "Noise", parts[2] == "25519", parts[4] == "SHA256",
            let pattern = Self.patterns[parts[1]]
        else { return nil }
        switch parts[3] {
        case "AESGCM": suite = .aesGCM
        case "ChaChaPoly": suite = .chaChaPoly
        default: return nil
        }
        self.vector = vector
        self.pattern = pattern
        usesPSK = parts[1].contains("psk")
        name = parts.joined(separator: "_")
    }

    /// One side: its secrets, and the keys it has received.
    private struct Side: ~Copyable {
        var state: SymmetricState
        let isInitiator: Bool
        let ephemeral: String
        let ownStatic: String
        var remoteEphemeral: PublicKey?
        var remoteStatic: PublicKey?

        func secret(_ token: Token) throws -> Key {
            // The first letter is the initiator's key, the second the responder's.
            let (mineIsStatic, theirsIsStatic) =
                switch token {
                case .ee: (false, false)
                case .es: isInitiator ? (false, true) : (true, false)
                default: isInitiator ? (true, false) : (false, true)
                }
            let theirs = try #require(theirsIsStatic ? remoteStatic : remoteEphemeral)
            let mine = Key(hex: mineIsStatic ? ownStatic : ephemeral)
            guard let key = X25519.shared(mine, with: theirs) else { throw Failure.lowOrder }
            return key
        }
    }

    private enum Failure: Error { case lowOrder }

    private func side(isInitiator: Bool) throws -> Side {
        let responder = PublicKey(hex: try #require(vector.init_remote_static))
        var state = SymmetricState(suite: suite, protocolName: Array(name.utf8).span)
        state.mixHash([UInt8](hex: vector.init_prologue ?? "").span)
        state.mixHash(responder.bytes.span)
        return Side(
            state: state, isInitiator: isInitiator,
            ephemeral: try #require(isInitiator ? vector.init_ephemeral : vector.resp_ephemeral),
            ownStatic: try #require(isInitiator ? vector.init_static : vector.resp_static),
            remoteEphemeral: nil, remoteStatic: isInitiator ? responder : nil)
    }

    func run() throws {
        var initiator = try side(isInitiator: true)
        var responder = try side(isInitiator: false)
        for (i, message) in vector.messages.prefix(pattern.count).enumerated() {
            let fromInitiator = i % 2 == 0
            let sent =
                fromInitiator
                ? try write(&initiator, pattern[i], [UInt8](hex: message.payload))
                : try write(&responder, pattern[i], [UInt8](hex: message.payload))
            #expect(sent.hex == message.ciphertext, "\(name), message \(i)")
            let payload =
                fromInitiator
                ? try read(&responder, pattern[i], sent)
                : try read(&initiator, pattern[i], sent)
            #expect(payload?.hex == message.payload, "\(name), message \(i)")
        }
        #expect(initiator.state.handshakeHash.hex == responder.state.handshakeHash.hex)
        if let hash = vector.handshake_hash {
            #expect(initiator.state.handshakeHash.hex == hash, "\(name)")
        }
        try transport(initiator.state)
    }

    private func write(
        _ side: inout Side, _ tokens: [Token], _ payload: [UInt8]
    ) throws -> [UInt8] {
        var sent: [UInt8] = []
        for token in tokens {
            switch token {
            case .e:
                let own = X25519.publicKey(of: Key(hex: side.ephemeral))
                sent += [UInt8](own.bytes.span)
                side.state.mixHash(own.bytes.span)
                if usesPSK { side.state.mixKey(own.bytes.span) }
            case .s:
                let own = X25519.publicKey(of: Key(hex: side.ownStatic))
                sent += encrypt(&side.state, [UInt8](own.bytes.span))
            case .psk: side.state.mixKeyAndHash(try psk())
            case .ee, .es, .se: side.state.mixKey(try side.secret(token))
            }
        }
        return sent + encrypt(&side.state, payload)
    }

    private func read(_ side: inout Side, _ tokens: [Token], _ sent: [UInt8]) throws -> [UInt8]? {
        var rest = sent[...]
        for token in tokens {
            switch token {
            case .e:
                let remote = PublicKey(bytes: Array(rest.prefix(32)).span)
                rest = rest.dropFirst(32)
                side.remoteEphemeral = remote
                side.state.mixHash(remote.bytes.span)
                if usesPSK { side.state.mixKey(remote.bytes.span) }
            case .s:
                let key = try #require(decrypt(&side.state, Array(rest.prefix(48))))
                rest = rest.dropFirst(48)
                side.remoteStatic = PublicKey(bytes: key.span)
            case .psk: side.state.mixKeyAndHash(try psk())
            case .ee, .es, .se: side.state.mixKey(try side.secret(token))
            }
        }
        return decrypt(&side.state, Array(rest))
    }

    private func psk() throws -> Key { Key(hex: try #require(vector.init_psks?.first)) }

    /// Noise's own Split, and the messages after the handshake under its two keys.
    private func transport(_ state: borrowing SymmetricState) throws {
        let temporary = HMAC.key(from: [UInt8]().span, key: state.chainingKey.bytes)
        let output = filled(64) {
            HKDF.expand(prk: temporary.bytes, info: [UInt8]().span, into: &$0)
        }
        for (i, message) in vector.messages.enumerated().dropFirst(pattern.count) {
            let isFromInitiator = i % 2 == 0
            let key = Key(copying: Array(isFromInitiator ? output[..<32] : output[32...]).span)
            // Each side has its own count: all messages of that side before this one.
            let count = (pattern.count..<i).filter { ($0 % 2 == 0) == isFromInitiator }.count
            let nonce = AEAD.Nonce { j in
                j == (suite == .aesGCM ? 11 : 4) ? UInt8(count) : 0
            }
            let payload = [UInt8](hex: message.payload)
            let sealed = filled(payload.count + AEAD.tagSize) { sealed in
                var aead = AEAD(suite: suite, key: key)
                aead.seal(nonce: nonce, ad: [UInt8]().span, plaintext: payload.span, into: &sealed)
            }
            #expect(sealed.hex == message.ciphertext, "\(name), message \(i)")
        }
    }
}
