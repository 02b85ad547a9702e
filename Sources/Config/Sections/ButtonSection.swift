extension Config {
    /// `[button NAME]`: one key, on a GPIO line or of an input device.
    public struct Button: Equatable, Sendable {
        public enum Bias: Equatable, Sendable { case pullUp, pullDown, none }
        public enum Mode: Equatable, Sendable { case momentary, latch, smart, open, vox }

        public internal(set) var name: String
        /// A line name ("GPIO17"), "gpiochip0/17" or "evdev:DEVICE/KEY"; empty for one that speech
        /// presses.
        public internal(set) var line = ""
        /// Of a key of an input device: which one, and the device's name.
        public internal(set) var keyCode: UInt16?
        public internal(set) var device = ""
        public internal(set) var bias = Bias.pullUp
        public internal(set) var active = Active.low
        /// 0…200 ms.
        public internal(set) var debounce = Duration.milliseconds(5)
        public internal(set) var mode = Mode.momentary
        /// Decibels over the room's noise that are speech, of `mode = vox`: 3…40.
        public internal(set) var voxThreshold = 8.0
        /// How long it stays open after the last of it: 0.1…5 s.
        public internal(set) var voxHang = Duration.milliseconds(500)
        /// Who hears it; nil for a key that does something else, and for one that replies.
        public internal(set) var talk: Target?
        /// Whether it talks to whoever spoke last.
        public internal(set) var isReply = false
        /// What makes it talk; a press does so at once.
        public internal(set) var talkTouch = Touch.press
        /// What else it does.
        public internal(set) var acts: [Touch: Act] = [:]
        public internal(set) var origin: Origin
        public internal(set) var lineOrigin: Origin
        public internal(set) var talkOrigin: Origin
        public internal(set) var actOrigins: [Touch: Origin] = [:]

        public var isActiveLow: Bool { active == .low }
        /// Whether speech presses it, and no finger.
        public var isVoiceOperated: Bool { mode == .vox }
        /// Whether it opens the microphone.
        public var talks: Bool { talk != nil || isReply }
        /// Whom it talks to, as the configuration spells it; empty when it does not.
        public var talkText: String { isReply ? Deed.reply : talk?.name ?? "" }
    }
}
