internal import Config
internal import Files
internal import HAL
internal import Report

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
