import Testing

@testable import Config

private let plainOnly = "only plain ASCII text is allowed outside comments"

/// One wrong file: its text after the section of the station, and the one complaint.
struct WrongCase: CustomTestStringConvertible, Sendable {
    let text: String
    let complaint: String
    var peers: String?

    init(_ text: String, _ complaint: String, peers: String? = nil) {
        self.text = text
        self.complaint = complaint
        self.peers = peers
    }

    var testDescription: String { complaint }
}

private let notKey =
    "key: not a public key, which is intercom1:, 52 characters, : and 4 more"
    + " (intercomctl key show, on the other station)"
private let hint = "card numbers change at boot; use card:Device (intercomctl audio list)"
private let forms = "must be auto, card:ID, usb:VENDOR:PRODUCT, pcm:NAME, default or none"

// Every message, with its place. Line 3 is the first one after the two of the station.
private let wrongCases: [WrongCase] = [
    // Grammar.
    WrongCase("nonsense", "3: \"nonsense\" is neither [section] nor setting = value"),
    WrongCase("= 3", "3: \"\" is no setting: letters, digits and -"),
    WrongCase("na me = 3", "3: \"na me\" is no setting: letters, digits and -"),
    WrongCase("[audio", "3: a section is written [section] or [section name]"),
    WrongCase("[]", "3: a section is written [section] or [section name]"),
    WrongCase("[button a b]", "3: a section is written [section] or [section name]"),
    WrongCase("[audio] x\ninput = none", "3: a section is written [section] or [section name]"),
    WrongCase("[audio]\ninput = a\0b", "4: the character U+0000 in column 10: \(plainOnly)"),
    WrongCase(
        "[audio]\r\ninput = k\u{a0}che\r",
        "4: the character U+00A0 in column 10, a no-break space: \(plainOnly)"),
    WrongCase(
        "[audio]\ninput = \u{201c}x\u{201d} # \u{fc}",
        "4: the character U+201C in column 9, a quotation mark, which no value needs:"
            + " \(plainOnly)"),
    WrongCase(
        "[audio]\ninput \u{2013} x",
        "4: the character U+2013 in column 7, a dash that is no \"-\": \(plainOnly)"),
    WrongCase("[audio]\ninput = \u{1f514}", "4: the character U+1F514 in column 9: \(plainOnly)"),
    WrongCase(
        "[audio]\ninput = pcm:" + String(repeating: "x", count: 5000),
        "4: the line is longer than 4096 bytes"),
    // Sections and keys.
    WrongCase("[audoi]", "3: [audoi] is not a section; did you mean \"audio\"?"),
    WrongCase("[zzz]", "3: [zzz] is not a section"),
    WrongCase("[relay]\nline = GPIO4", "3: [relay] needs a name: [relay NAME]"),
    WrongCase("[relay door]", "3: [relay door] needs line = GPIO24"),
    WrongCase(
        "[relay door]\nline = led:mic",
        "4: line: \"led:mic\" is a lamp: only [lamp NAME] takes it"),
    WrongCase(
        "[relay door]\nline = GPIO4\npulse = 31s",
        "5: pulse: \"31s\" is out of range; must be 100ms to 30s"),
    WrongCase(
        "[relay door]\nline = GPIO4\n[lamp l]\nline = GPIO4\nshow = fault",
        "4: line: GPIO4 is already the line of [lamp l] at a.conf:6"),
    WrongCase(
        "[policy]\nrelay = dor\n[relay door]\nline = GPIO4",
        "4: relay: there is no [relay dor] here; did you mean \"door\"?"),
    WrongCase(
        "[policy]\nrelay = allow",
        "4: relay: allow names no relay; write the peer's relays: relay = door"),
    WrongCase(
        "[policy]\nrelay = door, deny\n[relay door]\nline = GPIO4",
        "4: relay: deny means no relay and must be the only item"),
    WrongCase("[levels]", "3: [levels] is not in this version"),
    WrongCase(
        "[policy]\ncall = sometimes", "4: call: \"sometimes\" must be ring, auto or never"),
    WrongCase(
        "[policy]\ndrop-in = yes", "4: drop-in: \"yes\" must be allow or deny"),
    WrongCase(
        "[call]\nring-time = 31s",
        "4: ring-time: \"31s\" is out of range; must be 1s to 30s"),
    WrongCase(
        "[channel c]\ncall-mode = all", "4: call-mode: \"all\" must be hunt or join"),
    WrongCase(
        "[quiet]\nhours = 22:00",
        "4: hours: \"22:00\" must be two times of day, such as 22:00-06:30, or none"),
    WrongCase("[quiet]\nhours = 7:00-07:00", "4: hours: \"7:00-07:00\" has the same time twice"),
    WrongCase(
        "[events]\non-event = x.sh",
        "4: on-event: \"x.sh\" must be a program's whole path, or none"),
    WrongCase("[record]", "3: [record] is not in this version"),
    WrongCase("[station]", "3: [station] is already at a.conf:1"),
    WrongCase("[audio loud]", "3: [audio] takes no name"),
    WrongCase("[button]", "3: [button] needs a name: [button NAME]"),
    WrongCase("[channel A]", "3: \"A\" is not a name: 1 to 31 of a-z, 0-9 and -, no - first"),
    WrongCase("[channel c]\n[channel c]", "4: [channel c] is already at a.conf:3"),
    WrongCase(
        "[network]\nprot = 1", "4: \"prot\" is not a setting of [network]; did you mean \"port\"?"),
    WrongCase("[network]\nport = 1\nport = 2", "5: port is already set at line 4"),
    WrongCase("[network]\nport =", "4: port has no value"),
    WrongCase(
        "",
        "p.conf:1: [audio] belongs in intercomd.conf; this file may have only [peer NAME] "
            + "and [policy NAME]",
        peers: "[audio]\n"),
    WrongCase(
        "",
        "p.conf:1: [policy] belongs in intercomd.conf; this file may have only [peer NAME] "
            + "and [policy NAME]",
        peers: "[policy]\n"),
    WrongCase("", "p.conf:1: \"key\" stands before the first [section]", peers: "key = 1\n"),
    // Network.
    WrongCase("[network]\nport = 0", "4: port: \"0\" is out of range; must be 1 to 65535"),
    WrongCase("[network]\nport = high", "4: port: \"high\" is not a whole number"),
    WrongCase(
        "[network]\nlisten = kitchen",
        "4: listen: \"kitchen\" must be a numeric address without a port, or *"),
    WrongCase(
        "[network]\nlisten = 192.0.2.1:55",
        "4: listen: \"192.0.2.1:55\" must be a numeric address without a port, or *"),
    WrongCase(
        "[network]\nlisten = *, 192.0.2.1",
        "4: listen: \"*, 192.0.2.1\" must be a numeric address without a port, or *"),
    WrongCase(
        "[network]\ndscp = voice",
        "4: dscp: \"voice\" must be ef, af11 to af43, cs0 to cs7, or 0 to 63"),
    // Audio.
    WrongCase("[audio]\ninput = hw:1", "4: input: \"hw:1\" is refused: \(hint)"),
    WrongCase("[audio]\noutput = plughw:0,0", "4: output: \"plughw:0,0\" is refused: \(hint)"),
    WrongCase("[audio]\ninput = pcm:hw:1", "4: input: \"pcm:hw:1\" is refused: \(hint)"),
    WrongCase("[audio]\ninput = card:1", "4: input: \"card:1\" is refused: \(hint)"),
    WrongCase("[audio]\ninput = Device", "4: input: \"Device\" is not a device; \(forms)"),
    WrongCase(
        "[audio]\ninput = card:a,b",
        "4: input: \"card:a,b\" is not a card id: 1 to 15 letters, digits, - and _"),
    WrongCase(
        "[audio]\ninput = usb:d8c:14",
        "4: input: \"usb:d8c:14\" is not usb:VENDOR:PRODUCT, each of 4 hexadecimal digits"),
    WrongCase("[audio]\nperiod = 10", "4: period: \"10\" needs a unit: us, ms, s, m or h"),
    WrongCase(
        "[audio]\nperiod = 10 parsecs",
        "4: period: \"10 parsecs\" has an unknown unit; must be us, ms, s, m or h"),
    WrongCase(
        "[audio]\nperiod = 1ms", "4: period: \"1ms\" is out of range; must be 2.5ms to 20ms"),
    WrongCase("[audio]\nperiods = 1", "4: periods: \"1\" is out of range; must be 2 to 8"),
    WrongCase(
        "[audio]\nprofile = vioce",
        "4: profile: \"vioce\" must be voice, studio, lowpower or ultra; did you mean \"voice\"?"),
    WrongCase(
        "[audio]\nbitrate = 8k",
        "4: bitrate: \"8k\" is out of range; must be 16k to 256k with profile = voice"),
    WrongCase(
        "[audio]\nbitrate = 161k\nprofile = lowpower",
        "4: bitrate: \"161k\" is out of range; must be 16k to 160k with profile = lowpower"),
    WrongCase(
        "[audio]\nprofile = ultra\nbitrate = 32k",
        "5: bitrate: \"32k\" is out of range; must be 48k to 256k with profile = ultra"),
    WrongCase(
        "[audio]\nperiod = auto\nperiod = auto", "5: period is already set at line 4"),
    WrongCase("[audio]\nbitrate = 32kb", "4: bitrate: \"32kb\" has an unknown unit; must be k"),
    WrongCase("[audio]\nbitrate = fast", "4: bitrate: \"fast\" is not a bit rate such as 32k"),
    WrongCase(
        "[audio]\nduplex = ful",
        "4: duplex: \"ful\" must be half, full or auto; did you mean \"full\"?"),
    WrongCase(
        "[audio]\nvolume = 101%", "4: volume: \"101%\" must be keep, mute, or 0% to 100%"),
    WrongCase(
        "[audio]\nmic-volume = loud",
        "4: mic-volume: \"loud\" must be keep, mute, or 0% to 100%"),
    WrongCase(
        "[audio]\njitter-max = 1s", "4: jitter-max: \"1s\" is out of range; must be 40ms to 240ms"),
    // Talk, session, paths.
    WrongCase(
        "[talk]\npreroll = 300ms", "4: preroll: \"300ms\" is out of range; must be 0 to 200ms"),
    WrongCase("[talk]\ntail = soon", "4: tail: \"soon\" is not a time such as 150ms, 3s or 2m"),
    WrongCase(
        "[talk]\nmax-talk = 999999999h",
        "4: max-talk: \"999999999h\" is too long a time"),
    WrongCase(
        "[sounds]\nring = bell.wav",
        "4: ring: \"bell.wav\" must be chime, or the whole path of a WAV file"),
    WrongCase(
        "[sounds]\nlanguage = english",
        "4: language: \"english\" must be en, de, fr, es, it, nl, pl or pt"),
    WrongCase(
        "[sounds]\nfolder = sounds", "4: folder: \"sounds\" must be a whole path, from /"),
    WrongCase(
        "[pairing]\nbutton = on", "4: button: \"on\" must be no or yes; did you mean \"yes\"?"),
    WrongCase(
        "[pairing]\nbutton = FALSE",
        "4: button: \"FALSE\" must be no or yes; did you mean \"no\"?"),
    WrongCase(
        "[sounds]\nring-volume = 101%", "4: ring-volume: \"101%\" must be 0% to 100%"),
    WrongCase(
        "[session]\nrekey-after = 3m",
        "4: rekey-after: \"3m\" is out of range; must be 1s to 2m"),
    WrongCase(
        "[session]\nrekey-packets = 2000000",
        "4: rekey-packets: \"2000000\" is out of range; must be 64 to 1048576"),
    WrongCase("[paths]\nstate = here", "4: state: \"here\" must be a whole path, from /"),
    WrongCase(
        "[paths]\nruntime = /" + String(repeating: "r", count: 94),
        "4: runtime: the path is longer than 94 bytes"),
    // Buttons and lamps.
    WrongCase("[channel c]\n[button p]\ntalk = c", "4: [button p] needs line = GPIO17"),
    WrongCase(
        "[button p]\nline = GPIO17",
        "3: [button p] needs talk = a channel or a peer, or press, hold or double"),
    WrongCase(
        "[button p]\nline = GPIO17\npress = cal a",
        "5: press: \"cal\" is not an action of a button; must be talk, call, page, answer, reject,"
            + " hangup, reply, signal, relay, mute, volume or dnd; did you mean \"call\"?"),
    WrongCase(
        "[button p]\nline = GPIO17\nhold = answer now", "5: hold: answer takes nothing after it"),
    WrongCase(
        "[button p]\nline = GPIO17\nhold = call", "5: hold: write call NAME, of a channel or a peer"
    ),
    WrongCase(
        "[button p]\nline = GPIO17\ndouble = volume 5",
        "5: double: volume: \"5\" must be +1 to +100 or -1 to -100"),
    WrongCase(
        "[button p]\nline = GPIO17\npress = relay a@b@c",
        "5: press: relay: \"a@b@c\" is neither NAME nor NAME@PEER"),
    WrongCase(
        "[button p]\nline = GPIO17\npress = relay dor\n[relay door]\nline = GPIO4",
        "5: press: there is no relay \"dor\"; did you mean \"door\"?"),
    WrongCase(
        "[button p]\nline = GPIO17\npress = relay door@gargae",
        "5: press: there is no peer \"gargae\"; did you mean \"garage\"?",
        peers: "[peer garage]\nkey = \(keyA)\n"),
    WrongCase(
        "[button p]\nline = GPIO17\npress = mute speeker",
        "5: press: there is no channel \"speeker\"; did you mean \"speaker\"?"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO17\ntalk = c\nhold = talk c",
        "7: hold: the button already talks, at line 6"),
    WrongCase(
        "[button p]\nline = GPIO17\nhold = talk cellar",
        "5: hold: there is no channel or peer \"cellar\""),
    WrongCase(
        "[channel reply]", "3: [channel reply]: reply means the peer heard last; rename it"),
    WrongCase(
        "[channel mic]",
        "3: [channel mic]: mic means this station's own microphone; rename it"),
    WrongCase(
        "[channel c]\n[button p]\nmode = vox\ntalk = c\npress = dnd",
        "7: press: has no use with mode = vox"),
    WrongCase(
        "[button p]\nline = GPIO17\ntalk = cellar",
        "5: talk: there is no channel or peer \"cellar\""),
    WrongCase(
        "[channel house]\n[button p]\nline = GPIO17\ntalk = huose",
        "6: talk: there is no channel or peer \"huose\"; did you mean \"house\"?"),
    WrongCase(
        "[channel c]\n[button p]\nline = evdev:kbd/F1\ntalk = c",
        "5: line: \"F1\" is not a key's name, nor 1 to 767 (intercomctl keys list);"
            + " did you mean \"KEY_F1\"?"),
    WrongCase(
        "[channel c]\n[button p]\nline = evdev:KEY_F1\ntalk = c",
        "5: line: write evdev:DEVICE/KEY (intercomctl keys list)"),
    WrongCase(
        "[channel c]\n[button p]\nline = evdev:kbd/KEY_F1\nbias = none\ntalk = c",
        "6: bias: has no use with an evdev key"),
    WrongCase(
        "[channel c]\n[button p]\nline = evdev:kbd/KEY_F1\ntalk = c\n[button q]\n"
            + "line = evdev:kbd/59\ntalk = c",
        "8: line: evdev:kbd/KEY_F1 is already the line of [button p] at a.conf:5"),
    WrongCase(
        "[channel c]\n[button p]\nline = 17\ntalk = c",
        "5: line: \"17\" is a bare number, which differs by kernel; did you mean \"GPIO17\"?"),
    WrongCase(
        "[channel c]\n[button p]\nline = /dev/gpiochip0/17\ntalk = c",
        "5: line: \"/dev/gpiochip0/17\" must be a line's name such as GPIO17, or gpiochip0/17"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c\nmode = vox",
        "5: line: has no use with mode = vox"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c\nvox-hang = 1s",
        "7: vox-hang: belongs to mode = vox"),
    WrongCase(
        "[channel c]\n[button p]\ntalk = c\nmode = vox\nvox-threshold = 2dB",
        "7: vox-threshold: \"2dB\" is out of range; must be 3dB to 40dB"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c\nhold = call x",
        "7: hold: there is no channel or peer \"x\""),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c\nbias = pullup",
        "7: bias: \"pullup\" must be pull-up, pull-down or none; did you mean \"pull-up\"?"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c\nactive = on",
        "7: active: \"on\" must be low or high"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c\n[lamp l]\nline = GPIO1\nshow = fault",
        "8: line: GPIO1 is already the line of [button p] at a.conf:5"),
    WrongCase(
        "[lamp l]\nline = evdev:kbd/KEY_A\nshow = fault",
        "4: line: \"evdev:kbd/KEY_A\" is a key of a keypad: write a GPIO line"),
    WrongCase(
        "[lamp l]\nline = led:../x\nshow = fault",
        "4: line: \"../x\" is not the name of an LED (ls /sys/class/leds)"),
    WrongCase(
        "[lamp l]\nline = led:mic\nactive = low\nshow = fault",
        "5: active: has no use with an LED of the kernel's"),
    WrongCase(
        "[lamp k]\nline = led:mic\nshow = fault\n[lamp l]\nline = led:mic\nshow = talking",
        "7: line: led:mic is already the line of [lamp k] at a.conf:4"),
    WrongCase(
        "[lamp l]\nline = GPIO1",
        "3: [lamp l] needs show = talking, receiving, listening, ringing, missed, calling, dnd,"
            + " fault or unpaired"),
    // Channels.
    WrongCase(
        "[channel c]\nmembers = gargae",
        "4: members: there is no [peer gargae]; did you mean \"garage\"?",
        peers: "[peer garage]\nkey = \(keyA)\n"),
    WrongCase(
        "[channel c]\nmembers = *, x", "4: members: * means every peer and must be the only item"),
    WrongCase("[channel c]\nlisten = maybe", "4: listen: \"maybe\" must be yes or no"),
    WrongCase("[channel c]\ngain = 3", "4: gain: \"3\" needs the unit dB"),
    WrongCase("[channel c]\ngain = loud", "4: gain: \"loud\" is not a gain such as -6dB"),
    WrongCase(
        "[channel c]\ngain = +21dB", "4: gain: \"+21dB\" is out of range; must be -40dB to +20dB"),
    WrongCase(
        "[channel c]\npriority = urgent",
        "4: priority: \"urgent\" must be normal, high or emergency"),
    WrongCase(
        "[audio]\nduck = +3dB", "4: duck: \"+3dB\" is out of range; must be -40dB to 0dB"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c",
        "3: [channel c] has the name of the peer at p.conf:1; rename one",
        peers: "[peer c]\nkey = \(keyA)\n"),
    // Peers.
    WrongCase("[peer p]", "3: [peer p] needs key = intercom1:... (intercomctl key show)"),
    WrongCase("[peer p]\nkey = secret", "4: \(notKey)"),
    WrongCase("[peer p]\nkey =", "4: \(notKey)"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\n[peer q]\nkey = \(keyA)",
        "6: key: it is already the key of [peer p]"
    ),
    WrongCase(
        "[peer p]\nkey = \(keyA)\npsk = 00112233",
        "5: psk: must be file:NAME or cred:NAME; the key itself never stands here"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\npsk = file:../identity",
        "5: psk: file:NAME takes a bare file name, not a path"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\nsuite = 3", "5: suite: \"3\" must be auto, 1 or 2"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\naddress = a b",
        "5: address: \"a b\" is not a host name or address"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\naddress = host:0",
        "5: address: the port of \"host:0\" must be 1 to 65535"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\naddress = [::1", "5: address: \"[::1\" has no closing ]"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\naddress = [::1]5",
        "5: address: \"[::1]5\" is not [ADDRESS]:PORT"),
    WrongCase(
        "[peer p]\nkey = \(keyA)\naddress = [host]",
        "5: address: \"[host]\" has no IPv6 address in its brackets"),
]

