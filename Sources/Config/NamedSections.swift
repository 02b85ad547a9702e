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
        if let entry = reader.entryOrEmpty("talk") {
            talkOrigin = entry.origin
            switch parseName(entry.value) {
            // Peer or channel: known when all files are read.
            case .value(let target): talk = .channel(target)
            case .wrong(let what, _): reader.fail(entry.origin, "talk: \(what)")
            }
        } else {
            reader.fail(origin, "[button \(name)] needs talk = a channel or a peer")
        }
        reader.finish(later: ["press", "hold", "double"])
    }

    /// What only a key has that a finger presses.
    private mutating func readContact(_ reader: inout SectionReader) {
        readLine(from: &reader, hint: "line = GPIO17", into: &line, at: &lineOrigin)
        if let bias = reader.choice(
            "bias", [("pull-up", Bias.pullUp), ("pull-down", .pullDown), ("none", .none)])
        {
            self.bias = bias
        }
        if let active = readActive(from: &reader) { self.active = active }
        let debounceRange = Duration.zero...Duration.milliseconds(200)
        if let time = reader.duration("debounce", in: debounceRange) { debounce = time }
        refuse(["vox-threshold", "vox-hang"], "belongs to mode = vox", &reader)
    }

    /// What only a key has that speech presses.
    private mutating func readVox(_ reader: inout SectionReader) {
        let threshold = reader.value("vox-threshold") { text in
            SectionReader.checked(Quantity.decibels(text), in: 3...40, text, "3dB to 40dB")
        }
        if let threshold { voxThreshold = threshold }
        let hangRange = Duration.milliseconds(100)...Duration.seconds(5)
        if let hang = reader.duration("vox-hang", in: hangRange) { voxHang = hang }
        refuse(["line", "bias", "active", "debounce"], "has no use with mode = vox", &reader)
    }

    private func refuse(_ keys: [String], _ why: String, _ reader: inout SectionReader) {
        for key in keys {
            guard let entry = reader.entryOrEmpty(key) else { continue }
            reader.fail(entry.origin, "\(key): \(why)")
        }
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
        reader.finish(later: ["priority"])
    }
}

extension Config.Lamp {
    init(_ reader: inout SectionReader) {
        name = reader.section.name
        origin = reader.origin
        lineOrigin = reader.origin
        readLine(from: &reader, hint: "line = GPIO23", into: &line, at: &lineOrigin)
        if let active = readActive(from: &reader) { self.active = active }
        if let show = reader.choice(
            "show",
            [
                ("talking", Show.talking), ("receiving", .receiving),
                ("listening", .listening), ("fault", .fault), ("unpaired", .unpaired),
            ], later: ["ringing", "missed", "dnd"])
        {
            self.show = show
        } else if !reader.section.entries.contains(where: { $0.key == "show" }) {
            reader.fail(
                origin,
                "[lamp \(name)] needs show = talking, receiving, listening, fault or unpaired")
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
            reader.fail(origin, "[peer \(name)] needs key = intercom1:... (intercomctl key show)")
        }
        if let entry = reader.entryOrEmpty("psk") {
            pskOrigin = entry.origin
            switch Self.parsePSK(entry.value) {
            case .value(let psk): self.psk = psk
            case .wrong(let what, _): reader.fail(entry.origin, "psk: \(what)")
            }
        }
        if let suite = reader.choice("suite", [("auto", UInt8(1)), ("1", 1), ("2", 2)]) {
            self.suite = suite
        }
        if let gain = reader.decibels("gain") { self.gain = gain }
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

private func readActive(from reader: inout SectionReader) -> Config.Active? {
    reader.choice("active", [("low", Config.Active.low), ("high", .high)])
}

/// Reads a GPIO line: `GPIO17`, or `gpiochip0/17`.
private func readLine(
    from reader: inout SectionReader, hint: String, into line: inout String,
    at origin: inout Origin
) {
    guard let entry = reader.entryOrEmpty("line") else {
        let section = reader.section
        return reader.fail(section.origin, "[\(section.kind) \(section.name)] needs \(hint)")
    }
    origin = entry.origin
    let text = entry.value
    if text.hasPrefix("evdev:") || text.hasPrefix("led:") {
        return reader.fail(entry.origin, "line: \(quoted(text)) is not in this version")
    }
    let isOffset = !text.isEmpty && text.utf8.allSatisfy(isDigit)
    if isOffset {
        return reader.fail(
            entry.origin, "line: \(quoted(text)) is a bare number, which differs by kernel",
            "GPIO\(text)")
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isChip = parts.count == 2 && parts[0].hasPrefix("gpiochip")
    let isRight =
        if isChip {
            parts[0].utf8.count > 8 && parts[0].utf8.dropFirst(8).allSatisfy(isDigit)
                && (1...4).contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy(isDigit)
        } else {
            // The kernel's names have up to 31 bytes, of any kind; a slash would be a path.
            (1...31).contains(text.utf8.count) && parts.count == 1
        }
    guard isRight else {
        return reader.fail(
            entry.origin,
            "line: \(quoted(text)) must be a line's name such as GPIO17, or gpiochip0/17")
    }
    line = text
}
