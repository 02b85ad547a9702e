internal import Config
internal import Files
internal import HAL
internal import Report

/// One line of the station: whether it exists, is available, and reads released at rest.
struct LineFacts {
    /// The section of the settings that the line is for.
    enum Kind: String {
        case button, lamp, relay
    }

    /// The wiring of a button according to the settings.
    struct Wiring: Equatable {
        let isActiveLow: Bool
        let bias: Config.Button.Bias

        /// Whether the pull alone holds the line where a press should bring it.
        var pullsToActive: Bool {
            switch bias {
            case .pullUp: !isActiveLow
            case .pullDown: isActiveLow
            case .none: false
            }
        }
    }

    enum State {
        /// Opened by us for a moment, and read.
        case read(isPressed: Bool)
        /// No program holds it; not opened.
        case free
        case failed(GPIOError)
        /// The daemon has it, or tries to.
        case key(Status.Button)
        case lamp(Status.Lamp)
        case relay(Status.Relay)
    }

    /// As in the configuration: "GPIO17".
    let line: String
    let kind: Kind
    /// The name of the button, lamp or relay.
    let name: String
    /// Nil for a lamp or relay, and for a button that the settings no longer have.
    var wiring: Wiring?
    var state: State

    var checks: [Check] {
        switch state {
        case .free:
            return [.ok(.gpio, of: line, "\(title), free")]
        case .read(let isPressed):
            return [
                isPressed
                    ? pressed
                    : .ok(
                        .gpio, of: line, "\(name), free, reads released; a press is not tested",
                        advice: "intercomctl test button")
            ]
        case .failed(let error): return [failure(error)]
        case .key(let button): return [check(button)]
        case .lamp(let lamp):
            guard lamp.state == .failed else {
                return [.ok(.gpio, of: line, "\(title), \(lamp.state.rawValue)")]
            }
            return [failure(lamp.fault)]
        case .relay(let relay):
            guard relay.state == .failed else {
                return [.ok(.gpio, of: line, "\(title), \(relay.state.rawValue)")]
            }
            return [failure(relay.fault)]
        }
    }

    private var title: String { kind == .button ? name : "\(kind.rawValue) \(name)" }

    private func check(_ button: Status.Button) -> Check {
        switch button.state {
        case .unreadable: return failure(button.fault)
        case .pressed:
            return button.isTalking
                ? .ok(.gpio, of: line, "\(name), pressed, and heard by \(button.target)") : pressed
        case .released:
            guard let seconds = button.pressAgeSeconds else {
                return .ok(
                    .gpio, of: line, "\(name), released; no press seen since the start",
                    advice: "intercomctl test button")
            }
            return .ok(
                .gpio, of: line, "\(name), released, last pressed \(age(seconds: seconds)) ago")
        }
    }

    /// A button that nobody presses should not read pressed.
    private var pressed: Check {
        if let wiring, wiring.pullsToActive {
            let (pull, level) = wiring.bias == .pullUp ? ("pull-up", "low") : ("pull-down", "high")
            return .warn(
                .gpio, of: line, "\(name), reads pressed at rest: its \(pull) holds it at `active`",
                fix: "active = \(level) in [button \(name)]")
        }
        let other = wiring?.isActiveLow == false ? "low" : "high"
        return .warn(
            .gpio, of: line, "\(name), reads pressed: jammed, shorted, or it opens when pressed",
            fix: "let it go; if it is not held, active = \(other) in [button \(name)]")
    }

    private func failure(_ error: GPIOError) -> Check {
        guard let group = error.group else { return failure(error.text, fix: error.fix) }
        return failure(error.text, fix: "sudo adduser $USER \(group), or sudo intercomctl doctor")
    }

    /// A line that the daemon could not open.
    private func failure(_ fault: Fault?) -> Check {
        failure(fault?.text ?? "not open yet", fix: fault?.fix)
    }

    private func failure(_ text: String, fix: String?) -> Check {
        .fail(.gpio, of: line, "\(title), \(text)", fix: fix ?? "intercomctl gpio list")
    }
}

extension LineFacts {
    /// Every line of the daemon or, without one, of the settings; nil if both are unknown.
    static func all(_ situation: Situation) -> [LineFacts]? {
        let config = situation.config
        if let status = situation.status {
            let keys = status.buttons.filter { !$0.line.isEmpty }.map { button in
                LineFacts(
                    line: button.line, kind: .button, name: button.name,
                    wiring: config?.buttons.first { $0.name == button.name }.map(Wiring.init),
                    state: .key(button))
            }
            return keys
                + status.lamps.map {
                    LineFacts(line: $0.line, kind: .lamp, name: $0.name, state: .lamp($0))
                }
                + status.relays.map {
                    LineFacts(line: $0.line, kind: .relay, name: $0.name, state: .relay($0))
                }
        }
        guard let config else { return nil }
        let mayOpen = situation.mayOpen
        return config.buttons.filter { !$0.isVoiceOperated }.map { button in
            LineFacts(
                line: button.line, kind: .button, name: button.name, wiring: Wiring(button),
                state: button.keyCode == nil
                    ? look(button.line, mayOpen ? Wiring(button) : nil) : read(button))
        }
            + config.lamps.map {
                LineFacts(
                    line: $0.line, kind: .lamp, name: $0.name, state: look($0.line, nil))
            }
            + config.relays.map {
                LineFacts(
                    line: $0.line, kind: .relay, name: $0.name, state: look($0.line, nil))
            }
    }

    /// Reads the key of an input device, which does not disturb other programs.
    private static func read(_ button: Config.Button) -> State {
        do throws(GPIOError) {
            let input = try InputLine(button, consumer: "intercomctl")
            return .read(isPressed: try input.isActive())
        } catch { return .failed(error) }
    }

    /// Looks at a line; reads it for a moment if it is free and belongs to a button.
    private static func look(_ line: String, _ key: Wiring?) -> State {
        do throws(GPIOError) {
            let found = try GPIOLine.find(line)
            guard !found.isUsed else {
                return .failed(GPIOError(line: line, reason: .busy(holder: found.holder)))
            }
            guard let key else { return .free }
            let input = try InputLine(
                name: line, bias: key.bias.input, activeLow: key.isActiveLow,
                consumer: "intercomctl")
            return .read(isPressed: try input.isActive())
        } catch { return .failed(error) }
    }
}

extension LineFacts.Wiring {
    init(_ button: Config.Button) {
        self.init(isActiveLow: button.isActiveLow, bias: button.bias)
    }
}

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
