import Testing
import Time

@testable import Peering

@Suite struct LimitsTests {
    @Test func theDefaultsAreTheProtocols() {
        let limits = SessionLimits()
        limits.check()
        #expect(limits.rekeyInitiator == .seconds(120))
        #expect(limits.rekeyResponder == .seconds(150))
        #expect(limits.expiry == .seconds(180))
        #expect(limits.rekeyPackets == 1 << 20)
        #expect(limits.packetsMax == 1 << 22)
        #expect(limits.downAfter == .seconds(50))
        #expect(limits.halfOpenMax == 64)
        #expect(limits.triesPerSecond == 16)
    }

    @Test func contradictionsTrap() async {
        await #expect(processExitsWith: .failure) {
            var limits = SessionLimits()
            limits.expiry = limits.rekeyResponder
            limits.check()
        }
        await #expect(processExitsWith: .failure) {
            var limits = SessionLimits()
            limits.packetsMax = (1 << 22) + 1
            limits.check()
        }
        await #expect(processExitsWith: .failure) {
            var limits = SessionLimits()
            limits.confirmTimeout = .seconds(1)
            limits.check()
        }
    }
}
