import Audio
import Testing

@testable import Config

/// The configuration in the text of a main file and, if given, of peer files.
func parse(
    _ main: String, peers: String? = nil, learned: String? = nil
) throws(ConfigError) -> Config {
    var sources = [ConfigSource(role: .main, path: "a.conf", bytes: Array(main.utf8))]
    if let peers {
        sources.append(ConfigSource(role: .peers, path: "p.conf", bytes: Array(peers.utf8)))
    }
    if let learned {
        sources.append(ConfigSource(role: .learned, path: "l.conf", bytes: Array(learned.utf8)))
    }
    return try Config(sources, paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
}

/// The mistakes in it, one line each.
func complaints(_ main: String, peers: String? = nil, learned: String? = nil) -> [String] {
    do throws(ConfigError) {
        _ = try parse(main, peers: peers, learned: learned)
        return []
    } catch {
        return error.mistakes.map { $0.description }
            + (error.omitted > 0 ? ["and \(error.omitted) more"] : [])
    }
}

let keyA = "intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp"
let keyB = "intercom1:b6vgqtwsrbt3s72kniw64xpyz2lu45vxaghd6ivbythsm6cxb4qa:4ozb"

/// A key of recordings, which this module does not check.
let recordingKey = "intercomrec1:" + String(repeating: "a", count: 1_946) + ":aaaa"

@Suite struct ConfigReaderTests {
    @Test func everyKeyIsRead() throws {
        let config = try parse(
            """
            \u{FEFF}[station]\r
            name = kitchen # ours\r
            [network]
            listen = 2001:db8::1
            discovery = no
            [audio]
            input = usb:0D8C:0014:SN1
            output = pcm:plug:dmix
            period = 2.5ms
            duplex = full
            rx-hold = 0
            echo = auto
            noise-suppression = high
            gain-control = on
            [talk]
            tail = 0.2s
            [session]
            rekey-after = 5s
            [paths]
            state = /tmp/s/
            [button ptt]
            line = gpiochip0/17
            bias = none
            active = high
            debounce = 0
            mode = smart
            talk = house
            [button side]
            line = GPIO18
            talk = garage
            [channel house]
            members = garage, attic
            listen = no
            gain = -3.5dB
            [lamp mic]
            line = GPIO23
            active = low
            show = receiving
            """,
            peers: """
                [peer garage]
                address = garage.local:6001, 192.0.2.17, [2001:db8::2]:7000, fe80::1%eth0
                key = \(keyA.uppercased())
                psk = file:garage.psk
                suite = 2
                gain = +3dB
                """,
            learned: "[peer attic]\naddress =\nkey = \(keyB)\npsk = cred:attic\nsuite = auto\n")
        #expect(config.network.listen == "2001:db8::1")
        #expect(!config.network.discovery)
        #expect(config.audio.input == .usb(vendor: 0x0d8c, product: 0x14, serial: "SN1"))
        #expect(config.audio.input.description == "usb:0d8c:0014:SN1")
        #expect(config.audio.output == .pcm("plug:dmix"))
        #expect(config.audio.periodSamples == 120)
        #expect(config.audio.duplex == .full)
        #expect(config.audio.rxHold == .zero)
        #expect(config.audio.echo == .auto && config.audio.noiseSuppression == .high)
        #expect(config.audio.gainControl)
        #expect(config.talk.tail == .milliseconds(200))
        #expect(config.session.rekeyAfter == .seconds(5))
        #expect(config.paths.state == "/tmp/s")
        let ptt = config.buttons[0]
        #expect(ptt.line == "gpiochip0/17" && ptt.bias == .none && !ptt.isActiveLow)
        #expect(ptt.mode == .smart && ptt.debounce == .zero && ptt.talk == .channel("house"))
        #expect(config.buttons[1].talk == .peer("garage"))
        let house = config.channels[0]
        #expect(house.members == .named(["garage", "attic"]) && !house.listen)
        #expect(house.gain == -3.5)
        #expect(config.lamps[0].show == .receiving && config.lamps[0].isActiveLow)
        let garage = config.peers[0]
        #expect(
            garage.addresses.map { $0.description } == [
                "garage.local:6001", "192.0.2.17:5577", "[2001:db8::2]:7000", "[fe80::1%eth0]:5577",
            ])
        #expect(garage.key == keyA)
        #expect(garage.keyOrigin == Origin(file: "p.conf", line: 3))
        #expect(garage.psk == .file("garage.psk") && garage.suite == 2 && garage.gain == 3)
        let attic = config.peers[1]
        #expect(attic.addresses.isEmpty && attic.psk == .credential("attic") && attic.suite == nil)
        #expect(attic.isLearned && !garage.isLearned)
        #expect(config.listeners(of: .channel("house")) == [0, 1])
        #expect(config.listeners(of: .peer("attic")) == [1])
        #expect(config.warnings.count == 1)
    }

    @Test func aPeerOfTheMainFilesWinsOverALearnedOne() throws {
        let config = try parse(
            "[station]\nname = a\n[channel all]\n", peers: "[peer b]\nkey = \(keyA)\n",
            learned: "[peer b]\nkey = \(keyB)\n")
        #expect(config.peers.map { $0.key } == [keyA])
        #expect(
            config.warnings.map { $0.description } == [
                "l.conf:1: [peer b] is ignored: it is already at p.conf:1"
            ])
        #expect(config.listeners(of: .channel("all")) == [0])
    }

    @Test func pathsAreFoundInAFileWithMistakes() {
        let source = ConfigSource(
            role: .main, path: "a", bytes: Array("[wrong]\n[paths]\nstate = /s\n=\n".utf8))
        let paths = Config.paths(
            in: source, otherwise: Paths(stateDirectory: "/x:/y", runtimeDirectory: "/r"))
        #expect(paths.state == "/s")
        #expect(paths.runtime == "/r")
    }

    @Test func mistakesComeByFileAndLineAndNoMoreThanTwenty() {
        let text = "[button p]\nline = GPIO1\ntalk = nobody\n[network]\nprot = 1\n"
        #expect(
            complaints(text + "[station]\nname = A\n", peers: "[peer x]\n") == [
                "a.conf:3: talk: there is no channel or peer \"nobody\"",
                "a.conf:5: \"prot\" is not a setting of [network]; did you mean \"port\"?",
                "a.conf:7: name: \"A\" is not a name: 1 to 31 of a-z, 0-9 and -, no - first;"
                    + " try \"a\"",
                "p.conf:1: [peer x] needs key = intercom1:... (intercomctl key show)",
            ])
        let wrong = (0..<30).map { "wrong\($0) = 1\n" }.joined()
        let found = complaints("[station]\nname = a\n" + wrong)
        #expect(found.count == 21)
        #expect(found.first == "a.conf:3: \"wrong0\" is not a setting of [station]")
        #expect(found.last == "and 10 more")
    }

    @Test func limitsHold() {
        let station = "[station]\nname = a\n"
        let channels = (0..<17).map { "[channel c\($0)]\n" }.joined()
        #expect(complaints(station + channels) == ["a.conf:19: more than 16 channels"])
        let lamps = (0..<9).map { "[lamp l\($0)]\nline = GPIO\($0)\nshow = fault\n" }.joined()
        #expect(complaints(station + lamps) == ["a.conf:27: more than 8 lamps"])
        let buttons = (0..<9).map { "[button b\($0)]\nline = GPIO\($0)\ntalk = c\n" }.joined()
        #expect(
            complaints(station + "[channel c]\n" + buttons) == ["a.conf:28: more than 8 buttons"])
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
        let peers = (0..<32).map { index in
            let body = String(repeating: String(letters[index]), count: 52)
            return "[peer p\(index)]\nkey = intercom1:\(body):aaaa\n"
        }
        #expect(complaints(station, peers: peers.joined()) == ["p.conf:63: more than 31 peers"])
        #expect(complaints(station, peers: peers.dropLast().joined()).isEmpty)
    }
}

