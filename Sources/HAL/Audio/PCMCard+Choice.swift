/// The choice of a card where the configuration names none.
extension PCMCard {
    /// The card for a direction; nil where none has it.
    ///
    /// One card for both directions if there is one, because it has one clock. USB cards before
    /// built-in ones, because people plug them in to talk. Cards for screens last, because few
    /// screens have speakers. Virtual cards never, because nobody hears what they play.
    static func chosen(among cards: [PCMCard], for direction: PCMError.Direction) -> PCMCard? {
        let real = cards.filter { !isVirtual($0.name) && !isVirtual($0.id) }
        return best(of: real.filter { $0.captures && $0.plays })
            ?? best(of: real.filter { direction == .capture ? $0.captures : $0.plays })
    }

    private static func best(of cards: [PCMCard]) -> PCMCard? {
        // The first of the lowest: `min` keeps the kernel's order.
        cards.min { $0.kind < $1.kind }
    }

    private var kind: Int {
        if usb != nil { return 0 }
        return Self.isForScreen(name) || Self.isForScreen(id) ? 2 : 1
    }

    /// Whether a card's name or id shows that it plays through a screen.
    public static func isForScreen(_ text: String) -> Bool {
        var rest = text.lowercased().utf8[...]
        while !rest.isEmpty {
            if rest.starts(with: "hdmi".utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Whether a card's name or id is one that the kernel gives to a card without microphone and
    /// loudspeaker: snd-aloop, snd-dummy, snd-pcmtest, a USB gadget.
    public static func isVirtual(_ text: String) -> Bool {
        ["Loopback", "Dummy", "PCM-TEST", "PCMTest", "UAC1", "UAC2"].contains { text.hasPrefix($0) }
    }
}

extension PCMName {
    /// The device chosen from the cards present; nil where no card has this direction.
    ///
    /// Without any card there may still be a sound server, which ALSA then calls `default`. With a
    /// card, `default` is never chosen: for a USB card it is dmix and dsnoop, on a desktop the
    /// user's sound server, and on a Pi often the screen.
    func resolved(among cards: [PCMCard], for direction: PCMError.Direction) -> PCMName? {
        guard self == .automatic else { return self }
        guard !cards.isEmpty else { return .default }
        return PCMCard.chosen(among: cards, for: direction).map { .card($0.id) }
    }

    /// The text for people: `auto` together with the card chosen now.
    public func shown(for direction: PCMError.Direction) -> String {
        shown(among: PCMCard.all, for: direction)
    }

    func shown(among cards: [PCMCard], for direction: PCMError.Direction) -> String {
        resolved(among: cards, for: direction).map { shown(as: $0) } ?? description
    }

    /// The same text for a known choice.
    func shown(as found: PCMName) -> String { found == self ? description : "\(self) (\(found))" }
}
