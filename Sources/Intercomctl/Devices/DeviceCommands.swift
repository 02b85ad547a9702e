internal import Config
internal import Files
internal import HAL
internal import Report

/// `audio list`: the sound cards, each by the name that survives a reboot.
func listAudio(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let cards = PCMCard.all
    if invocation.isJSON {
        var list = JSON.array()
        for card in cards { list.append(json(of: card, among: cards)) }
        try printListing("cards", list)
        return .ok
    }
    guard !cards.isEmpty else {
        try printLine("no sound cards; a pcm:NAME of the ALSA configuration may still work")
        return .ok
    }
    var table = Table(["VALUE", "INPUT", "OUTPUT", "CARD"])
    for card in cards {
        table.add([
            CardTrial.value(of: card, among: cards).description, card.captures ? "yes" : "-",
            card.plays ? "yes" : "-", card.name,
        ])
    }
    try printText(table.text + (CardTrial.twinsNote(cards) ?? ""))
    return .ok
}

private func json(of card: PCMCard, among cards: [PCMCard]) -> JSON {
    var json = JSON.object()
    json.set("value", JSON(CardTrial.value(of: card, among: cards).description))
    json.set("id", JSON(card.id))
    json.set("name", JSON(card.name))
    json.set("serial", card.usb?.serial.map { JSON($0) } ?? .null())
    json.set("input", JSON(card.captures))
    json.set("output", JSON(card.plays))
    return json
}

/// `gpio list`: every line of every chip.
func listGPIO(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var lines: [NamedLine] = []
    var refusals: [String] = []
    for number in GPIOChip.numbers() {
        do throws(GPIOError) {
            let chip = try GPIOChip(number: number)
            for line in try chip.lines() {
                lines.append(NamedLine(line, of: chip.name, after: lines))
            }
        } catch {
            refusals.append(error.description)
        }
    }
    for refusal in refusals { Terminal.write("intercomctl: \(refusal.visible)\n", to: .complaint) }
    if invocation.isJSON {
        var list = JSON.array()
        for line in lines { list.append(line.json) }
        try printListing("lines", list)
    } else if lines.isEmpty, refusals.isEmpty {
        try printLine("no GPIO lines")
    } else if !lines.isEmpty {
        try printText(NamedLine.table(of: lines))
    }
    return refusals.isEmpty ? .ok : .failed
}

/// A GPIO line and its value in the configuration.
private struct NamedLine {
    let value: String
    let chip: String
    let line: GPIOLine

    /// A name that an earlier line also has would find that one; then the number is used.
    init(_ line: GPIOLine, of chip: String, after earlier: [NamedLine]) {
        let isFound =
            line.name.isEmpty || line.name.utf8.contains(UInt8(ascii: "/"))
            || earlier.contains { $0.line.name == line.name }
        value = isFound ? "\(chip)/\(line.offset)" : line.name
        self.chip = chip
        self.line = line
    }

    private var use: String {
        guard line.isUsed else { return "free" }
        return line.holder.isEmpty ? "used" : "used by \(line.holder)"
    }

    static func table(of lines: [NamedLine]) -> String {
        var table = Table(["VALUE", "PLACE", "DIRECTION", "USE"])
        for line in lines {
            table.add([
                line.value, "\(line.chip)/\(line.line.offset)",
                line.line.isOutput ? "output" : "input", line.use,
            ])
        }
        return table.text
    }

    var json: JSON {
        var json = JSON.object()
        json.set("value", JSON(value))
        json.set("chip", JSON(chip))
        json.set("offset", JSON(Int(line.offset)))
        json.set("name", JSON(line.name))
        json.set("output", JSON(line.isOutput))
        json.set("used", JSON(line.isUsed))
        json.set("holder", JSON(line.holder))
        return json
    }
}

/// `audio controls`: what the mixers of the configured cards can set, and how it is set.
func listControls(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let audio = try readConfigOrDefaults(invocation).audio
    let sides: [(String, DeviceName, PCMError.Direction, String?)] = [
        ("input", audio.input, .capture, audio.mixerInput),
        ("output", audio.output, .playback, audio.mixerOutput),
    ]
    var list = JSON.array()
    var table = Table(["SIDE", "CONTROL", "VOLUME", "MUTED", "DEVICE"])
    var count = 0
    for (word, device, direction, name) in sides {
        guard let pcm = device.pcm else { continue }
        let controls = CardControl.all(of: pcm, direction)
        let chosen = CardControl.chosen(among: controls, name, direction)
        for control in controls {
            count += 1
            list.append(
                json(of: control, side: word, device, isChosen: control.name == chosen?.name))
            let mark = control.name == chosen?.name ? " *" : ""
            table.add([
                word, control.name.visible + mark, control.percent.map { "\($0)%" } ?? "-",
                control.isMuted.map { $0 ? "yes" : "no" } ?? "-", device.description,
            ])
        }
    }
    if invocation.isJSON {
        try printListing("controls", list)
    } else if count == 0 {
        try printLine("no controls: \(audio.input) and \(audio.output) have no mixer")
    } else {
        try printText(table.text)
        try printLine("* set by volume or mic-volume; mixer-output and mixer-input choose another")
    }
    return .ok
}

private func json(
    of control: CardControl, side: String, _ device: DeviceName, isChosen: Bool
) -> JSON {
    var json = JSON.object()
    json.set("side", JSON(side))
    json.set("device", JSON(device.description))
    json.set("name", JSON(control.name))
    json.set("percent", control.percent.map { JSON($0) } ?? .null())
    json.set("muted", control.isMuted.map { JSON($0) } ?? .null())
    json.set("chosen", JSON(isChosen))
    return json
}

/// `keys list`: every key of every input device, as `line` takes it.
func listKeypadKeys(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let (devices, refused) = InputDevice.all()
    for error in refused {
        Terminal.write("intercomctl: \(error.description.visible)\n", to: .complaint)
    }
    if invocation.isJSON {
        var list = JSON.array()
        for device in devices {
            for key in device.keys { list.append(json(of: key, device)) }
        }
        try printListing("keys", list)
    } else if devices.isEmpty, refused.isEmpty {
        try printLine("no input devices with keys")
    } else if !devices.isEmpty {
        var table = Table(["VALUE", "DEVICE"])
        for device in devices {
            for key in device.keys {
                table.add([value(of: key, device).visible, "/dev/input/\(device.node)"])
            }
        }
        try printText(table.text)
    }
    return refused.isEmpty ? .ok : .failed
}

private func value(of key: UInt16, _ device: InputDevice) -> String {
    "evdev:\(device.name)/\(KeyName.name(of: key))"
}

private func json(of key: UInt16, _ device: InputDevice) -> JSON {
    var json = JSON.object()
    json.set("value", JSON(value(of: key, device)))
    json.set("device", JSON(device.name))
    json.set("node", JSON("/dev/input/\(device.node)"))
    json.set("key", JSON(KeyName.name(of: key)))
    json.set("code", JSON(Int(key)))
    return json
}
