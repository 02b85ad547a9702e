import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// A station that shows a code, another one with one, and the stream between them, in virtual time.
///
/// Codes are stretched with one round, so that a thousand meetings take seconds.
final class Meeting {
    static let start = Instant(nanoseconds: 1_000_000_000)
    static let box = [Endpoint(high: 0, low: 1, port: 5577)]

    var showing: Pairing
    var entering: Pairing
    var now = start
    /// What has come of it at each of the two.
    var showingEnd = Outcome.waits
    var enteringEnd = Outcome.waits
    /// The messages as they were sent, P1 first.
    var messages: [[UInt8]] = []
    private let typed: PairingCode
    private let office: PairingCard
    private let boxes: [[Endpoint]]

    init(shown: String, typed: String, boxes: [[Endpoint]] = [box]) throws {
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
    func run(_ change: (Int, [UInt8]) -> [UInt8] = { _, bytes in bytes }) {
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

    private func followEntering(
        _ step: consuming Pairing.Step, _ change: (Int, [UInt8]) -> [UInt8]
    ) {
        let outcome = Outcome(step)
        switch outcome {
        case .sends(let bytes):
            messages.append(bytes)
            let arrived = change(messages.count, bytes)
            followShowing(showing.receive(arrived.span, at: now), change)
        case .paired, .failed:
            enteringEnd = outcome
            note(showing.ended(isInOrder: outcome.peer != nil, at: now))
        case .waits: break
        default: Issue.record("there is one box, and it shows no code: \(outcome)")
        }
    }

    private func followShowing(
        _ step: consuming Pairing.Step, _ change: (Int, [UInt8]) -> [UInt8]
    ) {
        let outcome = Outcome(step)
        switch outcome {
        case .sends(let bytes): sendBack(bytes, change)
        case .prepares: sendBack(showing.admit(at: now), change)
        case .failed:
            showingEnd = outcome
            followEntering(entering.ended(isInOrder: false, at: now), change)
        case .waits: break
        default: Issue.record("the other side connects, and ends the stream: \(outcome)")
        }
    }

    private func sendBack(_ bytes: [UInt8], _ change: (Int, [UInt8]) -> [UInt8]) {
        messages.append(bytes)
        let arrived = change(messages.count, bytes)
        followEntering(entering.receive(arrived.span, at: now), change)
    }

    /// What time, or the end of the stream, has brought where the code is shown.
    private func note(_ step: consuming Pairing.Step) {
        let end = Outcome(step)
        if end != .waits { showingEnd = end }
    }

    /// Whether either has stored the other.
    var hasPaired: Bool { showingEnd.peer != nil || enteringEnd.peer != nil }
}
