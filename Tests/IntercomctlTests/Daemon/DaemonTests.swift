import Foundation
import Report
import Testing

private func sample() -> Status {
    var status = Status()
    (status.version, status.name, status.uptimeSeconds) = ("0.3.1", "kitchen", 273_900)
    status.audio.input.name = "usb:0d8c:0014"
    status.audio.input.state = .open
    (status.audio.input.rate, status.audio.input.channels) = (48_000, 1)
    (status.audio.input.period, status.audio.input.buffer) = (480, 960)
    status.audio.output.name = "card:Device"
    status.audio.output.state = .absent
    var button = Status.Button()
    (button.name, button.line, button.state, button.target) = ("ptt", "GPIO17", .released, "house")
    status.buttons = [button]
    var up = PeerStatus()
    (up.name, up.state, up.heardAgeSeconds, up.rttMilliseconds) = ("frontdoor", .up, 0.4, 1)
    (up.jitterMilliseconds, up.lossPercent, up.bufferMilliseconds) = (0.61, 0, 20)
    (up.fingerprint, up.isTalking) = ("7f3a-91c2", true)
    var stale = PeerStatus()
    (stale.name, stale.state, stale.heardAgeSeconds) = ("nursery", .stale, 14)
    stale.fingerprint = "aa10-7c44"
    (stale.suite, stale.isVerified, stale.claimsRefused) = (2, true, 3)
    status.peers = [up, stale]
    var channel = Status.Channel()
    (channel.name, channel.isListening, channel.members) = (
        "house", true, ["frontdoor", "nursery"]
    )
    status.channels = [channel]
    return status
}

@Suite struct DaemonTests {
    /// A daemon that was taken over can send any number, everywhere.
    @Test(arguments: [1e300, -1e308, 1e15, -1e15])
    func numbersOfAnySizeTrapNowhere(number: Double) throws {
        let folder = try StationFolder()
        var status = sample()
        (status.call.state, status.call.peers) = (.active, ["nursery"])
        status.call.seconds = number
        status.microphone.levelDBFS = number
        status.microphone.snrDB = number
        for words in [["status"], ["stats"], ["doctor", "daemon", "peers", "audio"], ["metrics"]] {
            let daemon = try FakeDaemon(at: folder.socket, reply: .status(status))
            let outcome = try Intercomctl.run(["--config", folder.config] + words)
            #expect((0...4).contains(outcome.code), "\(words)")
            if words == ["status"] {
                #expect(outcome.code == 0 && outcome.output.contains("active nursery\n"))
            }
            daemon.stop()
        }
    }

