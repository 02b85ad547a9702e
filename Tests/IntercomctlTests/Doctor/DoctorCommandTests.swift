import Foundation
import Report
import Testing

@Suite struct DoctorCommandTests {
    private let folder: StationFolder

    init() throws { folder = try StationFolder() }

    @Test func topicsAreToldInTheirOwnOrderOnce() throws {
        let outcome = try folder.run("doctor", "status", "config", "status")
        #expect(
            outcome.output == """
                ok    config          \(folder.config)/intercomd.conf + 0 peers
                WARN  status          not looked at  -> intercomctl doctor daemon
                0 failures, 1 warning

                """)
        #expect(outcome.code == 4)
    }

    @Test func aWarningOfTheSettingsThatIsANoteOfTheDaemonIsToldOnce() throws {
        let folder = try StationFolder("[button b]\nline = GPIO1\npress = signal barn")
        try folder.write("", to: "state/site.conf")
        var status = Status()
        status.notes = [
            Fault(
                "no_target", of: "\(folder.config)/intercomd.conf:8",
                "press: there is no peer \"barn\" now", fix: "pair with that station")
        ]
        try folder.answer(.status(status))
        let lines = try folder.run("doctor", "config", "status").output.split(separator: "\n")
        #expect(lines.count == 4 && lines[3] == "0 failures, 1 warning", "\(lines)")
    }

    @Test func wrongSettingsHideNothingElse() throws {
        let folder = try StationFolder("[audio]\ninput = hw:1")
        let outcome = try folder.run("doctor", "config", "daemon", "peers")
        #expect(outcome.code == 4)
        #expect(outcome.output.contains("card numbers change at boot"))
        #expect(outcome.output.hasSuffix("2 failures, 1 warning\n"))
    }

    @Test func keysThatOthersMayReadAreToldWithTheCommand() throws {
        try folder.writeIdentity()
        let identity = "\(folder.state)/keys/identity"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: identity)
        let outcome = try folder.run("doctor", "config")
        #expect(outcome.code == 4)
        #expect(outcome.output.contains("FAIL  config          read the secret \(identity)"))
        let fix = "  -> others have rights on it: chmod 600 \(identity)"
        #expect(outcome.output.contains(fix))
    }

    /// The others would name commands that fail before it, or do harm.
    @Test func beforeSetupNothingIsMissedThatItBrings() throws {
        try folder.remove("etc/intercomd.conf")
        let found = try folder.run("doctor", "config", "daemon", "service", "peers", "disk").output
        #expect(found.contains("intercomd is not running  -> sudo intercomctl setup\n"))
        #expect(!found.contains("WARN") && found.hasSuffix("2 failures, 0 warnings\n"))
        let peers = try folder.run("doctor", "peers").output
        #expect(peers.contains("not looked at  -> intercomctl doctor config"))
    }

    @Test func aFolderThatIsNotThereIsAnotherMistake() throws {
        let outcome = try Intercomctl.run([
            "--config", "/nowhere/etc", "doctor", "config", "daemon",
        ])
        #expect(outcome.code == 4)
        #expect(
            outcome.output.hasPrefix(
                "FAIL  config          open /nowhere/etc/intercomd.conf: No such"))
        #expect(outcome.output.contains("or name another folder with --config DIR\n"))
        #expect(outcome.output.contains("FAIL  daemon          intercomd is not running  -> "))
    }

    @Test func whatTheDaemonSaysOfItselfIsShownAsStatusHasIt() throws {
        var status = Status()
        try folder.answer(.status(status))
        let output = try folder.does("doctor", "status")
        #expect(output.hasPrefix("ok    status          intercomd knows of nothing to mend"))
        status.problems = [
            Fault("stands_still", of: "audio input card:x", "stands still", fix: "plug it in anew"),
            Fault("x", "no fix"),
        ]
        status.notes = [Fault("volume", "garage has heard nothing", fix: "turn it up")]
        var caller = CallerStatus()
        (caller.key, caller.address, caller.ageSeconds) = ("intercom1:abc", "192.0.2.7:5577", 12)
        caller.isProven = true
        status.callers = [caller]
        try folder.answer(.status(status))
        let ill = try folder.run("doctor", "status")
        #expect(ill.code == 4)
        let lines = ill.output.split(separator: "\n").map { String($0) }
        #expect(
            Array(lines.prefix(3)) == [
                "FAIL  status          audio input card:x: stands still  -> plug it in anew",
                "FAIL  status          no fix",
                "WARN  status          garage has heard nothing  -> turn it up",
            ])
        #expect(
            lines[3].hasPrefix("WARN  status          an unknown station called from 192.0.2.7")
                && lines[3].hasSuffix("sudo intercomctl peer add NAME 192.0.2.7 intercom1:abc"))
    }

    @Test func aDaemonThatIsSilentIsToldInTime() throws {
        try folder.answer { _ in
            Thread.sleep(forTimeInterval: 2)
            return []
        }
        let outcome = try folder.run("doctor", "daemon")
        #expect(outcome.code == 4)
        #expect(
            outcome.output.contains("FAIL  daemon          the daemon does not answer  -> see: "))
    }

    @Test func aDaemonOfAnotherVersionIsToldApart() throws {
        var version = Reply.Version()
        version.version = "9.9"
        let reply = Reply.version(version).encoded
        try folder.answer { request in
            request == .version ? [reply] : [Array("{\"v\":1,\"ok\":true,\"status\":{}}\n".utf8)]
        }
        let outcome = try folder.run("doctor", "daemon")
        #expect(
            outcome.output.contains(
                "FAIL  daemon          intercomd 9.9 runs, and intercomctl is \(Product.version)"
                    + "  -> sudo systemctl restart intercomd"))
    }
}
