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

// Every kind of message, with its place. Line 3 is the first one after the two of the station.
private let otherWrongCases = [
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
    WrongCase(
        "[paths]\nruntime = /" + String(repeating: "r", count: 94),
        "4: runtime: the path is longer than 94 bytes"),
    WrongCase(
        "[button p]\nline = GPIO17\npress = relay door@gargae",
        "5: press: there is no peer \"gargae\"; did you mean \"garage\"?",
        peers: "[peer garage]\nkey = \(keyA)\n"),
    WrongCase(
        "[channel house]\n[button p]\nline = GPIO17\npress = message huose",
        "6: press: there is no channel or peer \"huose\"; did you mean \"house\"?",
        peers: "[peer garage]\nkey = \(keyA)\n"),
    WrongCase(
        "[button p]\nline = GPIO17\npress = message garage\ndouble = dnd",
        "5: press: a message is spoken while the button is down: hold and double must be on"
            + " another button",
        peers: "[peer garage]\nkey = \(keyA)\n"),
    WrongCase(
        "[button p]\nline = GPIO17\ntalk = garage\nhold = message garage",
        "6: hold: a message is spoken while the button is down: talk must be on another button",
        peers: "[peer garage]\nkey = \(keyA)\n"),
    WrongCase(
        "[channel c]\nmembers = gargae",
        "4: members: there is no [peer gargae]; did you mean \"garage\"?",
        peers: "[peer garage]\nkey = \(keyA)\n"),
    WrongCase(
        "[channel c]\n[button p]\nline = GPIO1\ntalk = c",
        "3: [channel c] has the name of the peer at p.conf:1; rename one",
        peers: "[peer c]\nkey = \(keyA)\n"),
]