    @Test func statusIsOneScreen() throws {
        let folder = try StationFolder()
        let daemon = try FakeDaemon(at: folder.socket, reply: .status(sample()))
        for arguments in [["status"], []] {
            let outcome = try Intercomctl.run(["--config", folder.config] + arguments)
            #expect(outcome.code == 0 && outcome.complaint.isEmpty)
            #expect(
                outcome.output == """
                    kitchen                             up 3d 4h   intercomd 0.3.1
                    audio   in  usb:0d8c:0014  48000/mono 480/960
                            out card:Device  absent
                            duplex half   profile voice
                    mic     closed
                    button  ptt GPIO17 -> house  released
                    channel house: frontdoor, nursery
                    PEER       STATE  HEARD  RTT  JITTER  LOSS  BUFFER  KEY
                    frontdoor  up     0.4s   1ms  0.6ms   0.0%  20ms    7f3a-91c2  talking, no psk
                    nursery    stale  14s    -    -       -     -       aa10-7c44  suite 2, no psk
                    not verified: frontdoor  (sudo intercomctl peer verify)
                    refused since the start: nursery 3  (intercomctl show peer NAME)

                    """)
        }
        withExtendedLifetime(daemon) {}
    }

    @Test func aPeerShowsHowOldItsKeysAreAndWhatWasRefused() throws {
        let folder = try StationFolder()
        var detail = PeerDetail()
        (detail.peer.name, detail.peer.state, detail.peer.isVerified) = ("nursery", .up, true)
        (detail.peer.sessionAgeSeconds, detail.peer.packetsOpened) = (48.2, 900)
        (detail.peer.packetsRefused, detail.packetsRepeated) = (5, 3)
        let daemon = try FakeDaemon(at: folder.socket, reply: .peer(detail))
        let shown = try folder.run("show", "peer", "nursery")
        #expect(shown.code == 0)
        #expect(
            shown.output.contains(
                """
                session keys: 48s old, renewed every two minutes
                packets: 900 opened, 2 forged or damaged, 3 repeated

                """), "\(shown)")
        withExtendedLifetime(daemon) {}
    }

    @Test func aDaemonThatIsBusyIsOne() throws {
        let folder = try StationFolder()
        let busy = Reply.refused(ControlError(.busy, "intercomd is busy"))
        let daemon = try FakeDaemon(at: folder.socket, reply: busy)
        let outcome = try folder.run("status")
        #expect(outcome.code == 1 && outcome.complaint == "intercomctl: intercomd is busy\n")
        withExtendedLifetime(daemon) {}
    }

    @Test func whatIsNotThereHasNoPlaceInALine() throws {
        let folder = try StationFolder()
        var status = sample()
        status.buttons[0].target = ""
        status.peers[1].state = .down
        let daemon = try FakeDaemon(at: folder.socket, reply: .status(status))
        let output = try folder.run("status").output
        #expect(output.contains("\nbutton  ptt GPIO17  released\n"), "\(output)")
        // The suite is of a session; one that is down has none.
        #expect(output.contains("aa10-7c44  no psk\n"), "\(output)")
        withExtendedLifetime(daemon) {}
    }

    @Test func problemsComeFirstAndEndWithFour() throws {
        let folder = try StationFolder()
        var status = sample()
        status.problems = [Fault("no_realtime", "no real-time priority", fix: "ulimit -r 70")]
        status.audio.input.xruns = 1
        let daemon = try FakeDaemon(at: folder.socket, reply: .status(status))
        let outcome = try folder.run("status")
        #expect(outcome.code == 4)
        #expect(
            outcome.output.split(separator: "\n")[1] == "! no real-time priority -> ulimit -r 70")
        #expect(outcome.output.contains(" 480/960 1 xrun\n"))
        let json = try folder.run("status", "--json")
        #expect(json.code == 4)
        let inner = String(decoding: Reply.status(status).encoded, as: UTF8.self)
        #expect(inner == "{\"v\":1,\"ok\":true,\"status\":\(json.output.dropLast())}\n")
        withExtendedLifetime(daemon) {}
    }

    @Test func whatADaemonSaysCannotMoveTheCursor() throws {
        let folder = try StationFolder()
        var status = sample()
        status.name = "a\u{1b}[2J"
        status.problems = [Fault("x", of: "b\u{9b}", "c\u{7}", fix: "\u{7}")]
        status.peers[0].name = "\u{202e}evil"
        status.buttons[0].fault = Fault("x", "\r")
        let daemon = try FakeDaemon(at: folder.socket, reply: .status(status))
        let output = try folder.run("status").output
        for bad in ["\u{1b}", "\u{9b}", "\u{7}", "\u{202e}", "\r"] {
            #expect(!output.unicodeScalars.contains(bad.unicodeScalars.first!))
        }
        withExtendedLifetime(daemon) {}
    }

    @Test func peersIsTheTableAlone() throws {
        let folder = try StationFolder()
        let daemon = try FakeDaemon(at: folder.socket, reply: .peers(PeerList(sample().peers)))
        let outcome = try folder.run("peers")
        #expect(outcome.code == 0)
        #expect(outcome.output.split(separator: "\n").count == 3)
        #expect(try folder.run("peers", "--json").output.hasPrefix("{\"schema\":1,\"peers\":[{"))
        withExtendedLifetime(daemon) {}
    }

    @Test func talkKeyAsksAndTellsWhoHears() throws {
        let folder = try StationFolder()
        let daemon = try FakeDaemon(at: folder.socket) { request in
            guard case .ptt(let isDown, let target) = request, target == "house" else {
                return [Reply.refused(ControlError(.unknownTarget, "no such target")).encoded]
            }
            var ptt = Reply.PTT()
            (ptt.target, ptt.isTalking, ptt.listeners) = (target, isDown, isDown ? ["garage"] : [])
            ptt.wasTalking = !isDown
            let garage = HeardBy("garage", percent: nil, reason: nil)
            ptt.heard = [garage, HeardBy("attic", percent: nil, reason: .down)]
            return [Reply.ptt(ptt).encoded]
        }
        #expect(
            try folder.run("ptt", "down", "house", "--no-wait").output
                == "talking to house: garage; not heard by attic (it is down)\n")
        #expect(try folder.run("ptt", "up", "house").output == "stopped talking to house\n")
        let wrong = try folder.run("ptt", "down", "hosue")
        #expect(wrong.code == 1 && wrong.complaint == "intercomctl: no such target\n")
        let json = try folder.run("ptt", "down", "hosue", "--json")
        #expect(
            json.output
                == "{\"schema\":1,\"error\":{\"code\":\"unknown_target\","
                + "\"message\":\"no such target\"}}\n"
        )
        withExtendedLifetime(daemon) {}
    }

    @Test func whatNobodyHearsEndsWithOneAndSaysWhy() throws {
        let folder = try StationFolder()
        let daemon = try FakeDaemon(at: folder.socket, hasMore: true) { request in
            guard case .ptt(_, let target) = request else {
                var attic = PeerStatus()
                attic.name = "attic"
                return [Reply.peers(PeerList([attic], callers: [])).encoded]
            }
            var ptt = Reply.PTT()
            (ptt.target, ptt.isTalking) = (target, true)
            ptt.heard = [HeardBy("attic", percent: nil, reason: .down)]
            if target == "void" { ptt.heard = [] }
            return [Reply.ptt(ptt).encoded]
        }
        let down = try folder.run("ptt", "down", "attic")
        #expect(down.code == 1)
        #expect(down.output == "talking to attic: nobody hears you: attic (it is down)\n")
        let json = try folder.run("ptt", "down", "attic", "--json")
        #expect(json.code == 1)
        #expect(json.output.contains(#""heard":[{"peer":"attic","percent":null,"reason":"down""#))
        let void = try folder.run("ptt", "down", "void")
        #expect(void.code == 1)
        #expect(
            void.output == "talking to void: nobody hears you: no peer listens; intercomctl peers"
                + " shows them, intercomctl pair adds one\n")
        withExtendedLifetime(daemon) {}
    }

    @Test(arguments: [ControlError.Code.tooLong, .busy, .unknownTarget, .failed])
    func theCodeOfARefusalIsPassedOn(_ code: ControlError.Code) throws {
        let folder = try StationFolder()
        let refused = Reply.refused(ControlError(code, "no"))
        let daemon = try FakeDaemon(at: folder.socket, reply: refused)
        let json = try folder.run("relay", "door", "--json")
        #expect(json.code == 1)
        #expect(
            json.output
                == "{\"schema\":1,\"error\":{\"code\":\"\(code.rawValue)\",\"message\":\"no\"}}\n")
        withExtendedLifetime(daemon) {}
    }

    @Test func monitorPrintsEventsUntilTheDaemonEnds() throws {
        let folder = try StationFolder()
        var talk = Event(.talk, at: 75_004_113)
        (talk.peer, talk.target, talk.levelDBFS) = ("frontdoor", "house", -18)
        var stuck = Event(.stuckKey, at: 86_399_999)
        (stuck.button, stuck.seconds) = ("ptt", 120)
        let lines = [Reply.monitor.encoded, talk.encoded + stuck.encoded]
        let daemon = try FakeDaemon(at: folder.socket) { _ in lines }
        let outcome = try Intercomctl.run(
            ["--config", folder.config, "monitor"], environment: ["TZ": "UTC"])
        #expect(outcome.code == 3)
        #expect(
            outcome.output == """
                20:50:04.113  talk          frontdoor -> house -18 dBFS
                23:59:59.999  stuck_key     button ptt 120.0 s

                """)
        // People read the time on the clock of their wall, programs that of the event.
        let local = try Intercomctl.run(
            ["--config", folder.config, "monitor"], environment: ["TZ": "XYZ-5:30"])
        #expect(local.output.hasPrefix("02:20:04.113  talk "))
        let json = try folder.run("monitor", "--json")
        let expected = String(decoding: talk.encoded + stuck.encoded, as: UTF8.self)
        #expect(json.output.hasPrefix(expected))
        withExtendedLifetime(daemon) {}
    }

    @Test func nonsenseFromADaemonIsOne() throws {
        let folder = try StationFolder()
        let endless = [UInt8](repeating: UInt8(ascii: "x"), count: ControlLimits.reply + 1)
        for bytes in [Array("hello\n".utf8), endless + [10], Reply.monitor.encoded] {
            let daemon = try FakeDaemon(at: folder.socket) { _ in [bytes] }
            let outcome = try folder.run("status")
            #expect(outcome.code == 1)
            #expect(outcome.complaint.hasPrefix("intercomctl: the daemon"))
            daemon.stop()
        }
    }

    @Test func versionTellsBoth() throws {
        let folder = try StationFolder()
        var version = Reply.Version()
        version.version = "9.9"
        let daemon = try FakeDaemon(at: folder.socket, reply: .version(version))
        #expect(try folder.run("version").output.hasSuffix("\nintercomd 9.9, running\n"))
        withExtendedLifetime(daemon) {}
    }
}
