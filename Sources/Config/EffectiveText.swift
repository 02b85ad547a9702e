internal import Audio

// The settings written back as text, every default included.

/// One section as it would stand in a file: what differs between two of them is what changed.
public struct EffectiveSection: Equatable, Sendable {
    /// `peer`.
    public let kind: String
    /// Empty for a section that exists once.
    public let name: String
    /// Every key of the section, with its value as text, in the order of intercomd.conf(5).
    public let entries: [(key: String, value: String)]

    init(_ kind: String, name: String = "", _ entries: [(key: String, value: String)]) {
        self.kind = kind
        self.name = name
        self.entries = entries
    }

    /// `[peer attic]`.
    var header: String { name.isEmpty ? "[\(kind)]" : "[\(kind) \(name)]" }

    var text: String {
        var text = "\(header)\n"
        for (key, value) in entries {
            text += value.isEmpty ? "\(key) =\n" : "\(key) = \(value)\n"
        }
        return text
    }

    public static func == (one: Self, other: Self) -> Bool {
        one.kind == other.kind && one.name == other.name
            && one.entries.elementsEqual(other.entries) { $0 == $1 }
    }
}

extension Config {
    /// The whole configuration as one file that says the same, every default included.
    ///
    /// Read back it gives these settings again; only origins, warnings, and which peers were
    /// learned are not in it. A configuration holds no secret, so neither does this.
    public var effective: String {
        effectiveSections.map { $0.text }.joined(separator: "\n")
    }

    /// The sections that exist once, then buttons, channels, lamps, relays and peers as they were
    /// written.
    public var effectiveSections: [EffectiveSection] {
        [
            EffectiveSection("station", [("name", station.name)]),
            network.section, audio.section, talk.section, sounds.section, call.section,
            policy.section, session.section, quiet.section, events.section,
            EffectiveSection("paths", [("state", paths.state), ("runtime", paths.runtime)]),
        ]
            + buttons.map { $0.section } + channels.map { $0.section } + lamps.map { $0.section }
            + relays.map { $0.section } + peers.map { $0.section } + policies.map { $0.section }
    }
}

extension Config.Network {
    fileprivate var section: EffectiveSection {
        EffectiveSection(
            "network",
            [("port", "\(port)"), ("listen", listen ?? "*"), ("dscp", Self.dscpText(dscp))])
    }

    /// The name of a code point where it has one: RFC 2474, 2597 and 3246.
    private static func dscpText(_ value: UInt8) -> String {
        if value == 46 { return "ef" }
        let (group, rest) = (value >> 3, value & 7)
        if rest == 0 { return "cs\(group)" }
        return (1...4).contains(group) && rest % 2 == 0 ? "af\(group)\(rest / 2)" : "\(value)"
    }
}

extension Config.Audio {
    fileprivate var section: EffectiveSection {
        let duplex =
            switch duplex {
            case .half: "half"
            case .full: "full"
            case .auto: "auto"
            }
        let echo =
            switch echo {
            case .off: "off"
            case .on: "on"
            case .auto: "auto"
            }
        let noise =
            switch noiseSuppression {
            case .off: "off"
            case .low: "low"
            case .high: "high"
            }
        let jitter =
            switch jitter {
            case .low: "low"
            case .normal: "normal"
            case .robust: "robust"
            }
        return EffectiveSection(
            "audio",
            [
                ("input", input.description), ("output", output.description),
                ("period", Quantity.text(period)), ("periods", "\(periods)"),
                ("profile", profile.rawValue),
                ("bitrate", Quantity.text(bitrate: bitrate)), ("duplex", duplex),
                ("rx-hold", Quantity.text(rxHold)), ("echo", echo),
                ("noise-suppression", noise), ("gain-control", controlsGain ? "on" : "off"),
                ("jitter", jitter),
                ("jitter-max", Quantity.text(jitterMax)),
                ("mixer-output", mixerOutput ?? "auto"), ("volume", volume.text),
                ("mixer-input", mixerInput ?? "auto"), ("mic-volume", micVolume.text),
                ("duck", Quantity.text(decibels: duck)),
            ])
    }
}

