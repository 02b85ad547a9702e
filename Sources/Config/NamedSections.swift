// The sections that exist once a name. Each `init` reads one; what it cannot check alone, that
// names exist and are unique, `ConfigReader` does when all are there.

extension Config.Button {
    init(_ reader: inout SectionReader) {
        name = reader.section.name
        origin = reader.origin
        lineOrigin = reader.origin
        talkOrigin = reader.origin
        if let mode = reader.choice(
            "mode",
            [
                ("momentary", Mode.momentary), ("latch", .latch), ("smart", .smart),
                ("open", .open), ("vox", .vox),
            ])
        {
            self.mode = mode
        }
        if isVoiceOperated { readVox(&reader) } else { readContact(&reader) }
        readTalk(&reader)
        if isVoiceOperated {
            reader.refuse(Config.Touch.allCases.map { $0.word }, "has no use with mode = vox")
        } else {
            for touch in Config.Touch.allCases { readDeed(touch, &reader) }
        }
        if !talks, talkOrigin == origin, acts.isEmpty, actOrigins.isEmpty {
            reader.failMissing(
                origin,
                "[button \(name)] needs talk = a channel or a peer, or press, hold or double")
        }
        reader.finish()
    }

    private mutating func readTalk(_ reader: inout SectionReader) {
        guard let entry = reader.entryOrEmpty("talk") else { return }
        // As the effective settings have it for a key that does something else.
        let isElsewhere = Config.Touch.allCases.contains { touch in
            reader.section.entries.contains { $0.key == touch.word && !$0.value.isEmpty }
        }
        if entry.value.isEmpty, isElsewhere { return }
        talkOrigin = entry.origin
        switch parseName(entry.value) {
        case .value(Deed.reply): isReply = true
        // Peer or channel: known when all files are read.
        case .value(let target): talk = .channel(target)
        case .wrong(let what, _): reader.fail(entry.origin, "talk: \(what)")
        }
    }

    private mutating func readDeed(_ touch: Config.Touch, _ reader: inout SectionReader) {
        guard let entry = reader.entryOrEmpty(touch.word), !entry.value.isEmpty else { return }
        actOrigins[touch] = entry.origin
        switch Deed.parse(entry.value) {
        case .value(.act(let act)): acts[touch] = act
        case .value(.talk(let target)):
            guard talkOrigin == origin else {
                let first = "at line \(talkOrigin.line)"
                return reader.fail(entry.origin, "\(touch.word): it talks already, \(first)")
            }
            talkOrigin = entry.origin
            talkTouch = touch
            isReply = target == Deed.reply
            talk = isReply ? nil : .channel(target)
        case .wrong(let what, let suggestion):
            reader.fail(entry.origin, "\(touch.word): \(what)", suggestion)
        }
    }

    /// What only a key has that a finger presses.
    private mutating func readContact(_ reader: inout SectionReader) {
        let place = reader.line(for: .button, hint: "line = GPIO17", at: &lineOrigin)
        line = place?.text ?? ""
        if case .key(let device, let code) = place {
            self.device = device
            keyCode = code
            // It has been through the keypad's own, or the kernel's.
            debounce = .zero
            reader.refuse(["bias", "active"], "has no use with an evdev key")
        } else {
            readPin(&reader)
        }
        let debounceRange = Duration.zero...Duration.milliseconds(200)
        if let time = reader.duration("debounce", in: debounceRange) { debounce = time }
        reader.refuse(["vox-threshold", "vox-hang"], "belongs to mode = vox")
    }

    private mutating func readPin(_ reader: inout SectionReader) {
        if let bias = reader.choice(
            "bias", [("pull-up", Bias.pullUp), ("pull-down", .pullDown), ("none", .none)])
        {
            self.bias = bias
        }
        if let active = readActive(from: &reader) { self.active = active }
    }

    /// What only a key has that speech presses.
    private mutating func readVox(_ reader: inout SectionReader) {
        let threshold = reader.value("vox-threshold") { text in
            SectionReader.checked(Quantity.decibels(text), in: 3...40, text, "3dB to 40dB")
        }
        if let threshold { voxThreshold = threshold }
        let hangRange = Duration.milliseconds(100)...Duration.seconds(5)
        if let hang = reader.duration("vox-hang", in: hangRange) { voxHang = hang }
        reader.refuse(["line", "bias", "active", "debounce"], "has no use with mode = vox")
    }
}

extension Config.Channel {
    init(_ reader: inout SectionReader) {
        name = reader.section.name
        origin = reader.origin
        membersOrigin = reader.origin
        let parseMember = { (text: String) in text == "*" ? .value(text) : parseName(text) }
        if let names = reader.list("members", limit: Limits.peers, parseMember) {
            if names.count > 1, names.contains("*") {
                reader.fail(
                    reader.place(of: "members"), "members: * means every peer and stands alone")
            }
            membersOrigin = reader.place(of: "members")
            members = names.contains("*") ? .all : .named(names)
        }
        if let listen = reader.choice("listen", [("yes", true), ("no", false)]) {
            self.listen = listen
        }
        if let gain = reader.decibels("gain") { self.gain = gain }
        if let mute = readMute(from: &reader) { isMuted = mute }
        if let priority = readPriority(from: &reader) { self.priority = priority }
        if let mode = reader.choice(
            "call-mode", CallMode.allCases.map { ($0.rawValue, $0) })
        {
            callMode = mode
        }
        reader.finish()
    }
}

