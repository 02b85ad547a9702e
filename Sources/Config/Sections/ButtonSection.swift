extension Config {
    /// `[button NAME]`: a button on a GPIO line or of an input device, or one that speech presses.
    public struct Button: Equatable, Sendable {
        public enum Bias: String, CaseIterable, Sendable {
            case pullUp = "pull-up"
            case pullDown = "pull-down"
            case none
        }
        public enum Mode: String, CaseIterable, Sendable { case momentary, latch, smart, open, vox }

        public internal(set) var name = ""
        /// A line name ("GPIO17"), "gpiochip0/17" or "evdev:DEVICE/KEY"; empty where speech presses
        /// the button.
        public internal(set) var line = ""
        /// The number of a key of an input device, and the device's name.
        public internal(set) var keyCode: UInt16?
        public internal(set) var device = ""
        public internal(set) var bias = Bias.pullUp
        /// The level of a pressed button.
        public internal(set) var active = Active.low
        public internal(set) var debounce = Duration.milliseconds(5)
        public internal(set) var mode = Mode.momentary
        /// With `mode = vox`, how far above the room's noise speech is, in decibels.
        public internal(set) var voxThreshold = 8.0
        /// With `mode = vox`, how long the microphone stays open after the last word.
        public internal(set) var voxHang = Duration.milliseconds(500)
        /// The talk target; nil for a button that does not talk, and for one that replies.
        public internal(set) var talk: Target?
        /// Whether the button talks to the peer that was heard last.
        public internal(set) var isReply = false
        /// The touch that makes the button talk; a press does so at once.
        public internal(set) var talkTouch = Touch.press
        /// The button's other functions.
        public internal(set) var acts: [Touch: Act] = [:]
        public internal(set) var origin = Origin.nowhere
        public internal(set) var lineOrigin = Origin.nowhere
        public internal(set) var talkOrigin = Origin.nowhere
        public internal(set) var actOrigins: [Touch: Origin] = [:]

        public var isActiveLow: Bool { active == .low }
        /// Whether speech presses the button, and no finger.
        public var isVoiceOperated: Bool { mode == .vox }
        /// Whether the button opens the microphone.
        public var talks: Bool { talk != nil || isReply }
        /// The talk target as the configuration spells it; empty for a button that does not talk.
        public var talkText: String { isReply ? Deed.reply : talk?.name ?? "" }
    }
}

extension Config.Button: NamedSection {
    static var settings: [Setting<Self>] {
        [
            .line(
                for: .button, such: "GPIO17", { $0.line }, { $0.choose($1) },
                at: { $0.lineOrigin = $1 }
            ).unless { $0.withoutContact },
            Setting("bias", .cases, { $0.bias }, { $0.bias = $1 }).unless { $0.withoutPin },
            Setting("active", .cases, { $0.active }, { $0.active = $1 }).unless { $0.withoutPin },
            Setting(
                "debounce", .time(in: .zero ... .milliseconds(200)),
                { $0.debounce }, { $0.debounce = $1 }
            ).unless { $0.withoutContact },
            Setting("mode", .cases, { $0.mode }, { $0.mode = $1 }).first,
            Setting(
                "vox-threshold", .level(in: 3...40), { $0.voxThreshold }, { $0.voxThreshold = $1 }
            ).unless { $0.withoutVoice },
            Setting(
                "vox-hang", .time(in: .milliseconds(100) ... .seconds(5)),
                { $0.voxHang }, { $0.voxHang = $1 }
            ).unless { $0.withoutVoice },
            Setting(
                "talk", .forms([Deed.reply]), text: { $0.talkTouch == .press ? $0.talkText : "" },
                take: { $0.takeTalk($1, &$2) }
            ).orEmpty,
        ]
            + Config.Touch.allCases.map { touch in
                Setting(
                    // The documents list the words, the same for all three touches, at the first
                    // one.
                    touch.rawValue, .forms(touch == .press ? Deed.words : []),
                    text: { $0.text(of: touch) },
                    take: { $0.take(touch, $1, &$2) }
                ).orEmpty.unless { $0.withoutContact }
            }
    }