extension Config.Audio.Volume {
    fileprivate var text: String {
        switch self {
        case .keep: "keep"
        case .mute: "mute"
        case .percent(let percent): "\(percent)%"
        }
    }
}

extension Config.Talk {
    fileprivate var section: EffectiveSection {
        EffectiveSection(
            "talk",
            [
                ("preroll", Quantity.text(preroll)), ("tail", Quantity.text(tail)),
                ("max-talk", Quantity.text(maxTalk)),
            ])
    }
}

extension Config.Session {
    fileprivate var section: EffectiveSection {
        EffectiveSection(
            "session",
            [("rekey-after", Quantity.text(rekeyAfter)), ("rekey-packets", "\(rekeyPackets)")])
    }
}

extension Config.Active {
    fileprivate var text: String { self == .low ? "low" : "high" }
}

extension Config.Button {
    fileprivate var section: EffectiveSection {
        let bias =
            switch bias {
            case .pullUp: "pull-up"
            case .pullDown: "pull-down"
            case .none: "none"
            }
        let mode =
            switch mode {
            case .momentary: "momentary"
            case .latch: "latch"
            case .smart: "smart"
            case .open: "open"
            case .vox: "vox"
            }
        if isVoiceOperated {
            return EffectiveSection(
                "button", name: name,
                [
                    ("mode", mode), ("vox-threshold", Quantity.text(decibels: voxThreshold)),
                    ("vox-hang", Quantity.text(voxHang)), ("talk", talkText),
                ])
        }
        var entries: [(key: String, value: String)] = [("line", line)]
        if keyCode == nil { entries += [("bias", bias), ("active", active.text)] }
        entries += [
            ("debounce", Quantity.text(debounce)), ("mode", mode),
            ("talk", talkTouch == .press ? talkText : ""),
        ]
        for touch in Config.Touch.allCases { entries.append((touch.word, text(of: touch))) }
        return EffectiveSection("button", name: name, entries)
    }

    /// What a touch does, in the words of the file.
    private func text(of touch: Config.Touch) -> String {
        if let act = acts[touch] { return act.text }
        guard talks, touch == talkTouch, touch != .press else { return "" }
        return isReply ? talkText : "talk \(talkText)"
    }
}

extension Config.Channel {
    fileprivate var section: EffectiveSection {
        let members =
            switch members {
            case .all: "*"
            case .named(let names): names.joined(separator: ", ")
            }
        return EffectiveSection(
            "channel", name: name,
            [
                ("members", members), ("listen", listen ? "yes" : "no"),
                ("gain", Quantity.text(decibels: gain)), ("mute", isMuted ? "yes" : "no"),
                ("priority", priority.word), ("call-mode", callMode.rawValue),
            ])
    }
}

extension Config.Lamp {
    fileprivate var section: EffectiveSection {
        var entries: [(key: String, value: String)] = [("line", line)]
        if !line.hasPrefix("led:") { entries.append(("active", active.text)) }
        entries.append(("show", show.rawValue))
        return EffectiveSection("lamp", name: name, entries)
    }
}

extension Config.Peer {
    fileprivate var section: EffectiveSection {
        let psk =
            switch psk {
            case .none: "none"
            case .file(let name): "file:\(name)"
            case .credential(let name): "cred:\(name)"
            }
        return EffectiveSection(
            "peer", name: name,
            [
                ("address", addresses.map { $0.description }.joined(separator: ", ")),
                ("key", key), ("psk", psk), ("verified", verified), ("suite", "\(suite)"),
                ("gain", Quantity.text(decibels: gain)), ("mute", isMuted ? "yes" : "no"),
                ("priority", priority.word),
            ])
    }
}

extension Config.Priority {
    /// As the configuration spells it.
    fileprivate var word: String {
        switch self {
        case .normal: "normal"
        case .high: "high"
        case .emergency: "emergency"
        }
    }
}
