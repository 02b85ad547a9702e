internal import HAL

/// What happens to a relay if the daemon dies while it is on.
struct RelayFacts {
    /// Whether there is any.
    var hasRelays = false
    /// Whether the kernel keeps the level of an output when its program dies; nil if unknown.
    var keepsOutputs: Bool?
    /// Whether systemd runs this machine, and its unit switches relays off at the end.
    var hasSystemd = false
    var switchesOff = false

    var checks: [Check] {
        guard hasRelays, keepsOutputs == true else { return [] }
        if hasSystemd, switchesOff {
            return [
                .ok(
                    .gpio, of: "relays",
                    "this kernel leaves one on when the daemon dies; the "
                        + "service switches it off then")
            ]
        }
        let how =
            hasSystemd
            ? "ExecStopPost=-intercomd --relays-off in the unit"
            : "intercomd --relays-off after the daemon"
        return [
            .warn(
                .gpio, of: "relays", "this kernel leaves one on when the daemon dies",
                fix: "\(how), or dtparam=strict_gpiod in /boot/firmware/config.txt")
        ]
    }
}

extension RelayFacts {
    /// Drivers of pins that can be told to keep outputs: those of Raspberry Pis.
    private static let drivers = ["pinctrl_bcm2835", "pinctrl_rp1"]

    /// `root` is put before every path; empty is this machine.
    init(hasRelays: Bool, root: String = "") {
        self.hasRelays = hasRelays
        let unit = UnitFacts(root: root)
        hasSystemd = unit.hasSystemd
        switchesOff = unit.settings.contains {
            $0.key == "ExecStopPost" && $0.value.hasSuffix("intercomd --relays-off")
        }
        for driver in Self.drivers {
            let path = "\(root)/sys/module/\(driver)/parameters/persist_gpio_outputs"
            guard let bytes = try? FileStore.read(path, limit: 4096) else { continue }
            let keeps = bytes.first == UInt8(ascii: "Y") || bytes.first == UInt8(ascii: "1")
            keepsOutputs = (keepsOutputs ?? false) || keeps
        }
    }
}
