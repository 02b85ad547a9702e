import Testing

@testable import Intercomctl

@Suite struct RightsFactsTests {
    func verdicts(_ facts: RightsFacts) -> [Check.Verdict] {
        let found = diagnosis(.memory) {
            facts.reportRealtime(to: &$0)
            facts.reportMemory(to: &$0)
        }
        return found.checks.map { $0.verdict }
    }

    @Test func theRunningDaemonKnowsBest() {
        #expect(verdicts(.daemon(isRealtime: true, isLocked: true)) == [.ok, .ok])
        #expect(verdicts(.daemon(isRealtime: false, isLocked: false)) == [.warn, .warn])
        #expect(
            lines(.realtime, RightsFacts.daemon(isRealtime: false, isLocked: true).reportRealtime)
                == [
                    "WARN realtime no real-time priority: sound may break under load"
                        + " -> LimitRTPRIO=70 in the service, or ulimit -r 70"
                ])
    }

    @Test(
        arguments: [
            ("70", "infinity", [Check.Verdict.ok, .ok]), ("infinity", "64M", [.ok, .warn]),
            ("59", nil, [.warn, .warn]), (nil, "infinity", [.warn, .ok]),
            ("often", "", [.warn, .warn]),
            ("60:70", "infinity:infinity", [.ok, .ok]), ("infinity:infinity", "1G:", [.ok, .warn]),
            ("59:70", "8M:infinity", [.warn, .warn]),
        ] as [(String?, String?, [Check.Verdict])])
    func theUnitSaysWhatTheServiceMay(
        priority: String?, memory: String?, verdicts expected: [Check.Verdict]
    ) {
        #expect(verdicts(.unit(priority: priority, memory: memory)) == expected)
    }

    @Test func withoutAUnitThisUsersLimitsCount() {
        #expect(verdicts(.user(priority: 99, memory: nil)) == [.ok, .ok])
        #expect(verdicts(.user(priority: 0, memory: 8 << 20)) == [.warn, .warn])
    }
}
