internal import CALSA

/// A sound card of this machine, for listing and for finding USB cards.
public struct PCMCard: Equatable, Sendable {
    public struct USB: Equatable, Sendable {
        public let vendor: UInt16
        public let product: UInt16
        public let serial: String?
    }

    /// The card's id: one word, as in `card:Device`.
    public let id: String
    /// The driver's name for the card, for people.
    public let name: String
    /// Nil when it is not a USB card.
    public let usb: USB?
    public let captures: Bool
    public let plays: Bool

    /// The configuration value: by USB numbers where there are any, because the id of a USB card
    /// depends on which card was plugged in first.
    public var value: PCMName {
        guard let usb else { return .card(id) }
        return .usb(vendor: usb.vendor, product: usb.product, serial: nil)
    }

    /// The cards present, in the kernel's order; none is not an error.
    public static var all: [PCMCard] {
        calsa_silence()
        var cards: [PCMCard] = []
        var number: Int32 = -1
        while unsafe snd_card_next(&number) == 0, number >= 0 {
            if let card = PCMCard(number: number) { cards.append(card) }
        }
        return cards
    }

    /// Frees the settings that alsa-lib read to open a card; the next opening reads them again.
    public static func forgetSettings() { _ = snd_config_update_free_global() }
}

extension PCMCard {
    private init?(number: Int32) {
        var opened: OpaquePointer?
        guard unsafe snd_ctl_open(&opened, "hw:" + String(number), 0) == 0,
            let control = unsafe opened
        else { return nil }
        defer { unsafe snd_ctl_close(control) }

        var allocated: OpaquePointer?
        guard unsafe snd_ctl_card_info_malloc(&allocated) == 0, let info = unsafe allocated else {
            return nil
        }
        defer { unsafe snd_ctl_card_info_free(info) }
        guard unsafe snd_ctl_card_info(control, info) == 0 else { return nil }
        // SAFETY: alsa-lib's strings last as long as `info`, and are copied here.
        id = unsafe String(cString: snd_ctl_card_info_get_id(info))
        name = unsafe String(cString: snd_ctl_card_info_get_name(info))
        usb = USB(folder: "/sys/class/sound/card" + String(number) + "/device/..")
        captures = unsafe hasDevice(control, SND_PCM_STREAM_CAPTURE)
        plays = unsafe hasDevice(control, SND_PCM_STREAM_PLAYBACK)
    }
}

/// Returns whether the first PCM device of a card, which `hw:CARD=ID` opens, has this direction.
private func hasDevice(_ control: OpaquePointer, _ direction: snd_pcm_stream_t) -> Bool {
    var allocated: OpaquePointer?
    guard unsafe snd_pcm_info_malloc(&allocated) == 0, let info = unsafe allocated else {
        return false
    }
    defer { unsafe snd_pcm_info_free(info) }
    unsafe snd_pcm_info_set_device(info, 0)
    unsafe snd_pcm_info_set_subdevice(info, 0)
    unsafe snd_pcm_info_set_stream(info, direction)
    return unsafe snd_ctl_pcm_info(control, info) == 0
}

extension PCMCard.USB {
    /// Reads the numbers from a USB device's folder in sysfs; nil for another kind of device.
    init?(folder: String) {
        guard let vendor = firstLine(of: folder + "/idVendor"),
            let product = firstLine(of: folder + "/idProduct"),
            let vendor = UInt16(vendor, radix: 16), let product = UInt16(product, radix: 16)
        else { return nil }
        self.vendor = vendor
        self.product = product
        serial = firstLine(of: folder + "/serial")
    }
}

/// Returns the first line of a small file; nil when it cannot be read or is empty.
private func firstLine(of path: String) -> String? {
    guard let file = unsafe fopen(path, "re") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe fread(buffer.baseAddress, 1, buffer.count, file)
    }
    let line = bytes[..<count].prefix { $0 != 10 }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
}

/// The choice of a card where the configuration names none.
extension PCMCard {
    /// Returns the card for a direction; nil where none has it.
    ///
    /// It prefers one card for both directions, because that has one clock; USB cards to built-in
    /// ones, because people plug them in to talk; and cards for screens least, because few screens
    /// have speakers. It never chooses a virtual card, because nobody hears its sound.
    static func chosen(among cards: [PCMCard], for direction: PCMError.Direction) -> PCMCard? {
        let real = cards.filter { !isVirtual($0.name) && !isVirtual($0.id) }
        return best(of: real.filter { $0.captures && $0.plays })
            ?? best(of: real.filter { direction == .capture ? $0.captures : $0.plays })
    }

    private static func best(of cards: [PCMCard]) -> PCMCard? {
        // `min` returns the first of equals, and so keeps the kernel's order.
        cards.min { $0.kind < $1.kind }
    }

    private var kind: Int {
        if usb != nil { return 0 }
        return Self.isForScreen(name) || Self.isForScreen(id) ? 2 : 1
    }

    /// Returns whether a card's name or id shows that it plays through a screen.
    public static func isForScreen(_ text: String) -> Bool {
        var rest = text.lowercased().utf8[...]
        while !rest.isEmpty {
            if rest.starts(with: "hdmi".utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Returns whether the kernel gives this name or id to a card without microphone and
    /// loudspeaker: snd-aloop, snd-dummy, snd-pcmtest, a USB gadget.
    public static func isVirtual(_ text: String) -> Bool {
        ["Loopback", "Dummy", "PCM-TEST", "PCMTest", "UAC1", "UAC2"].contains { text.hasPrefix($0) }
    }
}

extension PCMName {
    /// Returns the device chosen from the present cards; nil where no card has this direction.
    ///
    /// Without any card there may be a sound server, which ALSA then calls `default`. With a card,
    /// `default` is never chosen: for a USB card it is dmix and dsnoop, on a desktop the user's
    /// sound server, and on a Pi often the screen.
    func resolved(among cards: [PCMCard], for direction: PCMError.Direction) -> PCMName? {
        guard self == .automatic else { return self }
        guard !cards.isEmpty else { return .default }
        return PCMCard.chosen(among: cards, for: direction).map { .card($0.id) }
    }

    /// Returns the text for people: `auto` together with the chosen card.
    func shown(as found: PCMName) -> String { found == self ? description : "\(self) (\(found))" }
}