@Suite struct MistakeTests {
    @Test(arguments: wrongCases) func isReportedOnceWithItsPlace(_ wrong: WrongCase) {
        let found = complaints("[station]\nname = kitchen\n" + wrong.text, peers: wrong.peers)
        let expected =
            wrong.complaint.hasPrefix("p.conf") ? wrong.complaint : "a.conf:" + wrong.complaint
        #expect(found == [expected])
    }

    @Test func aMissingNameIsTheFirstThingToMend() {
        #expect(complaints("") == ["a.conf:1: [station] name is missing; add: name = kitchen"])
        #expect(
            complaints("# empty\n[station]\n") == [
                "a.conf:2: [station] name is missing; add: name = kitchen"
            ])
        #expect(complaints("[station]\nname =\n") == ["a.conf:2: name has no value"])
    }

    @Test func whatIsShownOfAFileCannotMoveACursor() {
        #expect(quoted("a\u{1b}[2Jb\u{9b}") == "\"a?[2Jb??\"")
        #expect(quoted(String(repeating: "x", count: 99)).utf8.count == 65)
    }

    @Test func aSecretInTheWrongPlaceIsNotRepeated() {
        let secret = String(repeating: "5a", count: 32)
        let found = complaints("[station]\nname = a\n[peer p]\nkey = \(secret)\npsk = \(secret)\n")
        #expect(found.count == 2)
        #expect(!found.joined().contains("5a5a"))
    }
}

