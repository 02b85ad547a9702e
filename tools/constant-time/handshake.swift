// Runs whole handshakes, both sides, with every secret marked undefined, for valgrind's memcheck.
// Built and run by tools/check-constant-time, in one module with the sources that it checks; not
// part of the product.
//
// Secret are the static keys, the ephemeral keys, the seed and the message of ML-KEM, and the psk.
// Public is what is sent, and the outcome of a comparison. PROBE_LEAK in the environment chooses
// one of the leaks that the tool plants in a copy of the sources.

import CLinux
import CProbe

func classify(_ bytes: inout MutableSpan<UInt8>) {
    bytes.withUnsafeMutableBytes { unsafe probe_classify($0.baseAddress!, $0.count) }
}

func disclose(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { unsafe secret_declassify($0.baseAddress!, $0.count) }
}

/// A secret key of these bytes.
func secret(_ byte: UInt8) -> Key {
    Key { bytes in
        for i in bytes.indices { bytes[i] = byte }
        classify(&bytes)
    }
}

/// What anyone may know of a key.
func revealed(_ bytes: Span<UInt8>) -> [UInt8] {
    let copy = bytes.indices.map { bytes[$0] }
    disclose(copy)
    return copy
}

func publicKey(of key: borrowing Key) -> PublicKey {
    PublicKey(bytes: revealed(X25519.publicKey(of: key).bytes.span).span)
}

/// A message as it is on the network.
func sent(_ size: Int, _ write: (inout MutableSpan<UInt8>) -> Void) -> [UInt8] {
    var message = [UInt8](repeating: 0, count: size)
    do {
        var span = message.mutableSpan
        write(&span)
    }
    disclose(message)
    return message
}

nonisolated(unsafe) var drawn: UInt8 = 0x30

func draw(_ bytes: inout MutableSpan<UInt8>) {
    drawn += 1
    for i in bytes.indices { bytes[i] = drawn &+ UInt8(truncatingIfNeeded: i) }
    classify(&bytes)
}

func now() -> Instant { Instant(nanoseconds: 0) }

/// One handshake; `isPSKWrong` makes the responder refuse M3. Then M2 and M3 come once more, each
/// with one byte changed.
func handshake(_ suite: Suite, isPSKWrong: Bool) {
    let ours = Identity(secret: secret(0x11), bootID: 1)
    let theirs = Identity(secret: secret(0x22), bootID: 2)
    let (caller, called) = (publicKey(of: ours.secret), publicKey(of: theirs.secret))
    let psk = secret(0x77)
    let pskThere = secret(isPSKWrong ? 0x78 : 0x77)
    let mac = HandshakeMAC(responder: called)

    var begun: Initiator?
    let m1 = sent(HandshakeLayout.Initiation.size) { span in
        begun = Initiator(
            suite: suite, responder: called, mac: mac, index: 0x1000_0001,
            target: Endpoint(high: 0, low: 1, port: 5577), tries: TryLimit(perSecond: 16),
            random: { draw(&$0) }, writing: &span)
    }
    guard let initiator = begun, let first = HandshakeHeader(parsing: m1.span),
        theirs.mac.verify(m1.span)
    else { fatalError("M1") }

    var responder: Responder?
    let m2 = sent(HandshakeLayout.Response.size) { span in
        do throws(Drop) {
            responder = try Responder.respond(
                to: m1.span, header: first, suite: suite, own: theirs, index: 0x1000_0002,
                random: { draw(&$0) }, writing: &span)
        } catch { fatalError("M1 was refused") }
    }
    guard let second = HandshakeHeader(parsing: m2.span), mac.verify(m2.span) else {
        fatalError("M2")
    }
    var altered = m2
    altered[1150] ^= 1
    _ = sent(HandshakeLayout.Finish.size) { span in
        do throws(Drop) {
            _ = try initiator.finish(
                altered.span, header: second, own: ours, psk: psk, mac: mac, writing: &span)
        } catch { return }
        fatalError("an altered M2 was taken")
    }
    var here: [UInt8] = []
    let m3 = sent(HandshakeLayout.Finish.size) { span in
        do throws(Drop) {
            let made = try initiator.finish(
                m2.span, header: second, own: ours, psk: psk, mac: mac, writing: &span)
            let keys = made.transcript.copy().transportKeys()
            here = revealed(keys.initiatorToResponder.key.bytes)
            _ = made.sessionKeys(SessionClock(began: now(), peerBegan: now()))
        } catch { fatalError("M2 was refused") }
    }

    altered = m3
    altered[60] ^= 1
    for message in [altered, m3] {
        guard let claim = responder!.identify(message.span), claim.publicKey == caller else {
            fatalError("the identity in M3")
        }
        do throws(Drop) {
            let made = try responder!.accept(claim, message.span, psk: pskThere)
            precondition(!isPSKWrong && message == m3, "a wrong M3 was taken")
            let keys = made.transcript.copy().transportKeys()
            let there = revealed(keys.initiatorToResponder.key.bytes)
            precondition(there == here, "two different sessions")
            _ = made.sessionKeys(SessionClock(began: now(), peerBegan: now()))
        } catch { precondition(isPSKWrong || message != m3, "M3 was refused") }
    }
}

func comparisons() {
    var bytes = [UInt8](repeating: 0x77, count: 32)
    for place in [0, 31] {
        bytes[place] ^= 1
        let other = Key { span in
            for i in span.indices { span[i] = bytes[i] }
            classify(&span)
        }
        precondition(!secret(0x77).isEqual(to: other) && !other.isZero)
        bytes[place] ^= 1
    }
    precondition(secret(0x77).isEqual(to: secret(0x77)) && secret(0).isZero)
    _ = HKDF.key(prk: secret(5), info: "probe")
    _ = HMAC.key(from: secret(6).bytes, key: secret(7).bytes)
}

comparisons()
for suite in [Suite.aesGCM, .chaChaPoly] {
    handshake(suite, isPSKWrong: false)
    handshake(suite, isPSKWrong: true)
}
print("done")
