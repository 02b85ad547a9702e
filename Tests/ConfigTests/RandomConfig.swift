import Seeds

@testable import Config

/// Right configurations at random, in which each setting of the tables is there or not.
struct RandomConfig {
    private var random: SplitMix64
    private var peers: [String] = []
    private var channels: [String] = []

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private mutating func pick(_ items: [String]) -> String { items.randomElement(using: &random)! }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    mutating func text() -> String {
        peers = (0..<number(0...4)).map { "peer\($0)" }
        channels = (0..<number(1...4)).map { "house\($0)" }
        var text = ""
        for kind in Config.kinds {
            guard kind.isNamed else {
                text += "[\(kind.name)]\n" + settings(of: kind, 0)
                continue
            }
            let names = names(of: kind)
            for (index, name) in names.enumerated() {
                text += "[\(kind.name) \(name)]\n" + settings(of: kind, index)
            }
        }
        return text
    }

    private mutating func names(of kind: SectionKind) -> [String] {
        switch kind.name {
        case "peer": peers
        case "channel": channels
        case "policy": peers.filter { _ in Bool.random(using: &random) }
        case "record":
            Array((channels + ["calls"]).filter { _ in Bool.random(using: &random) }.prefix(4))
        default: (0..<number(0...min(4, kind.limit ?? 4))).map { "\(kind.name)\($0)" }
        }
    }

    /// The settings of one section: the required ones, and two of three others.
    private mutating func settings(of kind: SectionKind, _ index: Int) -> String {
        var fixed: [String: String] = [:]
        var left: Set<String> = []
        switch kind.name {
        case "button": (fixed, left) = button(index)
        case "lamp" where number(0...2) == 0:
            (fixed, left) = (["line": "led:in::\(index)"], ["active"])
        case "lamp", "relay": fixed = ["line": "\(kind.name)\(index)"]
        case "peer":
            let letter = String(Array("abcdefghijklmnopqrstuvwxyz234567")[index])
            let body = String(repeating: letter, count: 52)
            fixed = ["key": "\(pick(["intercom1", "INTERCOM1"])):\(body):aaaa"]
        default: break
        }
        var text = ""
        for setting in kind.settings where !left.contains(setting.name) {
            guard fixed[setting.name] != nil || setting.isRequired || number(0...2) > 0 else {
                continue
            }
            let name = "\(kind.name) \(setting.name)"
            let value = fixed[setting.name] ?? value(setting.allowed, name)
            text += "\(setting.name) = \(value)\n"
        }
        return text
    }

    /// The settings that a button must have and those it may not have: it has a line or a key of a
    /// keypad, or speech presses it.
    private mutating func button(_ index: Int) -> (fixed: [String: String], left: Set<String>) {
        let talk = pick(channels + peers + ["reply"])
        let touches: Set = ["press", "hold", "double"]
        let pin: Set = ["bias", "active"]
        let voice: Set = ["vox-threshold", "vox-hang"]
        let mode = pick(["momentary", "latch", "smart", "open"])
        switch number(0...3) {
        case 0:
            return (["mode": "vox", "talk": talk], pin.union(touches).union(["line", "debounce"]))
        case 1:
            let key = pick(["KEY_F1", "KEY_KP5", "BTN_0", "700"])
            let line = "evdev:USB Pad \(index)/a/\(key)"
            let hold = pick(["talk ", "call "]) + channels[0]
            return (
                ["line": line, "press": deed(), "hold": hold, "mode": mode],
                voice.union(pin).union(["talk"])
            )
        default:
            let line = pick(["GPIO1\(index)", "gpiochip0/\(index)", "a#\(index) b"])
            return (["line": line, "talk": talk, "mode": mode], voice)
        }
    }

    private mutating func deed() -> String {
        let name = pick(channels + peers)
        return pick([
            "answer", "dnd", "hangup", "reject", "call \(name)", "page  \(name)", "mute mic",
            "volume +5", "volume -20", "messages", "replay",
        ])
    }

    private mutating func value(_ allowed: Allowed, _ name: String) -> String {
        switch allowed {
        case .times(let range): time(range)
        case .integers(let range): "\(number(range))"
        case .percents(let range): "\(number(range))" + pick(["", "%"])
        case .gains(let range): decibels(range, plus: ["+", ""])
        case .levels(let range): decibels(range, plus: [""])
        case .words(let words): pick(words)
        case .forms: sample(of: name)
        }
    }
}

