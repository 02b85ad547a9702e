internal import Config
internal import HAL
internal import Report

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
