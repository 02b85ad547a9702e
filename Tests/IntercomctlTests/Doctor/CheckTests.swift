import Testing

@testable import Intercomctl

@Suite struct CheckTests {
    let some: Diagnosis = {
        var some = Diagnosis(topic: .config)
        some.add(.ok, "etc + 1 peer")
        some.topic = .wifi
        some.add(.warn, of: "wlan0", "power save is on", fix: "iw")
        some.topic = .peers
        some.add(.fail, of: "a-station-with-a-name", "no answer", fix: "ping")
        some.add(.ok, of: "attic", "no psk", fix: "add one")
        return some
    }()

    @Test func degradedIsFourAndAdviceIsNot() {
        #expect(some.exitCode == .degraded)
        #expect(Diagnosis(checks: [some.checks[1]]).exitCode == .degraded)
        #expect(Diagnosis(checks: [some.checks[0], some.checks[3]]).exitCode == .ok)
    }

    @Test func whatAKernelSaysCannotMoveTheCursor() {
        let evil = diagnosis(.disk) { $0.add(.fail, of: "\u{1b}A", "held by \u{7}", fix: "\r") }
        #expect(evil.screen == "FAIL  disk ?A         held by ?  -> ?\n1 failure, 0 warnings\n")
    }
}
