internal import Config
internal import Files
internal import HAL

/// One line of the station: whether it exists, is available, and reads released at rest.
struct LineFacts {
    /// The section of the settings that the line is for.
    enum Kind: String {
        case button, lamp, relay
    }

    enum State {
        /// Opened by us for a moment, and read.
        case read(isPressed: Bool)
        /// No program holds it; not opened.
        case free
        case failed(GPIOError)
    }

    /// As in the configuration: "GPIO17".
    let line: String
    let kind: Kind
    /// The name of the button, lamp or relay.
    let name: String
    /// Nil for a lamp or relay.
    var button: Config.Button?
    var state: State

    func report(to found: inout Diagnosis) {
        switch state {
        case .free: found.add(.ok, of: line, "\(title), free")
        case .read(isPressed: true): reportPress(to: &found)
        case .read:
            found.add(
                .ok, of: line, "\(name), free, reads released; a press is not tested",
                fix: "intercomctl test button")
        case .failed(let error):
            let right = error.group.map {
                "sudo usermod -aG \($0) $USER, or sudo intercomctl doctor"
            }
            found.add(
                .fail, of: line, "\(title), \(error.text)",
                fix: right ?? error.fix ?? "intercomctl gpio list")
        }
    }

    private var title: String { kind == .button ? name : "\(kind.rawValue) \(name)" }

    /// Warns of a press: a button that nobody presses should not read pressed.
    private func reportPress(to found: inout Diagnosis) {
        if let button, button.pullsToActive {
            let (pull, level) = button.bias == .pullUp ? ("pull-up", "low") : ("pull-down", "high")
            return found.add(
                .warn, of: line, "\(name), reads pressed at rest: its \(pull) holds it at `active`",
                fix: "active = \(level) in [button \(name)]")
        }
        let other = button?.isActiveLow == false ? "low" : "high"
        found.add(
            .warn, of: line, "\(name), reads pressed: jammed, shorted, or it opens when pressed",
            fix: "let it go; if it is not held, active = \(other) in [button \(name)]")
    }
}

extension Config.Button {
    /// Whether the pull alone holds the line where a press should bring it.
    fileprivate var pullsToActive: Bool {
        switch bias {
        case .pullUp: !isActiveLow
        case .pullDown: isActiveLow
        case .none: false
        }
    }
}

extension LineFacts {
    /// Every line of the settings; a free one of a button is read for a moment, where it may be.
    static func all(_ config: Config, mayOpen: Bool) -> [LineFacts] {
        config.buttons.filter { !$0.isVoiceOperated }.map { button in
            LineFacts(
                line: button.line, kind: .button, name: button.name, button: button,
                state: button.keyCode == nil
                    ? look(button.line, mayOpen ? button : nil) : read(button))
        }
            + config.lamps.map {
                LineFacts(line: $0.line, kind: .lamp, name: $0.name, state: look($0.line, nil))
            }
            + config.relays.map {
                LineFacts(line: $0.line, kind: .relay, name: $0.name, state: look($0.line, nil))
            }
    }

    /// Reads a button for a moment; with a key of an input device, that disturbs no other program.
    private static func read(_ button: Config.Button) -> State {
        do throws(GPIOError) {
            let input = try InputLine(button, consumer: "intercomctl")
            return .read(isPressed: try input.isActive())
        } catch { return .failed(error) }
    }

    /// Looks at a line; reads it for a moment if it is free and belongs to a button.
    private static func look(_ line: String, _ key: Config.Button?) -> State {
        do throws(GPIOError) {
            let found = try GPIOLine.find(line)
            guard !found.isUsed else {
                return .failed(GPIOError(line: line, reason: .busy(holder: found.holder)))
            }
            return key.map { read($0) } ?? .free
        } catch { return .failed(error) }
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

    func report(to found: inout Diagnosis) {
        guard hasRelays, keepsOutputs == true else { return }
        if hasSystemd, switchesOff {
            return found.add(
                .ok, of: "relays",
                "this kernel leaves one on when the daemon dies; the service switches it off then")
        }
        let how =
            hasSystemd
            ? "ExecStopPost=-intercomd --relays-off in the unit"
            : "intercomd --relays-off after the daemon"
        found.add(
            .warn, of: "relays", "this kernel leaves one on when the daemon dies",
            fix: "\(how), or dtparam=strict_gpiod in /boot/firmware/config.txt")
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
        switchesOff = unit.lines.contains {
            let (key, value) = ($0.prefix { $0 != "=" }, $0.drop { $0 != "=" })
            return trimmed(String(key)) == "ExecStopPost"
                && value.hasSuffix("intercomd --relays-off")
        }
        for driver in Self.drivers {
            let path = "\(root)/sys/module/\(driver)/parameters/persist_gpio_outputs"
            guard let bytes = try? FileStore.read(path, limit: 4096) else { continue }
            let keeps = bytes.first == UInt8(ascii: "Y") || bytes.first == UInt8(ascii: "1")
            keepsOutputs = (keepsOutputs ?? false) || keeps
        }
    }
}