extension RandomConfig {
    /// A value of a setting that has a form of its own.
    private mutating func sample(of name: String) -> String {
        switch name {
        case "station name": pick(["a", "kitchen", "0-9"])
        case "network listen": pick(["*", "192.0.2.1", "::", "2001:DB8::1"])
        case "audio input", "audio output":
            pick([
                "auto", "default", "none", "card:Device", "usb:0D8c:0014", "usb:0d8c:0014:S N:1",
                "pcm:plug:x",
            ])
        case "audio mixer-output", "audio mixer-input": pick(["auto", "Speaker", "Line Out"])
        case "audio volume", "audio mic-volume":
            pick(["keep", "mute", "\(number(0...100))%", "\(number(0...100))"])
        case "sounds ring": pick(["chime", "/a b.wav"])
        case "sounds folder": pick(["/s", "/srv/a b//"])
        // Which relays there are is not known here.
        case "policy relay": "deny"
        case "site introductions": pick(["no", "ask", "from garage"])
        case "rendezvous broker", "home-assistant broker":
            pick(["none", "mqtts://a.example", "mqtt://192.0.2.1:1", "mqtts://[2001:db8::2]:8883"])
        case "rendezvous user", "home-assistant user": pick(["none", "house"])
        case "rendezvous password-file", "home-assistant password-file": pick(["none", "/etc/a b"])
        case "rendezvous ca", "home-assistant ca": pick(["system", "/etc/a.pem"])
        case "rendezvous stun": pick(["none", "a.example", "192.0.2.1:19302"])
        case "forward for": pick(["nobody", "barn, kitchen", "barn,garage , loft"])
        case "quiet hours": pick(["none", "22:00-06:30", "6:05 - 7:00"])
        case "events on-event": pick(["none", "/usr/bin/x y"])
        case "paths state": pick(["/s", "/var/lib/x y/", "/"])
        case "paths runtime": pick(["/r", "/run/x///"])
        case "button press", "button hold", "button double": deed()
        case "channel members":
            pick([
                peers.isEmpty ? "*" : peers.shuffled(using: &random).joined(separator: " ,\t"), "*",
            ])
        case "peer address":
            pick([
                "", "a.local", "a-b:1, 192.0.2.17:65535", "[2001:db8::2]:7000, fe80::1%eth0",
            ])
        case "record to": pick([recordingKey.uppercased(), recordingKey])
        case "peer psk": pick(["", "none", "file:a.psk", "cred:a_b"])
        case "peer verified": pick(["", "0123 4567 8901 2345 6789 0123"])
        default: preconditionFailure("[\(name)] needs a sample here")
        }
    }

    /// A time in one of its units, with a fraction or without.
    private mutating func time(_ range: ClosedRange<Duration>) -> String {
        let least = microseconds(range.lowerBound)
        let most = microseconds(range.upperBound)
        let microseconds = number(least...most)
        switch number(0...3) {
        case 0 where microseconds < 999_999_999: return "\(microseconds)us"
        case 1:
            let rest = microseconds == most ? 0 : number(0...999)
            return fixed(microseconds * 1_000 + rest, places: 6) + "ms"
        default: return fixed(microseconds, places: 6) + "s"
        }
    }

    private func microseconds(_ time: Duration) -> Int {
        Int(time.components.seconds) * 1_000_000
            + Int(time.components.attoseconds / 1_000_000_000_000)
    }

    /// A number of decibels with up to nine places, as many as are read.
    private mutating func decibels(_ range: ClosedRange<Double>, plus: [String]) -> String {
        let places = number(1...9)
        var power = 1
        for _ in 0..<places { power *= 10 }
        let digits = number(Int(range.lowerBound) * power...Int(range.upperBound) * power)
        let sign = digits < 0 ? "-" : pick(plus)
        return sign + fixed(abs(digits), places: places) + pick(["dB", " dB"])
    }

    private func fixed(_ digits: Int, places: Int) -> String {
        var power = 1
        for _ in 0..<places { power *= 10 }
        let tail = "\(digits % power)"
        return "\(digits / power)." + String(repeating: "0", count: places - tail.utf8.count) + tail
    }
}
