import Report
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

    @Test func theCureStandsOnTheSameLineAndTheCountComesLast() {
        #expect(
            some.screen == """
                ok    config                      etc + 1 peer
                WARN  wifi wlan0                  power save is on  -> iw
                FAIL  peer a-station-with-a-name  no answer  -> ping
                ok    peer attic                  no psk  -> add one
                1 failure, 1 warning

                """)
    }

    @Test func degradedIsFourAndAdviceIsNot() {
        #expect(some.exitCode == .degraded)
        #expect(Diagnosis(checks: [some.checks[1]]).exitCode == .degraded)
        #expect(Diagnosis(checks: [some.checks[0], some.checks[3]]).exitCode == .ok)
    }

    @Test func jsonHasTheSameWords() {
        let json = Diagnosis(checks: [some.checks[0], some.checks[1]]).json
        let bytes = json.encoded(limit: 4096) ?? []
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"schema":1,"checks":[{"topic":"config","name":"config","verdict":"ok","#
                + #""text":"etc + 1 peer","fix":null},{"topic":"wifi","name":"wifi wlan0","#
                + #""verdict":"warn","text":"power save is on","fix":"iw"}],"#
                + #""failures":0,"warnings":1}"#)
    }

    @Test func whatAKernelSaysCannotMoveTheCursor() {
        let evil = diagnosis(.gpio) { $0.add(.fail, of: "\u{1b}A", "held by \u{7}", fix: "\r") }
        #expect(evil.screen == "FAIL  gpio ?A         held by ?  -> ?\n1 failure, 0 warnings\n")
    }
}