extension Config.Lamp {
    init(_ reader: inout SectionReader) {
        name = reader.section.name
        origin = reader.origin
        lineOrigin = reader.origin
        let place = reader.line(for: .lamp, hint: "line = GPIO23", at: &lineOrigin)
        line = place?.text ?? ""
        if case .led = place {
            reader.refuse(["active"], "has no use with an LED of the kernel's")
        } else if let active = readActive(from: &reader) {
            self.active = active
        }
        let words = Show.allCases.map { ($0.rawValue, $0) }
        if let show = reader.choice("show", words) {
            self.show = show
        } else if !reader.section.entries.contains(where: { $0.key == "show" }) {
            reader.failMissing(origin, "[lamp \(name)] needs show = \(oneOf(words.map { $0.0 }))")
        }
        reader.finish()
    }
}

extension Config.Peer {
    init(_ reader: inout SectionReader) {
        name = reader.section.name
        origin = reader.origin
        keyOrigin = reader.origin
        pskOrigin = reader.origin
        verifiedOrigin = reader.origin
        isLearned = reader.section.role == .learned
        if let addresses = reader.list(
            "address", limit: Limits.addresses, mayBeEmpty: true, PeerAddress.parse)
        {
            self.addresses = addresses
        }
        if let entry = reader.entryOrEmpty("key") {
            keyOrigin = entry.origin
            switch Self.parseKey(entry.value) {
            case .value(let text): key = text
            case .wrong(let what, _): reader.fail(entry.origin, "key: \(what)")
            }
        } else {
            reader.failMissing(
                origin, "[peer \(name)] needs key = intercom1:... (intercomctl key show)")
        }
        if let entry = reader.entryOrEmpty("psk") {
            pskOrigin = entry.origin
            switch Self.parsePSK(entry.value) {
            case .value(let psk): self.psk = psk
            case .wrong(let what, _): reader.fail(entry.origin, "psk: \(what)")
            }
        }
        if let entry = reader.entryOrEmpty("verified"), !entry.value.isEmpty {
            verifiedOrigin = entry.origin
            if let digits = Self.digits(in: entry.value) {
                verified = digits
            } else {
                reader.fail(
                    entry.origin,
                    "verified: must be the 24 digits that intercomctl key show --fingerprint"
                        + " prints there")
            }
        }
        if let suite = reader.choice("suite", [("auto", UInt8(1)), ("1", 1), ("2", 2)]) {
            self.suite = suite
        }
        if let gain = reader.decibels("gain") { self.gain = gain }
        if let mute = readMute(from: &reader) { isMuted = mute }
        if let priority = readPriority(from: &reader) { self.priority = priority }
        reader.finish()
    }

    /// `intercom1:` ‖ 52 base32 characters ‖ `:` ‖ 4 (protocol.md §4.2), in any case.
    private static func parseKey(_ text: String) -> Parsed<String> {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isBase32 = { (part: Substring) in
            part.utf8.allSatisfy {
                isLetter($0) || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains($0)
            }
        }
        guard parts.count == 3, parts[0].lowercased() == "intercom1",
            parts[1].utf8.count == 52, isBase32(parts[1]),
            parts[2].utf8.count == 4, isBase32(parts[2])
        else {
            return .wrong(
                "not a public key, which is intercom1:, 52 characters, : and 4 more"
                    + " (intercomctl key show, on the other station)")
        }
        return .value(text.lowercased())
    }

    /// Twenty-four digits, with or without blanks between, in groups of four; nil for all else.
    public static func digits(in text: String) -> String? {
        var digits: [UInt8] = []
        for byte in text.utf8 where byte != UInt8(ascii: " ") {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits.count < 24 else {
                return nil
            }
            digits.append(byte)
        }
        guard digits.count == 24 else { return nil }
        return (0..<6).map { String(decoding: digits[4 * $0..<4 * $0 + 4], as: UTF8.self) }
            .joined(separator: " ")
    }

    private static func parsePSK(_ text: String) -> Parsed<PSK> {
        if text.isEmpty || text == "none" { return .value(.none) }
        for (prefix, make) in [("file:", PSK.file), ("cred:", PSK.credential)]
        where text.hasPrefix(prefix) {
            let name = String(text.dropFirst(prefix.utf8.count))
            let isPlain = name.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
            guard (1...64).contains(name.utf8.count), isPlain, !name.hasPrefix(".") else {
                return .wrong("\(prefix)NAME takes a bare file name, not a path")
            }
            return .value(make(name))
        }
        // The text itself may be a secret pasted in the wrong place: never repeated.
        return .wrong("must be file:NAME or cred:NAME; the key itself never stands here")
    }
}

private func readMute(from reader: inout SectionReader) -> Bool? {
    reader.choice("mute", [("no", false), ("yes", true)])
}

private func readPriority(from reader: inout SectionReader) -> Config.Priority? {
    reader.choice(
        "priority",
        [("normal", Config.Priority.normal), ("high", .high), ("emergency", .emergency)])
}

private func readActive(from reader: inout SectionReader) -> Config.Active? {
    reader.choice("active", [("low", Config.Active.low), ("high", .high)])
}
