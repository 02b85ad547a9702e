import Foundation
import Testing
import Time

@testable import HAL

/// Functions that change the whole process are tested in a process of their own: `HALProbe`.
@Suite struct ProcessTests {
    let probe = Child(SimulatedGPIO.products + "/HALProbe", [])

    private func ask(_ command: String) -> String? {
        probe.write("\(command)\n")
        return probe.readLine()
    }

    @Test func signalsAreReadInsteadOfKilling() {
        #expect(ask("signals") == "ok")
        #expect(ask("signal") == "none")
        probe.send(SIGTERM)
        #expect(ask("signal") == "terminate")
        probe.send(SIGHUP)
        #expect(ask("signal") == "hangup")
        #expect(ask("signal") == "none")
    }

    @Test func straySignalsAreIgnored() {
        #expect(ask("signals") == "ok")
        for stray in [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPIPE, SIGPROF, SIGPOLL, 40] {
            probe.send(stray)
            #expect(ask("signal") == "none")
        }
        probe.send(SIGQUIT)
        #expect(ask("signal") == "quit")
    }

    /// The signal is sent to the process while another thread runs.
    @Test func threadsStartedLaterAreNotKilledEither() {
        #expect(ask("signals") == "ok")
        #expect(ask("thread") == "ok")
        probe.send(SIGINT)
        #expect(ask("signal") == "interrupt")
    }

    @Test func credentialIsReadFromItsFolderOnly() throws {
        let folder = TemporaryFolder()
        // As systemd leaves it, with the access list's mask in place of the group's permissions.
        try FileStore.write(Array("secret".utf8).span, to: folder.path("frontdoor"), mode: 0o440)
        let probe = Child(
            SimulatedGPIO.products + "/HALProbe", [],
            environment: ["CREDENTIALS_DIRECTORY=\(folder.path)"])
        for (name, answer) in [
            ("frontdoor", "secret"), ("none", "error: open \(folder.path)/none: "),
            ("../x", "error: read credential ../x: Invalid argument"),
        ] {
            probe.write("credential \(name)\n")
            #expect(probe.readLine()?.hasPrefix(answer) == true)
        }
        #expect(ask("credential frontdoor")?.contains("LoadCredential=") == true)
    }

    @Test func hiddenMemoryLeavesNoCore() {
        #expect(ask("hide") == "ok")
        #expect(ask("limit") == "0")
    }

    @Test func memoryIsLockedOrTheErrorSaysWhatToDo() {
        let answer = ask("lock") ?? ""
        #expect(answer == "ok" || answer.contains("LimitMEMLOCK=infinity"), "\(answer)")
    }
}

@Suite struct EnvironmentTests {
    @Test func readsVariables() {
        #expect(Environment.value(of: "PATH") == ProcessInfo.processInfo.environment["PATH"])
        #expect(Environment.value(of: "NO_SUCH_VARIABLE") == nil)
        #expect(Environment.userID == geteuid())
        #expect(Environment.groupID(of: "root") == 0)
        #expect(Environment.groupID(of: "no-such-group") == nil)
    }

    @Test func wallClockIsThatOfThePeople() {
        let before = Date().timeIntervalSince1970
        let read = Double(Clock.wallMilliseconds()) / 1000
        #expect(abs(read - before) < 60)
    }
}

@Suite struct LastWordsTests {
    /// The probe's line about the fault, and the signal that ends it.
    private func end(by fault: String) -> (words: String, signal: Int32) {
        let probe = Child(
            SimulatedGPIO.products + "/HALProbe", [],
            environment: ["SWIFT_BACKTRACE=enable=no"])
        probe.write("words\n")
        #expect(probe.readLine() == "ok")
        probe.write("fault \(fault)\n")
        // A debug build first prints why it traps.
        let words = probe.readToEnd().split(separator: "\n").filter { $0.contains(" in thread ") }
        #expect(words.count == 1)
        return (String(words.first ?? ""), probe.wait() & 0x7f)
    }

    @Test func aTrapSaysItsThreadAndFunctionsAndEndsAsItWould() throws {
        let (words, signal) = end(by: "trap")
        // The signal of a trap depends on the processor.
        let name = try #require([SIGILL: "SIGILL", SIGTRAP: "SIGTRAP"][signal])
        #expect(words.hasPrefix("\(name) in thread faulty at 0x"), "\(words)")
        #expect(words.contains("FaultsO4trap"), "\(words)")
    }

    @Test func aStackThatIsUsedUpIsSaidOnAnother() {
        let (words, signal) = end(by: "stack")
        #expect(signal == SIGSEGV)
        #expect(words.hasPrefix("SIGSEGV in thread faulty at 0x"), "\(words)")
        #expect(words.contains("FaultsO7descend"), "\(words)")
    }
}
