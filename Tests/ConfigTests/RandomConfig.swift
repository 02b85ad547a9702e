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
        text += "[session]\n" + maybe("rekey-after", time(1_000_000...120_000_000))
        text += maybe("rekey-packets", "\(number(64...1 << 20))")
        text += "[paths]\n" + maybe("state", pick(["/s", "/var/lib/x y/", "/"]))
        text += maybe("runtime", pick(["/r", "/run/x///"]))
        let peers = (0..<number(0...4)).map { "peer\($0)" }
        let channels = (0..<number(1...4)).map { "house\($0)" }
        for channel in channels { text += section(channel: channel, peers: peers) }
        for index in 0..<number(0...4) { text += button(index, targets: channels + peers) }
        for index in 0..<number(0...4) { text += lamp(index) }
        for (index, peer) in peers.enumerated() { text += section(peer: peer, index) }
        return text
    }

    private mutating func audio() -> String {
        let devices = [
            "default", "none", "card:Device", "usb:0D8c:0014", "usb:0d8c:0014:S N:1", "pcm:plug:x",
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
    }

    private mutating func section(channel: String, peers: [String]) -> String {
        let some = peers.filter { _ in Bool.random(using: &random) }
        return "[channel \(channel)]\n"
            + maybe("members", some.isEmpty ? "*" : some.joined(separator: " ,\t"))
            + maybe("listen", pick(["yes", "no"])) + maybe("gain", gain())
    }

    private mutating func button(_ index: Int, targets: [String]) -> String {
        if number(0...4) == 0 {
            return "[button b\(index)]\nmode = vox\ntalk = \(pick(targets))\n"
                + maybe("vox-threshold", "\(number(3...40))dB")
                + maybe("vox-hang", time(100_000...5_000_000))
        }
        let lines = ["GPIO1\(index)", "gpiochip0/\(index)", "a#\(index) b"]
        return "[button b\(index)]\nline = \(pick(lines))\ntalk = \(pick(targets))\n"
            + maybe("bias", pick(["pull-up", "pull-down", "none"]))
            + maybe("active", pick(["low", "high"])) + maybe("debounce", time(0...200_000))
            + maybe("mode", pick(["momentary", "latch", "smart", "open"]))
    }

    private mutating func lamp(_ index: Int) -> String {
        "[lamp l\(index)]\nline = lamp\(index)\n"
            + "show = \(pick(["talking", "receiving", "listening", "fault", "unpaired"]))\n"
            + maybe("active", pick(["low", "high"]))
    }

    private mutating func section(peer: String, _ index: Int) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
        let body = String(repeating: String(letters[index]), count: 52)
        let address = pick([
            "", "a.local", "a-b:1, 192.0.2.17:65535", "[2001:db8::2]:7000, fe80::1%eth0",
        ])
        return "[peer \(peer)]\nkey = \(pick(["intercom1", "INTERCOM1"])):\(body):aaaa\n"
            + maybe("address", address) + maybe("suite", pick(["auto", "1", "2"]))
            + maybe("psk", pick(["", "none", "file:a.psk", "cred:a_b"])) + maybe("gain", gain())
    }
}
