import Testing

@testable import Peering

@Suite struct LimitsTests {
    @Test func theDefaultsAreTheProtocols() {
        let limits = SessionLimits()
        limits.check()
        #expect(limits.rekeyInitiator == .seconds(120))
        #expect(limits.rekeyResponder == .seconds(150))
        #expect(limits.expiry == .seconds(180))
        #expect(limits.rekeyPackets == 1 << 20)
        #expect(SessionLimits.packetsMax == 1 << 22)
        #expect(SessionLimits.downAfter == .seconds(50))
        #expect(SessionLimits.halfOpenMax == 64)
        #expect(SessionLimits.triesPerSecond == 16)
    }

    @Test func noneContradictsAnother() {
        typealias Limits = SessionLimits
        #expect(Limits.refusedAfter < Limits.downAfter)
        // Otherwise the responder would give the session up while M3 is still being repeated.
        #expect(Limits.finishInterval * Limits.finishRepeats < Limits.confirmTimeout)
        #expect(Limits.confirmInterval * Limits.confirmCount <= Limits.confirmTimeout)
        // Otherwise a repeat of M3 could outlive the memory of it.
        #expect(Limits.finishInterval * Limits.finishRepeats < Limits.halfOpenLifetime)
    }

    @Test func contradictionsTrap() async {
        await #expect(processExitsWith: .failure) {
            var limits = SessionLimits()
            limits.expiry = limits.rekeyResponder
            limits.check()
        }
        await #expect(processExitsWith: .failure) {
            var limits = SessionLimits()
            limits.rekeyPackets = SessionLimits.packetsMax
            limits.check()
        }
    }
}