    mutating func begin(_ section: INI.Section) {
        lineOrigin = section.origin
        talkOrigin = section.origin
    }

    /// Reports a button that does nothing, unless its function is reported as a mistake already.
    func end(_ reader: inout SectionReader) {
        guard !talks, talkOrigin == origin, acts.isEmpty, actOrigins.isEmpty else { return }
        reader.failMissing("needs talk = a channel or a peer, or press, hold or double")
    }

    // Why some settings are unused beside the others; nil where they are in use.

    private var withoutContact: String? { isVoiceOperated ? "has no use with mode = vox" : nil }

    private var withoutPin: String? {
        withoutContact ?? (keyCode == nil ? nil : "has no use with an evdev key")
    }

    private var withoutVoice: String? { isVoiceOperated ? nil : "belongs to mode = vox" }

    private mutating func choose(_ line: LineText) {
        self.line = line.text
        guard case .key(let device, let code) = line else { return }
        self.device = device
        keyCode = code
        // The keypad, or the kernel, has debounced the key.
        debounce = .zero
    }

    private mutating func takeTalk(_ entry: INI.Entry, _ reader: inout SectionReader) {
        // The effective text has an empty value for a button whose function is at another touch.
        let isElsewhere = Config.Touch.allCases.contains { touch in
            reader.section.entries.contains { $0.key == touch.rawValue && !$0.value.isEmpty }
        }
        if entry.value.isEmpty, isElsewhere { return }
        talkOrigin = entry.origin
        switch reader.value(of: entry, parseName) {
        case Deed.reply?: isReply = true
        // The target becomes a peer or channel when all files are read.
        case let target?: talk = .channel(target)
        case nil: break
        }
    }

    private mutating func take(
        _ touch: Config.Touch, _ entry: INI.Entry, _ reader: inout SectionReader
    ) {
        guard !entry.value.isEmpty else { return }
        actOrigins[touch] = entry.origin
        switch reader.value(of: entry, Deed.parse) {
        case .act(let act)?: acts[touch] = act
        case .talk(let target)?:
            guard talkOrigin == origin else {
                let first = "at line \(talkOrigin.line)"
                return reader.fail(entry.origin, "\(entry.key): the button already talks, \(first)")
            }
            talkOrigin = entry.origin
            talkTouch = touch
            isReply = target == Deed.reply
            talk = isReply ? nil : .channel(target)
        case nil: break
        }
    }

    /// Returns the function of a touch, as the file spells it.
    private func text(of touch: Config.Touch) -> String {
        if let act = acts[touch] { return act.text }
        guard talks, touch == talkTouch, touch != .press else { return "" }
        return isReply ? talkText : "talk \(talkText)"
    }
}

extension Config {
    /// `[talk]`: the settings of all talk buttons.
    public struct Talk: Equatable, Sendable {
        /// Sound kept from before the press; 0 closes the microphone while no button is pressed.
        public internal(set) var preroll = Duration.milliseconds(200)
        /// How long sound is sent after the release.
        public internal(set) var tail = Duration.milliseconds(150)
        /// The longest talk: a jammed button stops talking then.
        public internal(set) var maxTalk = Duration.seconds(120)
    }
}

extension Config.Talk: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "preroll", .time(in: .zero ... .milliseconds(200)),
                { $0.preroll }, { $0.preroll = $1 }),
            Setting("tail", .time(in: .zero ... .seconds(2)), { $0.tail }, { $0.tail = $1 }),
            Setting(
                "max-talk", .time(in: .seconds(1) ... .seconds(3_600)),
                { $0.maxTalk }, { $0.maxTalk = $1 }),
        ]
    }
}
