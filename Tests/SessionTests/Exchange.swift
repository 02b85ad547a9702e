import Crypto
import Testing
import Time

@testable import Peering

/// Two peer tables; the test carries the messages between them by hand.
final class Exchange {
    static let initiatorAt = host(1)
    static let responderAt = host(2)

    var initiator: PeerTable
    var responder: PeerTable
    let suite: Suite
    var now = Instant(nanoseconds: 0)

    /// The initiator's data as the responder has it; a test may make it wrong.
    struct Record {
        var psk: [UInt8]
        var suite: Suite
        var isKnown = true
    }

    /// With the inputs of the vectors each message has the bytes of the vectors.
    init(_ suite: Suite, record: Record? = nil, limits: SessionLimits = SessionLimits()) {
        self.suite = suite
        let secrets = (vectors.bytes("init_static"), vectors.bytes("resp_static"))
        let psk = vectors.bytes("psk")
        initiator = PeerTable(
            identity: key(secrets.0), bootID: 0x0102_0304_0506_0708, limits: limits,
            random: ScriptedRandom(
                [
                    vectors.bytes("init_index"), vectors.bytes("init_e"),
                    vectors.bytes("kem_seed"),
                ], then: 1
            ).fill)
        responder = PeerTable(
            identity: key(secrets.1), bootID: 0x1112_1314_1516_1718, limits: limits,
            random: ScriptedRandom(
                [vectors.bytes("resp_index"), vectors.bytes("resp_e"), vectors.bytes("kem_m")],
                then: 2
            ).fill)
        initiator.add(
            publicKey: responder.publicKey, psk: key(psk), suite: SuiteChoice(suite, usesAES: true),
            at: now)
        let record = record ?? Record(psk: psk, suite: suite)
        if record.isKnown {
            responder.add(
                publicKey: initiator.publicKey, psk: key(record.psk),
                suite: SuiteChoice(record.suite, usesAES: true), at: now)
        }
        // Another peer of this suite, so that M1 is answered in any case.
        let other = X25519.publicKey(of: key([UInt8](repeating: 0x99, count: 32)))
        responder.add(publicKey: other, psk: nil, suite: SuiteChoice(suite, usesAES: true), at: now)
    }

    /// The initiator's M1.
    func m1() -> [UInt8] {
        initiator.setEndpoints([Self.responderAt], of: 0, at: now)
        return initiator.messages().first ?? []
    }

    /// The responder's M2 to an M1; nil when there is none.
    func m2(_ m1: [UInt8]) -> [UInt8]? {
        let drop = responder.receive(m1.span, from: Self.initiatorAt, at: now)
        return drop == nil ? responder.messages().first : nil
    }

    /// The initiator's M3 to an M2; nil when there is none.
    func m3(_ m2: [UInt8]) -> [UInt8]? {
        let drop = initiator.receive(m2.span, from: Self.responderAt, at: now)
        return drop == nil ? initiator.messages().first : nil
    }

    /// The initiator's M3 after an M1 and the answer to it.
    func reachM3() throws -> [UInt8] {
        let answer = try #require(self.m2(self.m1()))
        return try #require(self.m3(answer))
    }

    /// The responder's actions on an M3.
    func finish(_ m3: [UInt8]) -> [Fetched] {
        _ = responder.receive(m3.span, from: Self.initiatorAt, at: now)
        return responder.fetch()
    }

    /// Passes a message to the responder, which must neither answer nor do anything else.
    func refusedByResponder(_ message: [UInt8]) -> Drop? {
        let drop = responder.receive(message.span, from: Self.initiatorAt, at: now)
        guard responder.fetch().isEmpty, let drop else { return nil }
        return drop
    }

    /// Passes a message to the initiator, which must neither answer nor do anything else.
    func refusedByInitiator(_ message: [UInt8]) -> Drop? {
        let drop = initiator.receive(message.span, from: Self.responderAt, at: now)
        guard initiator.fetch().isEmpty, let drop else { return nil }
        return drop
    }

    func wait(_ duration: Duration) { now = now + duration }

    /// The message with a corrected mac, as any station can make that knows the responder's key.
    func signed(_ message: [UInt8]) -> [UInt8] {
        var message = message
        var span = message.mutableSpan
        HandshakeMAC(responder: responder.publicKey).sign(&span)
        return message
    }
}
