import Crypto
import Testing
import Time
import Wire

@testable import Session

/// Handshakes that start by time alone, as `cover = constant` needs them.
@Suite struct ScheduledTests {
    let vectors: Vectors
    init() throws { vectors = try Vectors() }

    private func exchange(isScheduled: Bool) -> Exchange {
        var limits = Limits()
        limits.isScheduled = isScheduled
        return Exchange(.aesGCM, vectors: vectors, limits: limits)
    }

    /// When M1 are sent in the first minute, in ms; a person presses a button at these times.
    private func moments(isScheduled: Bool, presses: [Int64]) -> [Int64] {
        let exchange = exchange(isScheduled: isScheduled)
        _ = exchange.m1()
        var sent: [Int64] = []
        var from: Int64 = 0
        for press in presses + [60_000] {
            let done = exchange.initiator.run(from: ms(from), to: ms(press))
            sent += done.filter { $0.what.message != nil }.map { $0.ms }
            exchange.initiator.wanted(peer: 0, at: ms(press))
            from = press
        }
        return sent
    }

    /// The control is the usual station, whose press starts the series of M1 again.
    @Test(arguments: [true, false])
    func aPressShowsOnlyWithoutSchedule(isScheduled: Bool) {
        let quiet = moments(isScheduled: isScheduled, presses: [])
        let pressed = moments(isScheduled: isScheduled, presses: [21_000, 23_000, 47_500])
        #expect((quiet == pressed) == isScheduled, "\(quiet), \(pressed)")
        let waits = zip(quiet, quiet.dropFirst()).map { $1 - $0 }
        #expect(waits.allSatisfy { $0 <= 4000 } == isScheduled, "\(waits)")
    }

    @Test(arguments: [true, false])
    func aSilentListenerIsCalledOnlyWithoutSchedule(isScheduled: Bool) throws {
        let exchange = exchange(isScheduled: isScheduled)
        let m2 = try #require(exchange.m2(exchange.m1()))
        let m3 = try #require(exchange.m3(m2))
        _ = exchange.finish(m3)
        let index = try #require(exchange.initiator.associations[0]?.records.next?.index)
        exchange.initiator.switched(peer: 0, index: index, at: ms(0))
        exchange.initiator.confirm(0, boot: 7, peer: 0, index: index, at: ms(0))
        _ = exchange.initiator.fetch()
        exchange.initiator.doubted(peer: 0, at: seconds(5))
        #expect(exchange.initiator.messages().isEmpty == isScheduled)
        // A change of this station's address shows to everybody anyhow.
        exchange.initiator.doubted(peer: 0, byTalk: false, at: seconds(7))
        #expect(exchange.initiator.messages().count == 1)
    }
}
