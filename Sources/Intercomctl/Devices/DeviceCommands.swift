internal import Config
internal import Files
internal import HAL
internal import Report

/// `audio list`: lists the sound cards, each by the name that survives a reboot.
func listAudio(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let cards = PCMCard.all
    let table = Table(["VALUE", "INPUT", "OUTPUT", "CARD"], cards) { card in
        [
            CardTrial.value(of: card, among: cards).description, card.captures ? "yes" : "-",
            card.plays ? "yes" : "-", card.name,
        ]
    }
    let text =
        cards.isEmpty
        ? "no sound cards; a pcm:NAME of the ALSA configuration may still work"
        : table.text + (CardTrial.twinsNote(cards) ?? "")
    try printResult(
        JSON.result("cards", cards) { json(of: $0, among: cards) }, text, invocation,
        isFolded: cards.isEmpty)
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

/// `gpio list`: lists every line of every chip.
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
    let table = Table(["VALUE", "PLACE", "DIRECTION", "USE"], lines) { $0.row }
    return try printDevices(
        JSON.result("lines", lines) { $0.json }, lines.isEmpty ? nil : table,
        orElse: "no GPIO lines", refusals, invocation)
}

/// Prints the devices, and the refusals of devices; if there are neither, prints `none`.
private func printDevices(
    _ json: borrowing JSON, _ table: Table?, orElse none: String, _ refusals: [String],
    _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    for refusal in refusals { Terminal.write("intercomctl: \(refusal.visible)\n", to: .complaint) }
    let isEmpty = table == nil && refusals.isEmpty
    let text = isEmpty ? none : table?.text ?? ""
    try printResult(json, text, invocation, isFolded: isEmpty)
    return refusals.isEmpty ? .ok : .failed
}

/// A GPIO line and its value in the configuration.
private struct NamedLine {
    let value: String
    let chip: String
    let line: GPIOLine

    /// Uses the number where an earlier line has the same name: the name would find that line.
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

    var row: [String] {
        [value, "\(chip)/\(line.offset)", line.isOutput ? "output" : "input", use]
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

/// `keys list`: lists every key of every input device, as `line` takes it.
func listKeypadKeys(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let (devices, refused) = InputDevice.all()
    let keys = devices.flatMap { device in device.keys.map { (code: $0, device: device) } }
    let table = Table(["VALUE", "DEVICE"], keys) { key in
        [value(of: key.code, key.device), "/dev/input/\(key.device.node)"]
    }
    return try printDevices(
        JSON.result("keys", keys) { json(of: $0.code, $0.device) }, devices.isEmpty ? nil : table,
        orElse: "no input devices with keys", refused.map { $0.description }, invocation)
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