@Suite struct ReservedNameTests {
    @Test(arguments: ["mic", "speaker", "reply"])
    func noPeerHasANameThatMeansSomethingElse(name: String) throws {
        let meaning = try #require(ReservedName.meaning(of: name))
        let peer = "[peer \(name)]\nkey = \(keyA)\n"
        let error = #expect(throws: ConfigError.self) {
            try parse("[station]\nname = a\n", learned: peer)
        }
        #expect(
            error?.description == "l.conf:1: [peer \(name)]: \(name) means \(meaning); rename it")
        let config = try parse("[station]\nname = a\n", learned: "[peer x\(name)]\nkey = \(keyA)\n")
        #expect(config.peers.count == 1)
        #expect(ReservedName.meaning(of: "x\(name)") == nil)
    }
}

@Suite struct QuietTests {
    @Test func hoursMayGoOverMidnightAndEndBeforeTheirLastMinute() throws {
        let night = try #require(
            try parse("[station]\nname = a\n[quiet]\nhours = 22:00 - 6:30\n").quiet.hours)
        for minute in [22 * 60, 24 * 60 - 1, 0, 6 * 60 + 29] {
            #expect(night.contains(minute: minute))
        }
        for minute in [22 * 60 - 1, 6 * 60 + 30, 12 * 60] {
            #expect(!night.contains(minute: minute))
        }
        let noon = Config.Hours(start: 720, end: 780)
        #expect(noon.contains(minute: 720) && !noon.contains(minute: 780))
        #expect(!noon.contains(minute: 0))
    }
}

@Suite struct OriginTests {
    @Test func aNameOfAFileBeginsNoLineOfItsOwn() {
        let origin = Origin(file: "/p/\u{1b}[2J\nok: 1 file.conf", line: 3)
        #expect(origin.description == "/p/?[2J?ok: 1 file.conf:3")
    }
}
