internal import HAL

/// The Wi-Fi interfaces: one that sleeps between packets makes voice stutter.
struct WirelessFacts {
    var interfaces: [WirelessInterface] = WirelessInterface.all()

    var checks: [Check] {
        guard !interfaces.isEmpty else { return [.ok(.wifi, "no Wi-Fi interface")] }
        return interfaces.map { interface in
            let name = interface.name
            guard interface.isUp != false else { return .ok(.wifi, of: name, "not in use") }
            switch interface.savesPower {
            case true:
                return .warn(
                    .wifi, of: name, "power save is on: expect drop-outs",
                    fix: "sudo iw dev \(name) set power_save off")
            case false: return .ok(.wifi, of: name, "power save is off")
            case nil:
                return .ok(
                    .wifi, of: name, "the driver does not say whether power save is on",
                    advice: "iw dev \(name) get power_save")
            }
        }
    }
}
