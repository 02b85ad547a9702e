import Report
import Testing

private func sample() -> Status {
    var status = Status()
    status.name = "kitchen"
    status.audio.input.state = .open
    (status.audio.input.period, status.audio.input.buffer) = (480, 960)
    var button = Status.Button()
    (button.name, button.line, button.state, button.target) = ("ptt", "GPIO17", .released, "house")
    status.buttons = [button]
    var stale = PeerStatus()
    (stale.name, stale.state, stale.heardAgeSeconds) = ("nursery", .stale, 14)
    (stale.fingerprint, stale.suite, stale.isVerified) = ("aa10-7c44", 2, true)
    status.peers = [stale]
    return status
}

@Suite struct DaemonTests {
    private let folder: StationFolder

    init() throws { folder = try StationFolder() }

    /// A daemon that was taken over can send any number, everywhere.
    @Test(arguments: [1e300, -1e308, 1e15, -1e15])
    func numbersOfAnySizeTrapNowhere(number: Double) throws {
        var status = sample()
        (status.call.state, status.call.peers) = (.active, ["nursery"])
        status.call.seconds = number
        status.microphone.levelDBFS = number
        status.microphone.snrDB = number
        for words in [["status"], ["stats", "nursery"], ["doctor", "daemon", "peers"]] {
            try folder.answer(.status(status))
            let outcome = try folder.run(words)
            #expect((0...4).contains(outcome.code), "\(words)")
            if words == ["status"] {
                #expect(outcome.code == 0 && outcome.output.contains("active nursery\n"))
            }
        }
    }

