import Testing
import Vectors
import Wire

@testable import Crypto
@testable import Peering

/// Both sides of a pairing: EnteringSide and ShowingSide.
@Suite struct SidesTests {
    let code = PairingCode.random().shown

    /// A pairing up to a message, each as the sender made it; codes are stretched with one round,
    /// but for the messages of the vectors.
    private struct Talk: ~Copyable {
        var entering: EnteringSide
        var showing: ShowingSide

        init(_ entered: String, _ shown: String) throws {
            let (office, kitchen) = (try card("office"), try card("kitchen"))
            let suites = OfferedSuites(withAES: true)
            let typed = try PairingCode(typed: entered)
            let code = try PairingCode(typed: shown)
            entering = EnteringSide(code: typed, suites: suites, card: office, rounds: 1)
            showing = ShowingSide(code: code, suites: suites, card: kitchen, rounds: 1)
        }
    }

    @Test(arguments: [0, 1]) func theMessagesAreThoseOfTheVectors(number: Int) throws {
        let file = try PairingVector.file()
        let (given, expected) = (file.inputs.pairing[number], file.pairing[number])
        let code = try PairingCode(typed: given.code_typed)
        func card(_ secret: String, _ caps: String, _ name: String) throws -> PairingCard {
            let parsed = Capabilities(parsing: [UInt8](hex: caps).span)
            let capabilities = try #require(parsed)
            return try #require(
                PairingCard(
                    publicKey: X25519.publicKey(of: key(secret)), capabilities: capabilities,
                    name: name))
        }
        let x = key(given.x.leftPadded)
        let y = key(given.y.leftPadded)
        let seed = [UInt8](hex: given.kem_seed)
        var entering = EnteringSide(
            code: code, suites: OfferedSuites(bits: given.suites_a),
            card: try card(given.static_a, given.caps_a, given.name_a),
            nonce: [UInt8](hex: given.nonce_a).span,
            kem: MLKEM768.DecapsulationKey(seed: seed.span)
        ) { SPAKE2.fixed(.a, password: $0, scalar: x) }
        #expect(entering.first.hex == expected.p1)

        var showing = ShowingSide(
            code: code.copy(), suites: OfferedSuites(bits: given.suites_b),
            card: try card(given.static_b, given.caps_b, given.name_b))
        let nonce = key(given.nonce_b + given.nonce_b)
        let randomness = key(given.kem_m)
        let second = Outcome(
            try showing.receive(entering.first.span, nonce: nonce, randomness: randomness) {
                SPAKE2.fixed(.b, password: $0, scalar: y)
            })
        #expect(second.sent.hex == expected.p2)
        let third = Outcome(second.sent, to: &entering)
        #expect(third.sent.hex == expected.p3)
        let fourth = Outcome(third.sent, to: &showing)
        #expect(fourth.sent.hex == expected.p4)
        #expect(showing.paired()?.peer.name == given.name_a)
        let suite = try #require(Suite(rawValue: expected.suite))
        #expect(
            Outcome(fourth.sent, to: &entering)
                == .paired(
                    try card(given.static_b, given.caps_b, given.name_b), suite,
                    psk: expected.psk))
        guard let paired = showing.paired() else {
            Issue.record("not paired")
            return
        }
        let (name, used, psk) = (paired.peer.name, paired.suite, hex(paired.psk))
        #expect(name == given.name_a && used == suite && psk == expected.psk)
    }

    @Test func messagesMayComeByteByByte() throws {
        var talk = try Talk(code, code)
        var last: [UInt8] = talk.entering.first
        for message in 0..<3 {
            var outcome = Outcome.waits
            for byte in last {
                #expect(outcome == .waits)
                outcome =
                    message % 2 == 0
                    ? Outcome([byte], to: &talk.showing) : Outcome([byte], to: &talk.entering)
            }
            last = outcome.sent
            #expect(!last.isEmpty)
        }
        #expect(Outcome(last, to: &talk.entering).peer == "kitchen")
    }

    @Test func whoHasOurOwnKeyIsRefused() throws {
        let secret = Key.random()
        var entering = EnteringSide(
            code: try PairingCode(typed: code), suites: OfferedSuites(withAES: true),
            card: try card("a", secret: secret))
        var showing = ShowingSide(
            code: try PairingCode(typed: code), suites: OfferedSuites(withAES: true),
            card: try card("b", secret: secret))
        let second = Outcome(entering.first, to: &showing)
        let third = Outcome(second.sent, to: &entering)
        #expect(Outcome(third.sent, to: &showing) == .fails(.ownKey))
        // It has the code, and has not guessed.
        let (isProved, isGuest) = (showing.isProved, showing.paired() != nil)
        #expect(isProved && !isGuest)
    }

    @Test func suitesAreChosenAsBothOffer() throws {
        let offers = [OfferedSuites(withAES: true), OfferedSuites(withAES: false)]
        for (mine, theirs) in offers.flatMap({ mine in offers.map { (mine, $0) } }) {
            let suite = mine.chosen(with: theirs)
            #expect(suite == (mine == offers[0] && theirs == offers[0] ? .aesGCM : .chaChaPoly))
        }
        #expect(offers[0].chosen(with: OfferedSuites(bits: 4)) == nil)
    }
}

extension String {
    /// 64 digits.
    var leftPadded: String { String(repeating: "0", count: 64 - count) + self }
}

extension SPAKE2 {
    /// Begins with a number that a vector gives.
    static func fixed(_ role: Role, password: consuming Key, scalar: borrowing Key) -> SPAKE2 {
        guard let begun = SPAKE2(role, password: password, scalar: scalar.copy()) else {
            preconditionFailure("the number is below the order")
        }
        return begun
    }
}