@Suite struct NearestTests {
    @Test(arguments: [
        ("prot", "port"), ("Port", "port"), ("listne", "listen"), ("jitermax", "jitter-max"),
        ("stat", "state"), ("bitrat", "bitrate"),
    ])
    func aSlipFindsItsWord(_ written: String, _ meant: String) {
        let words = ["port", "listen", "jitter-max", "state", "bitrate", "dscp"]
        #expect(nearestWord(to: written, among: words) == meant)
    }

    @Test(arguments: ["", "x", "zebra", String(repeating: "port", count: 100)])
    func whatResemblesNothingIsNotGuessed(_ written: String) {
        #expect(nearestWord(to: written, among: ["port", "listen", "dscp"]) == nil)
        #expect(nearestWord(to: written, among: []) == nil)
    }

    @Test func distanceCountsSwapsOnce() {
        let cases = [
            ("", "", 0), ("a", "", 1), ("", "abc", 3), ("port", "prot", 1),
            ("kitten", "sitting", 3),
            ("abc", "ca", 3),
        ]
        for (left, right, distance) in cases {
            #expect(editDistance(Array(left.utf8), Array(right.utf8)) == distance)
            #expect(editDistance(Array(right.utf8), Array(left.utf8)) == distance)
        }
    }
}

/// A setting that is gone starts the station, and says where it stands and what happened.
@Suite struct GoneSettingTests {
    @Test func whatIsGoneIsAWarningWithItsPlace() throws {
        let config = try parse("[station]\nname = a\n[pairing]\npress-to-meet = yes\nreset = yes\n")
        #expect(
            config.warnings.map(\.description) == [
                "a.conf:4: press-to-meet is gone, and has no effect: buttons pair by six digits"
                    + " only, as nothing else proves the other station"
            ])
        #expect(config.pairing.reset)
        #expect(!config.effective.contains("press-to-meet"))
    }

    @Test func elsewhereItIsAMistakeAsEver() {
        let found = complaints("[station]\nname = a\npress-to-meet = yes\n")
        #expect(found.count == 1 && found[0].hasPrefix("a.conf:3: \"press-to-meet\" is not a"))
    }

    /// No setting is there and gone.
    @Test func noneIsThere() {
        for gone in GoneSetting.all {
            let kind = Config.kinds.first { $0.name == gone.section }
            #expect(kind?.settings.contains { $0.name == gone.name } != true)
        }
    }
}