    @Test func aPeerShowsHowOldItsKeysAreAndWhatWasRefused() throws {
        var detail = PeerDetail()
        (detail.peer.name, detail.peer.state, detail.peer.isVerified) = ("nursery", .up, true)
        (detail.peer.sessionAgeSeconds, detail.peer.packetsOpened) = (48.2, 900)
        (detail.peer.packetsRefused, detail.packetsRepeated) = (5, 3)
        try folder.answer(.peer(detail))
        let shown = try folder.run("peer", "show", "nursery")
        #expect(shown.code == 0)
        #expect(
            shown.output.contains(
                """
                session keys: 48s old, renewed every two minutes
                packets: 900 opened, 2 forged or damaged, 3 repeated

                """), "\(shown)")
    }

    @Test func aMessageToSeveralPeersIsOneLineWithTheStateAtEach() throws {
        var list = MessageList()
        for (number, peer, state) in [
            (1, "garage", "heard"), (1, "attic", "waiting"), (1, "cellar", "heard"),
            (4, "attic", "delivered"),
        ] {
            var message = MessageList.Message()
            (message.number, message.peer, message.state, message.bytes) = (number, peer, state, 70)
            if state == "waiting" { message.reason = "it has no room" }
            list.messages.append(message)
        }
        try folder.answer(.messages(list))
        let lines = try folder.does("message", "list").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].contains("to 3 peers") && lines[1].contains(" 210 "))
        #expect(lines[1].hasSuffix("heard: garage, cellar; waiting: attic: it has no room"))
        #expect(lines[2].contains("to attic") && lines[2].hasSuffix("delivered"))
    }

    @Test func whatIsNotThereHasNoPlaceInALine() throws {
        var status = sample()
        try folder.answer(.status(status))
        #expect(try folder.run("status").output.contains("aa10-7c44  suite 2, no psk\n"))
        status.buttons[0].target = ""
        status.peers[0].state = .down
        try folder.answer(.status(status))
        let output = try folder.run("status").output
        #expect(output.contains("\nbutton  ptt GPIO17  released\n"), "\(output)")
        // The suite is of a session; one that is down has none.
        #expect(output.contains("aa10-7c44  no psk\n"), "\(output)")
    }

    @Test func anOpenMicrophoneThatIsMutedIsShownSo() throws {
        var status = sample()
        (status.microphone.isOpen, status.microphone.targets) = (true, ["nursery"])
        status.microphone.levelDBFS = -96
        for (isMuted, words) in [(false, ""), (true, "  muted")] {
            status.state.isMicrophoneMuted = isMuted
            try folder.answer(.status(status))
            let output = try folder.run("status").output
            #expect(output.contains("\nmic     OPEN to nursery\(words)  -96 dBFS"), "\(output)")
        }
    }

    @Test func problemsComeFirstAndEndWithFour() throws {
        var status = sample()
        status.problems = [Fault("no_realtime", "no real-time priority", fix: "ulimit -r 70")]
        status.audio.input.xruns = 1
        try folder.answer(.status(status))
        let outcome = try folder.run("status")
        #expect(outcome.code == 4)
        #expect(
            outcome.output.split(separator: "\n")[1] == "! no real-time priority -> ulimit -r 70")
        #expect(outcome.output.contains(" 480/960 1 xrun\n"))
        let json = try folder.run("status", "--json")
        #expect(json.code == 4)
        let inner = String(decoding: Reply.status(status).encoded, as: UTF8.self)
        #expect(inner == "{\"v\":1,\"ok\":true,\"status\":\(json.output.dropLast())}\n")
    }

    @Test func whatADaemonSaysCannotMoveTheCursor() throws {
        var status = sample()
        status.name = "a\u{1b}[2J"
        status.problems = [Fault("x", of: "b\u{9b}", "c\u{7}", fix: "\u{7}")]
        status.peers[0].name = "\u{202e}evil"
        status.buttons[0].fault = Fault("x", "\r")
        try folder.answer(.status(status))
        let output = try folder.run("status").output
        for bad in ["\u{1b}", "\u{9b}", "\u{7}", "\u{202e}", "\r"] {
            #expect(!output.unicodeScalars.contains(bad.unicodeScalars.first!))
        }
    }

    @Test(arguments: [ControlError.Code.tooLong, .busy, .unknownTarget, .failed])
    func theCodeOfARefusalIsPassedOn(_ code: ControlError.Code) throws {
        let refused = Reply.refused(ControlError(code, "no"))
        try folder.answer(refused)
        let json = try folder.run("relay", "door", "--json")
        #expect(json.code == 1)
        #expect(
            json.output
                == "{\"schema\":1,\"error\":{\"code\":\"\(code.rawValue)\",\"message\":\"no\"}}\n")
    }

    @Test func monitorPrintsEventsUntilTheDaemonEnds() throws {
        var talk = Event(.talk, at: 75_004_113)
        (talk.peer, talk.target, talk.levelDBFS) = ("frontdoor", "house", -18)
        var stuck = Event(.stuckKey, at: 86_399_999)
        (stuck.button, stuck.seconds) = ("ptt", 120)
        var over = Event(.recording, at: 86_399_999)
        (over.peer, over.target, over.outcome) = ("barn", "house", "stopped")
        let lines = [Reply.watchEvents.encoded, talk.encoded + stuck.encoded + over.encoded]
        try folder.answer { _ in lines }
        let outcome = try Intercomctl.run(
            ["--config", folder.config, "monitor"], environment: ["TZ": "UTC"])
        #expect(outcome.code == 3)
        #expect(
            outcome.output == """
                20:50:04.113  talk          frontdoor -> house -18 dBFS
                23:59:59.999  stuck_key     button ptt 120.0 s
                23:59:59.999  recording     barn -> house stopped

                """)
        // People read the time on the clock of their wall, programs that of the event.
        let local = try Intercomctl.run(
            ["--config", folder.config, "monitor"], environment: ["TZ": "XYZ-5:30"])
        #expect(local.output.hasPrefix("02:20:04.113  talk "))
        let json = try folder.run("monitor", "--json")
        let expected = String(decoding: talk.encoded + stuck.encoded, as: UTF8.self)
        #expect(json.output.hasPrefix(expected))
    }

    @Test func nonsenseFromADaemonIsOne() throws {
        let endless = [UInt8](repeating: UInt8(ascii: "x"), count: ControlLimits.reply + 1)
        for bytes in [Array("hello\n".utf8), endless + [10], Reply.watchEvents.encoded] {
            try folder.answer { _ in [bytes] }
            let outcome = try folder.run("status")
            #expect(outcome.code == 1)
            #expect(outcome.complaint.hasPrefix("intercomctl: the daemon"))
        }
    }

    @Test func versionTellsBoth() throws {
        var version = Reply.Version()
        version.version = "9.9"
        try folder.answer(.version(version))
        #expect(try folder.run("version").output.hasSuffix("\nintercomd 9.9, running\n"))
    }
}