// The wrong text, with bars between its lines, => and the complaint.
private let wrongLines = """
    nonsense => 3: "nonsense" is neither [section] nor setting = value
    = 3 => 3: "" is no setting: letters, digits and -
    na me = 3 => 3: "na me" is no setting: letters, digits and -
    [audio => 3: a section is written [section] or [section name]
    [] => 3: a section is written [section] or [section name]
    [audio] x | input = none => 3: a section is written [section] or [section name]
    [audoi] => 3: [audoi] is not a section; did you mean "audio"?
    [relay door] => 3: [relay door] needs line = GPIO24
    [relay door] | line = led:mic => 4: line: "led:mic" is a lamp: only [lamp NAME] takes it
    [relay door] | line = GPIO4 | [lamp l] | line = GPIO4 | show = fault => \
    4: line: GPIO4 is already the line of [lamp l] at a.conf:6
    [policy] | relay = dor | [relay door] | line = GPIO4 => \
    4: relay: there is no [relay dor] here; did you mean "door"?
    [policy] | relay = allow => \
    4: relay: allow names no relay; write the peer's relays: relay = door
    [policy] | relay = Allow => \
    4: relay: allow names no relay; write the peer's relays: relay = door
    [policy] | relay = door, deny | [relay door] | line = GPIO4 => \
    4: relay: deny means no relay and must be the only item
    [levels] => 3: [levels] is not a section
    [quiet] | hours = 22:00 => \
    4: hours: "22:00" must be two times of day, such as 22:00-06:30, or none
    [quiet] | hours = 7:00-07:00 => 4: hours: "7:00-07:00" has the same time twice
    [events] | on-event = x.sh => 4: on-event: "x.sh" must be a program's whole path, or none
    [station] => 3: [station] is already at a.conf:1
    [audio loud] => 3: [audio] takes no name
    [channel A] => 3: "A" is not a name: 1 to 31 of a-z, 0-9 and -, no - first; try "a"
    [peer Reply] => 3: "Reply" is not a name: 1 to 31 of a-z, 0-9 and -, no - first
    [channel c] | members = 10.0.0.7 => \
    4: members: "10.0.0.7" is not a name: 1 to 31 of a-z, 0-9 and -, no - first
    [channel c] | members = intercom1:b => \
    4: members: "intercom1:b" is not a name: 1 to 31 of a-z, 0-9 and -, no - first
    [channel c] | [channel c] => 4: [channel c] is already at a.conf:3
    [network] | prot = 1 => 4: "prot" is not a setting of [network]; did you mean "port"?
    [network] | port = 1 | port = 2 => 5: port is already set at line 4
    [network] | port = => 4: port has no value
    [network] | port = 0 => 4: port: "0" is out of range; must be 1 to 65535
    [network] | port = high => 4: port: "high" is not a whole number
    [network] | listen = kitchen => \
    4: listen: "kitchen" must be a numeric address without a port, or *
    [network] | listen = 192.0.2.1:55 => \
    4: listen: "192.0.2.1:55" must be a numeric address without a port, or *
    [network] | listen = *, 192.0.2.1 => \
    4: listen: "*, 192.0.2.1" must be a numeric address without a port, or *
    [audio] | input = hw:1 => 4: input: "hw:1" is refused: \(hint)
    [audio] | input = pcm:hw:1 => 4: input: "pcm:hw:1" is refused: \(hint)
    [audio] | input = card:1 => 4: input: "card:1" is refused: \(hint)
    [audio] | input = Device => 4: input: "Device" is not a device; \(forms)
    [audio] | input = card:a,b => \
    4: input: "card:a,b" is not a card id: 1 to 15 letters, digits, - and _
    [audio] | input = usb:d8c:14 => \
    4: input: "usb:d8c:14" is not usb:VENDOR:PRODUCT, each of 4 hexadecimal digits
    [audio] | period = 10 => 4: period: "10" needs a unit: us, ms, s, m or h
    [audio] | period = 10 parsecs => \
    4: period: "10 parsecs" has an unknown unit; must be us, ms, s, m or h
    [audio] | period = 1ms => 4: period: "1ms" is out of range; must be 2.5ms to 20ms
    [audio] | profile = vioce => \
    4: profile: "vioce" must be voice, studio, lowpower or ultra; did you mean "voice"?
    [audio] | period = auto | period = auto => 5: period is already set at line 4
    [audio] | volume = 101% => 4: volume: "101%" must be keep, mute, or 0% to 100%
    [talk] | tail = soon => 4: tail: "soon" is not a time such as 150ms, 3s or 2m
    [talk] | max-talk = 999999999h => 4: max-talk: "999999999h" is too long a time
    [sounds] | ring = bell.wav => 4: ring: "bell.wav" must be chime, or the whole path of a WAV file
    [pairing] | button = on => 4: button: "on" must be no or yes; did you mean "yes"?
    [pairing] | button = FALSE => 4: button: "FALSE" must be no or yes; did you mean "no"?
    [channel c] | [button p] | talk = c => 4: [button p] needs line = GPIO17
    [button p] | line = GPIO17 => \
    3: [button p] needs talk = a channel or a peer, or press, hold or double
    [button p] | line = GPIO17 | press = cal a => \
    5: press: "cal" is not an action of a button; must be talk, call, page, answer, reject, \
    hangup, reply, signal, relay, mute, volume, message, messages, replay or dnd; did you \
    mean "call"?
    [button p] | line = GPIO17 | hold = answer now => 5: hold: answer takes nothing after it
    [button p] | line = GPIO17 | hold = call => 5: hold: write call NAME, of a channel or a peer
    [button p] | line = GPIO17 | double = volume 5 => \
    5: double: volume: "5" must be +1 to +100 or -1 to -100
    [button p] | line = GPIO17 | press = relay a@b@c => \
    5: press: relay: "a@b@c" is neither NAME nor NAME@PEER
    [button p] | line = GPIO17 | press = relay dor | [relay door] | line = GPIO4 => \
    5: press: there is no relay "dor"; did you mean "door"?
    [button p] | line = GPIO17 | press = mute speeker => \
    5: press: there is no channel "speeker"; did you mean "speaker"?
    [channel c] | [button p] | line = GPIO17 | talk = c | hold = talk c => \
    7: hold: the button already talks, at line 6
    [button p] | line = GPIO17 | hold = talk cellar => 5: hold: there is no channel or peer "cellar"
    [channel mic] => 3: [channel mic]: mic means this station's own microphone; rename it
    [channel c] | [button p] | mode = vox | talk = c | press = dnd => \
    7: press: has no use with mode = vox
    [channel c] | [button p] | line = evdev:kbd/F1 | talk = c => \
    5: line: "F1" is not a key's name, nor 1 to 767 (intercomctl keys list); did you mean "KEY_F1"?
    [channel c] | [button p] | line = evdev:KEY_F1 | talk = c => \
    5: line: write evdev:DEVICE/KEY (intercomctl keys list)
    [channel c] | [button p] | line = evdev:kbd/KEY_F1 | bias = none | talk = c => \
    6: bias: has no use with an evdev key
    [channel c] | [button p] | line = evdev:kbd/KEY_F1 | talk = c | [button q] | line = \
    evdev:kbd/59 | talk = c => 8: line: evdev:kbd/KEY_F1 is already the line of [button p] at \
    a.conf:5
    [channel c] | [button p] | line = 17 | talk = c => \
    5: line: "17" is a bare number, which differs by kernel; did you mean "GPIO17"?
    [channel c] | [button p] | line = /dev/gpiochip0/17 | talk = c => \
    5: line: "/dev/gpiochip0/17" must be a line's name such as GPIO17, or gpiochip0/17
    [channel c] | [button p] | line = GPIO1 | talk = c | mode = vox => \
    5: line: has no use with mode = vox
    [channel c] | [button p] | line = GPIO1 | talk = c | vox-hang = 1s => \
    7: vox-hang: belongs to mode = vox
    [channel c] | [button p] | line = GPIO1 | talk = c | [lamp l] | line = GPIO1 | show = fault => \
    8: line: GPIO1 is already the line of [button p] at a.conf:5
    [lamp l] | line = evdev:kbd/KEY_A | show = fault => \
    4: line: "evdev:kbd/KEY_A" is a key of a keypad: write a GPIO line
    [lamp l] | line = led:../x | show = fault => \
    4: line: "../x" is not the name of an LED (ls /sys/class/leds)
    [lamp l] | line = led:mic | active = low | show = fault => \
    5: active: has no use with an LED of the kernel's
    [lamp k] | line = led:mic | show = fault | [lamp l] | line = led:mic | show = talking => \
    7: line: led:mic is already the line of [lamp k] at a.conf:4
    [channel c] | members = *, x => 4: members: * means every peer and must be the only item
    [channel c] | gain = 3 => 4: gain: "3" needs the unit dB
    [channel c] | gain = loud => 4: gain: "loud" is not a gain such as -6dB
    [channel c] | gain = +21dB => 4: gain: "+21dB" is out of range; must be -40dB to +20dB
    [peer p] => 3: [peer p] needs key = intercom1:... (intercomctl key show)
    [peer p] | key = secret => 4: \(notKey)
    [peer p] | key = => 4: \(notKey)
    [peer p] | key = \(keyA) | [peer q] | key = \(keyA) => 6: key: it is already the key of [peer p]
    [peer p] | key = \(keyA) | psk = 00112233 => \
    5: psk: must be file:NAME or cred:NAME; the key itself never stands here
    [peer p] | key = \(keyA) | psk = file:../identity => \
    5: psk: file:NAME takes a bare file name, not a path
    [peer p] | key = \(keyA) | address = a b => 5: address: "a b" is not a host name or address
    [peer p] | key = \(keyA) | address = host:0 => \
    5: address: the port of "host:0" must be 1 to 65535
    """

private let wrongCases =
    otherWrongCases
    + wrongLines.split(separator: "\n").map { row in
        let parts = row.split(separator: " => ", maxSplits: 1)
        return WrongCase(String(parts[0]).replacing(" | ", with: "\n"), String(parts[1]))
    }

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
        ("prot", "port"), ("Port", "port"), ("listne", "listen"), ("maxtlak", "max-talk"),
        ("stat", "state"), ("duraton", "duration"),
    ])
    func aSlipFindsItsWord(_ written: String, _ meant: String) {
        let words = ["port", "listen", "max-talk", "state", "duration"]
        #expect(nearestWord(to: written, among: words) == meant)
    }

    @Test(arguments: ["", "x", "zebra", String(repeating: "port", count: 100)])
    func whatResemblesNothingIsNotGuessed(_ written: String) {
        #expect(nearestWord(to: written, among: ["port", "listen"]) == nil)
        #expect(nearestWord(to: written, among: []) == nil)
    }

    @Test func distanceCountsSwapsOnce() {
        let cases = [
            ("", "", 0), ("a", "", 1), ("", "abc", 3), ("port", "prot", 1),
            ("kitten", "sitting", 3), ("abc", "ca", 3),
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
