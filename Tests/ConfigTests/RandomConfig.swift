import Audio

/// Right configurations at random, each setting written in one of its forms or left out.
struct RandomConfig {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(state: seed) }

    private mutating func pick(_ items: [String]) -> String { items.randomElement(using: &random)! }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    /// `key = value` in two of three cases.
    private mutating func maybe(_ key: String, _ value: String) -> String {
        number(0...2) == 0 ? "" : "\(key) = \(value)\n"
    }

    /// A time between two numbers of microseconds, with a fraction or without.
    private mutating func time(_ range: ClosedRange<Int>) -> String {
        let microseconds = number(range)
        switch number(0...3) {
        case 0 where microseconds < 999_999_999: return "\(microseconds)us"
        case 1:
            let rest = microseconds == range.upperBound ? 0 : number(0...999)
            return fixed(microseconds * 1_000 + rest, places: 6) + "ms"
        default: return fixed(microseconds, places: 6) + "s"
        }
    }

    private func fixed(_ digits: Int, places: Int) -> String {
        var power = 1
        for _ in 0..<places { power *= 10 }
        let tail = "\(digits % power)"
        return "\(digits / power)." + String(repeating: "0", count: places - tail.utf8.count) + tail
    }

    private mutating func gain() -> String {
        let places = number(1...9)
        var power = 1
        for _ in 0..<places { power *= 10 }
        return number(0...1) == 0
            ? "-" + fixed(number(0...40 * power), places: places) + "dB"
            : pick(["", "+"]) + fixed(number(0...20 * power), places: places) + " dB"
    }

    mutating func text() -> String {
        var text = "[station]\nname = \(pick(["a", "kitchen", "0-9"]))\n[network]\n"
        text += maybe("port", "\(number(1...65535))")
        text += maybe("listen", pick(["*", "192.0.2.1", "::", "2001:DB8::1"]))
        text += maybe("dscp", pick(["ef", "cs0", "cs7", "af11", "af43", "\(number(0...63))"]))
        text += audio() + "[talk]\n"
        text += maybe("preroll", time(0...200_000)) + maybe("tail", time(0...2_000_000))
        text += maybe("max-talk", time(1_000_000...3_600_000_000))
        text += "[sounds]\n" + maybe("ring", pick(["chime", "/a b.wav"]))
        text += maybe("ring-volume", "\(number(0...100))%")
        text += maybe("permit", pick(["off", "tone"]))
        text += maybe("tones-volume", "\(number(0...100))")
        text += maybe("page-volume", "\(number(0...100))%")
        text += "[call]\n" + maybe("ring-time", time(1_000_000...30_000_000))
        text += "[policy]\n" + policy()
        text += "[session]\n" + maybe("rekey-after", time(1_000_000...120_000_000))
        text += maybe("rekey-packets", "\(number(64...1 << 20))")
        text += "[quiet]\n" + maybe("hours", pick(["none", "22:00-06:30", "6:05 - 7:00"]))
        text += maybe("ring", "\(number(0...100))")
        text += "[events]\n" + maybe("on-event", pick(["none", "/usr/bin/x y"]))
        text += "[paths]\n" + maybe("state", pick(["/s", "/var/lib/x y/", "/"]))
        text += maybe("runtime", pick(["/r", "/run/x///"]))
        let peers = (0..<number(0...4)).map { "peer\($0)" }
        let channels = (0..<number(1...4)).map { "house\($0)" }
        for channel in channels { text += section(channel: channel, peers: peers) }
        for index in 0..<number(0...4) { text += button(index, targets: channels + peers) }
        for index in 0..<number(0...4) { text += lamp(index) }
        for index in 0..<number(0...2) {
            text += "[relay r\(index)]\nline = relay\(index)\n"
            text += maybe("active", pick(["low", "high"]))
            text += maybe("pulse", time(100_000...30_000_000))
        }
        for (index, peer) in peers.enumerated() { text += section(peer: peer, index) }
        for peer in peers where number(0...1) == 0 {
            text += "[policy \(peer)]\n" + policy()
        }
        return text
    }

    private mutating func policy() -> String {
        var text = maybe("call", pick(["ring", "auto", "never"]))
        for key in ["announce", "drop-in", "monitor", "emergency", "relay", "signal"] {
            text += maybe(key, pick(["allow", "deny"]))
        }
        return text
    }

    private mutating func audio() -> String {
        let devices = [
            "auto", "default", "none", "card:Device", "usb:0D8c:0014", "usb:0d8c:0014:S N:1",
            "pcm:plug:x",
        ]
        let profile = pick(Profile.allCases.map { $0.rawValue })
        let bitrates = Profile(rawValue: profile)!.bitrates
        let bitrate = number(bitrates)
        return "[audio]\n" + maybe("input", pick(devices)) + maybe("output", pick(devices))
            + maybe("period", pick(["auto", time(2_500...20_000)]))
            + maybe("periods", pick(["auto", "\(number(2...8))"]))
            + "profile = \(profile)\n"
            + maybe("bitrate", pick(["auto", "\(bitrate / 1_000)k", "\(bitrate)"]))
            + maybe("duplex", pick(["auto", "half", "full"]))
            + maybe("rx-hold", time(0...2_000_000))
            + maybe("echo", pick(["off", "on", "auto"]))
            + maybe("noise-suppression", pick(["off", "low", "high"]))
            + maybe("gain-control", pick(["off", "on"]))
            + maybe("jitter", pick(["low", "normal", "robust"]))
            + maybe("jitter-max", time(40_000...240_000))
            + maybe("mixer-output", pick(["auto", "Speaker", "Line Out"]))
            + maybe("mixer-input", pick(["auto", "Mic"]))
            + maybe("volume", pick(["keep", "mute", "\(number(0...100))%", "\(number(0...100))"]))
            + maybe("mic-volume", pick(["keep", "mute", "\(number(0...100))%"]))
            + maybe("duck", pick(["-40dB", "-7.5dB", "0dB"]))
    }

    private mutating func section(channel: String, peers: [String]) -> String {
        let some = peers.filter { _ in Bool.random(using: &random) }
        return "[channel \(channel)]\n"
            + maybe("members", some.isEmpty ? "*" : some.joined(separator: " ,\t"))
            + maybe("listen", pick(["yes", "no"])) + maybe("gain", gain())
            + maybe("mute", pick(["yes", "no"]))
            + maybe("priority", pick(["normal", "high", "emergency"]))
    }

    private mutating func button(_ index: Int, targets: [String]) -> String {
        if number(0...4) == 0 {
            return "[button b\(index)]\nmode = vox\ntalk = \(pick(targets))\n"
                + maybe("vox-threshold", "\(number(3...40))dB")
                + maybe("vox-hang", time(100_000...5_000_000))
        }
        if number(0...3) == 0 {
            let key = pick(["KEY_F1", "KEY_KP5", "BTN_0", "700"])
            return "[button b\(index)]\nline = evdev:USB Pad \(index)/a/\(key)\n"
                + "press = \(deed(targets))\n"
                + maybe("hold", pick(["talk ", "call "]) + targets[0])
                + maybe("double", deed(targets))
                + maybe("debounce", time(0...200_000)) + maybe("mode", pick(["smart", "open"]))
        }
        let lines = ["GPIO1\(index)", "gpiochip0/\(index)", "a#\(index) b"]
        return "[button b\(index)]\nline = \(pick(lines))\ntalk = \(pick(targets))\n"
            + maybe("hold", deed(targets)) + maybe("bias", pick(["pull-up", "pull-down", "none"]))
            + maybe("active", pick(["low", "high"])) + maybe("debounce", time(0...200_000))
            + maybe("mode", pick(["momentary", "latch", "smart", "open"]))
    }

    private mutating func deed(_ targets: [String]) -> String {
        let name = pick(targets)
        return pick([
            "answer", "dnd", "hangup", "reject", "call \(name)", "page  \(name)", "mute mic",
            "volume +5", "volume -20",
        ])
    }

    private mutating func lamp(_ index: Int) -> String {
        let show = pick([
            "talking", "receiving", "listening", "ringing", "missed", "calling", "dnd", "fault",
            "unpaired",
        ])
        let line =
            number(0...2) == 0
            ? "line = led:in::\(index)\n"
            : "line = lamp\(index)\n" + maybe("active", pick(["low", "high"]))
        return "[lamp l\(index)]\n\(line)show = \(show)\n"
    }

    private mutating func section(peer: String, _ index: Int) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
        let body = String(repeating: String(letters[index]), count: 52)
        let address = pick([
            "", "a.local", "a-b:1, 192.0.2.17:65535", "[2001:db8::2]:7000, fe80::1%eth0",
        ])
        return "[peer \(peer)]\nkey = \(pick(["intercom1", "INTERCOM1"])):\(body):aaaa\n"
            + maybe("address", address) + maybe("suite", pick(["auto", "1", "2"]))
            + maybe("psk", pick(["", "none", "file:a.psk", "cred:a_b"]))
            + maybe("verified", pick(["", "0123 4567 8901 2345 6789 0123"])) + maybe("gain", gain())
            + maybe("mute", pick(["yes", "no"]))
            + maybe("priority", pick(["normal", "high", "emergency"]))
    }
}
