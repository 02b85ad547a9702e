internal import Audio

// The sections that exist once. Each `read` takes what is there and leaves the defaults else.

extension Config.Station {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        if let name = reader.value("name", parseName) { self.name = name }
        reader.finish()
    }
}

extension Config.Network {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        portOrigin = reader.place(of: "port")
        if let port = reader.integer("port", in: 1...65535) { self.port = UInt16(port) }
        if let listen = reader.value("listen", Self.parseListen) {
            self.listen = listen == "*" ? nil : listen
        }
        if let dscp = reader.value("dscp", Self.parseDSCP) { self.dscp = dscp }
        reader.finish()
    }

    private static func parseListen(_ text: String) -> Parsed<String> {
        if text == "*" { return .value(text) }
        let isNumeric = text.utf8.allSatisfy {
            isHexDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":")
        }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        let dots = text.utf8.count { $0 == UInt8(ascii: ".") }
        guard isNumeric, colons >= 2 || (colons == 0 && dots == 3) else {
            return .wrong("\(quoted(text)) is not a numeric address without a port, nor *")
        }
        return .value(text)
    }

    /// Names of RFC 2474, 2597 and 3246, or a number.
    private static func parseDSCP(_ text: String) -> Parsed<UInt8> {
        let bytes = Array(text.utf8)
        if text == "ef" { return .value(46) }
        if bytes.count == 3, text.hasPrefix("cs"), (0x30...0x37).contains(bytes[2]) {
            return .value((bytes[2] - 0x30) * 8)
        }
        if bytes.count == 4, text.hasPrefix("af"), (0x31...0x34).contains(bytes[2]),
            (0x31...0x33).contains(bytes[3])
        {
            return .value((bytes[2] - 0x30) * 8 + (bytes[3] - 0x30) * 2)
        }
        if case .value(let number) = Quantity.integer(text), (0...63).contains(number) {
            return .value(UInt8(number))
        }
        return .wrong("\(quoted(text)) must be ef, af11 to af43, cs0 to cs7, or 0 to 63")
    }
}

extension Config.Audio {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        if let input = reader.value("input", DeviceName.parse) { self.input = input }
        if let output = reader.value("output", DeviceName.parse) { self.output = output }
        if let profile = reader.choice("profile", Profile.allCases.map { ($0.rawValue, $0) }) {
            self.profile = profile
        }
        let row = profile.settings
        let periodRange = Duration.microseconds(2_500)...Duration.milliseconds(20)
        let period = reader.unlessAuto("period") { $0.duration("period", in: periodRange) }
        self.period = period ?? PCM.duration(of: Int64(row.periodSamples))
        periods = reader.unlessAuto("periods") { $0.integer("periods", in: 2...8) } ?? row.periods
        bitrate = reader.unlessAuto("bitrate") { readBitrate(&$0) } ?? row.bitrate
        if let duplex = reader.choice(
            "duplex", [("half", Duplex.half), ("full", .full), ("auto", .auto)])
        {
            self.duplex = duplex
        }
        if let hold = reader.duration("rx-hold", in: .zero...Duration.seconds(2)) { rxHold = hold }
        if let echo = reader.choice("echo", [("off", Echo.off), ("on", .on), ("auto", .auto)]) {
            self.echo = echo
        }
        if let noise = reader.choice(
            "noise-suppression",
            [("off", NoiseSuppression.off), ("low", .low), ("high", .high)])
        {
            noiseSuppression = noise
        }
        if let isOn = reader.choice("gain-control", [("off", false), ("on", true)]) {
            controlsGain = isOn
        }
        if let jitter = reader.choice(
            "jitter", [("low", Jitter.low), ("normal", .normal), ("robust", .robust)])
        {
            self.jitter = jitter
        }
        let jitterRange = Duration.milliseconds(40)...Duration.milliseconds(240)
        if let longest = reader.duration("jitter-max", in: jitterRange) { jitterMax = longest }
        mixerOutput = reader.unlessAuto("mixer-output") { $0.value("mixer-output", Self.control) }
        mixerInput = reader.unlessAuto("mixer-input") { $0.value("mixer-input", Self.control) }
        if let volume = reader.value("volume", Self.volume) { self.volume = volume }
        if let volume = reader.value("mic-volume", Self.volume) { micVolume = volume }
        if let duck = reader.decibels("duck", in: -40...0) { self.duck = duck }
        reader.finish()
    }

    /// The name of a mixer's control: anything.
    private static func control(_ text: String) -> Parsed<String> {
        text.isEmpty ? .wrong("must be auto or a control's name, as amixer has it") : .value(text)
    }

    private static func volume(_ text: String) -> Parsed<Volume> {
        switch text {
        case "keep": return .value(.keep)
        case "mute": return .value(.mute)
        default: break
        }
        let digits = text.utf8.last == UInt8(ascii: "%") ? String(text.dropLast()) : text
        guard case .value(let percent) = Quantity.integer(digits), (0...100).contains(percent)
        else { return .wrong("\(quoted(text)) must be keep, mute, or 0% to 100%") }
        return .value(.percent(percent))
    }

    /// What fits a packet depends on how much sound is in it.
    private func readBitrate(_ reader: inout SectionReader) -> Int? {
        let range = profile.bitrates
        let bounds =
            "\(Quantity.text(bitrate: range.lowerBound)) to "
            + "\(Quantity.text(bitrate: range.upperBound)) with profile = \(profile.rawValue)"
        return reader.value("bitrate") { text in
            SectionReader.checked(Quantity.bitrate(text), in: range, text, bounds)
        }
    }
}

extension Config.Talk {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        let prerollRange = Duration.zero...Duration.milliseconds(200)
        if let preroll = reader.duration("preroll", in: prerollRange) { self.preroll = preroll }
        if let tail = reader.duration("tail", in: .zero...Duration.seconds(2)) { self.tail = tail }
        let talkRange = Duration.seconds(1)...Duration.seconds(3_600)
        if let longest = reader.duration("max-talk", in: talkRange) { maxTalk = longest }
        reader.finish()
    }
}

extension Config.Session {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        // Upper bounds are the protocol's own: this section can make keys die young, no more.
        let ages = Duration.seconds(1)...Config.Session().rekeyAfter
        if let age = reader.duration("rekey-after", in: ages) { rekeyAfter = age }
        let packets = 64...Config.Session().rekeyPackets
        if let count = reader.integer("rekey-packets", in: packets) { rekeyPackets = count }
        reader.finish()
    }
}

extension Paths {
    mutating func read(_ reader: inout SectionReader) {
        if let state = reader.value("state", { Self.parse($0, limit: 1024) }) {
            self.state = state
        }
        // A socket's address holds 107 bytes, of which 13 are "/control.sock".
        if let runtime = reader.value("runtime", { Self.parse($0, limit: 94) }) {
            self.runtime = runtime
        }
        reader.finish()
    }

    private static func parse(_ text: String, limit: Int) -> Parsed<String> {
        guard text.hasPrefix("/") else {
            return .wrong("\(quoted(text)) must be a whole path, from /")
        }
        let path = withoutTrailingSlash(text)
        guard path.utf8.count <= limit else {
            return .wrong("the path is longer than \(limit) bytes")
        }
        return .value(path)
    }
}

/// Reads a name, or says what one is.
func parseName(_ text: String) -> Parsed<String> {
    guard isName(text) else {
        return .wrong("\(quoted(text)) is not a name: 1 to 31 of a-z, 0-9 and -")
    }
    return .value(text)
}
