import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// A station that shows a code, another one with one, and the stream between them, in virtual time.
///
/// Codes are stretched with one round, so that a thousand meetings take seconds.
struct Meeting: ~Copyable {
    /// What has come of it at one of the two.
    enum End: Equatable {
        case none
        case failed(Pairing.Failure)
        case paired(String, Suite, psk: String)

        /// Of another step none.
        init(_ step: consuming Pairing.Step) {
            switch consume step {
            case .failed(let failure): self = .failed(failure)
            case .paired(let paired):
                self = .paired(paired.peer.name, paired.suite, psk: hex(paired.psk))
            default: self = .none
            }
        }
    }

    static let start = Instant(nanoseconds: 1_000_000_000)
    static let box = [Endpoint(high: 0, low: 1, port: 5577)]

    var showing: Pairing
    var entering: Pairing
    var now = start
    var showingEnd = End.none
    var enteringEnd = End.none
    /// The messages as they were sent, P1 first.
    var messages: [[UInt8]] = []
    private let typed: PairingCode
    private let office: PairingCard
    private let boxes: [[Endpoint]]

    init(shown: String, typed: String, boxes: [[Endpoint]] = [box]) throws {
        // First all that can fail: a noncopyable value is made whole or not at all.
        let (office, kitchen) = (try card("office"), try card("kitchen"))
        let entered = try PairingCode(typed: typed)
        let code = try PairingCode(typed: shown)
        let suites = OfferedSuites(withAES: true)
        var showing = Pairing(suites: suites, rounds: 1)
        let end = showing.show(code, as: kitchen, isAtScreen: true, at: Self.start)
        #expect(end == Self.start + PairingWindow.length)
        self.showing = showing
        entering = Pairing(suites: suites, rounds: 1)
        self.typed = entered
        self.office = office
        self.boxes = boxes
    }

    /// Lets the two talk until neither has anything to say.
    ///
    /// - Parameter change: Is given the number of each message, 1 for P1, and the message; returns
    ///   what arrives.
    mutating func run(_ change: (Int, [UInt8]) -> [UInt8] = { _, bytes in bytes }) {
        guard case .connect = entering.enter(typed.copy(), at: boxes, as: office, at: now) else {
            return
        }
        showing.accepted(at: now)
        followEntering(entering.connected(at: now), change)
        // A side that waits for ever is given up.
        for _ in 0..<4 {
            now = now + PairingWindow.patience
            note(showing.tick(at: now))
            followEntering(entering.tick(at: now), change)
        }
    }

    private mutating func followEntering(
        _ step: consuming Pairing.Step, _ change: (Int, [UInt8]) -> [UInt8]
    ) {
        switch consume step {
        case .wait: break
        case .connect: Issue.record("there is one box")
        case .prepare: Issue.record("it shows no code")
        case .send(let bytes):
            messages.append(bytes)
            let arrived = change(messages.count, bytes)
            followShowing(showing.receive(arrived.span, at: now), change)
        case .paired(let paired):
            enteringEnd = .paired(paired.peer.name, paired.suite, psk: hex(paired.psk))
            note(showing.ended(isInOrder: true, at: now))
        case .failed(let failure):
            enteringEnd = .failed(failure)
            note(showing.ended(isInOrder: false, at: now))
        }
    }

    private mutating func followShowing(
        _ step: consuming Pairing.Step, _ change: (Int, [UInt8]) -> [UInt8]
    ) {
        switch consume step {
        case .wait: break
        case .connect: Issue.record("it waits for the other side")
        case .paired: Issue.record("the other side has to end the stream first")
        case .send(let bytes): sendBack(bytes, change)
        case .prepare: sendBack(showing.admit(at: now), change)
        case .failed(let failure):
            showingEnd = .failed(failure)
            followEntering(entering.ended(isInOrder: false, at: now), change)
        }
    }

    private mutating func sendBack(_ bytes: [UInt8], _ change: (Int, [UInt8]) -> [UInt8]) {
        messages.append(bytes)
        let arrived = change(messages.count, bytes)
        followEntering(entering.receive(arrived.span, at: now), change)
    }

    /// What time, or the end of the stream, has brought where the code is shown.
    private mutating func note(_ step: consuming Pairing.Step) {
        let end = End(step)
        if end != .none { showingEnd = end }
    }

    /// Whether either has stored the other.
    var hasPaired: Bool {
        if case .paired = showingEnd { return true }
        if case .paired = enteringEnd { return true }
        return false
    }
}
