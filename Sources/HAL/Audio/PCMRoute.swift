internal import CALSA

/// The plug-ins between a program and a card, from alsa-lib's description of an open device.
///
/// A `hw:` device is the card itself. Other devices may convert, mix, or lead to a sound server
/// instead of a card; all of these work, at a cost.
public struct PCMRoute: Equatable, Sendable {
    public enum Detour: Equatable, Sendable, CaseIterable {
        case pulseAudio, pipeWire, jack
        /// dmix, dsnoop or dshare: several programs use one card.
        case mixing
        /// The card runs at another rate.
        case rate
    }

    /// The detours, in no particular order.
    public let detours: [Detour]
    /// The kernel's number of the card at the end of the route; nil where the route ends elsewhere.
    public let card: Int?

    /// Reads the text of `snd_pcm_dump`.
    init(dump: String) {
        let text = Array(dump.utf8)
        detours = Detour.allCases.filter { detour in
            detour.words.contains { !places(of: $0, in: text).isEmpty }
        }
        card = places(of: "Hardware PCM card ", in: text).first.flatMap { place in
            let digits = text[place...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
            return Int(String(decoding: digits, as: UTF8.self))
        }
    }

    /// Asks alsa-lib about a device whose parameters are set.
    ///
    /// Allocates.
    init(of pcm: OpaquePointer) {
        var opened: OpaquePointer?
        guard unsafe snd_output_buffer_open(&opened) == 0, let output = unsafe opened else {
            self.init(dump: "")
            return
        }
        defer { unsafe snd_output_close(output) }
        unsafe snd_pcm_dump(pcm, output)
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe snd_output_buffer_string(output, &start)
        guard let start = unsafe start else {
            self.init(dump: "")
            return
        }
        // SAFETY: the text lasts as long as `output`, and is copied here.
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(count))
        self.init(dump: unsafe String(decoding: bytes, as: UTF8.self))
    }
}

extension PCMRoute.Detour {
    /// The names that alsa-lib and its plug-ins use.
    fileprivate var words: [String] {
        switch self {
        case .pulseAudio: ["PulseAudio"]
        case .pipeWire: ["PipeWire"]
        case .jack: ["JACK"]
        case .mixing: ["Direct Stream Mixing PCM", "Direct Snoop PCM", "Direct Share PCM"]
        case .rate: ["Rate conversion PCM"]
        }
    }

    /// The name for people.
    public var name: String {
        switch self {
        case .pulseAudio: "PulseAudio"
        case .pipeWire: "PipeWire"
        case .jack: "JACK"
        case .mixing: "dmix or dsnoop"
        case .rate: "a converter of rate"
        }
    }

    /// The cost of this detour: the end of a sentence.
    public var cost: String {
        switch self {
        case .pulseAudio, .pipeWire, .jack:
            "which adds delay of its own and a clock that is not the card's, so that echo cannot "
                + "be cancelled"
        case .mixing:
            "which adds a buffer of delay, and hides it when the card is unplugged"
        case .rate:
            "which costs processor time and some delay"
        }
    }

    /// Whether the detour leads to a sound server, which has its own clock.
    var hidesClock: Bool {
        switch self {
        case .pulseAudio, .pipeWire, .jack: true
        case .mixing, .rate: false
        }
    }
}

/// Returns the positions just behind each occurrence of a word.
private func places(of word: String, in text: [UInt8]) -> [Int] {
    let wanted = Array(word.utf8)
    guard text.count >= wanted.count else { return [] }
    return (0...text.count - wanted.count).filter { place in
        text[place..<place + wanted.count].elementsEqual(wanted)
    }.map { $0 + wanted.count }
}

/// Whether a microphone and a loudspeaker run on one clock, so that echo can be cancelled.
///
/// This module judges by names and routes. A measurement of the samples (`ClockDrift`) takes
/// precedence, because one card may have two clocks.
public struct PCMClock: Equatable, Sendable {
    /// Why there are two clocks, as the end of a sentence; nil where there is one.
    public let reason: String?

    /// Whether names and routes leave the question open, so that the samples may answer it.
    public let isGuess: Bool

    public var isOneClock: Bool { reason == nil }

    public init(reason: String?) {
        self.reason = reason
        isGuess = false
    }

    /// One direction, open.
    public struct Side {
        /// The name, with the card chosen for `auto`.
        public let name: String
        public let route: PCMRoute

        public init(name: String, route: PCMRoute) {
            self.name = name
            self.route = route
        }
    }

    public init(capture: Side, playback: Side) {
        for side in [capture, playback] {
            if let server = side.route.detours.first(where: { $0.hidesClock }) {
                reason = "\(side.name) goes through \(server.name), whose clock is not the card's"
                isGuess = true
                return
            }
        }
        isGuess = capture.route.card == nil && playback.route.card == nil
        switch (capture.route.card, playback.route.card) {
        case (let one?, let other?) where one == other: reason = nil
        case (nil, nil) where capture.name == playback.name: reason = nil
        case (nil, nil): reason = "\(capture.name) and \(playback.name) may be two cards"
        default: reason = "\(capture.name) and \(playback.name) are two cards"
        }
    }

    /// The result of comparing the clocks by the samples.
    public enum Comparison: Equatable, Sendable {
        /// The speaker's clock is faster by this many millionths.
        case apart(Double)
        /// The clocks are closer than a canceller would notice.
        case together
        /// The measurement is not exact enough yet.
        case unknown
    }

    /// Compares the measured rates of both directions, in millionths with their uncertainties.
    public static func compared(
        capturePPM: Double, uncertain capture: Double, playbackPPM: Double,
        uncertain playback: Double
    ) -> Comparison {
        let apart = playbackPPM - capturePPM
        let uncertain = capture + playback
        if abs(apart) > max(limitPPM, uncertain) { return .apart(apart) }
        return abs(apart) + uncertain <= limitPPM ? .together : .unknown
    }

    /// Below this, the echo moves by less than a sample in some seconds, which a canceller follows.
    private static let limitPPM = 3.0
}

/// The sound device that the configuration names.
///
/// Names have no card numbers, because the kernel assigns those anew at every start. The text forms
/// are those of the configuration file and of `intercomctl audio list`.
public enum PCMName: Equatable, Sendable {
    /// A card by its id, the word in brackets of /proc/asound/cards: `card:Device`.
    case card(String)
    /// A USB card by the numbers of its maker, and by its serial number where two cards are alike:
    /// `usb:0d8c:0014` or `usb:0d8c:0014:SERIAL`.
    case usb(vendor: UInt16, product: UInt16, serial: String?)
    /// Any name that alsa-lib knows, plug-ins included: `pcm:NAME`.
    case pcm(String)
    /// The device that alsa-lib calls `default`.
    case `default`
    /// The best card present (`PCMCard.chosen`): `auto`.
    case automatic
}

extension PCMName: CustomStringConvertible {
    public var description: String {
        switch self {
        case .card(let id): return "card:" + id
        case .pcm(let name): return "pcm:" + name
        case .default: return "default"
        case .automatic: return "auto"
        case .usb(let vendor, let product, let serial):
            let numbers = "usb:" + fourHexDigits(vendor) + ":" + fourHexDigits(product)
            guard let serial else { return numbers }
            return numbers + ":" + serial
        }
    }
}

extension PCMName {
    /// Returns the card of this name, if it is present and the name is not alsa-lib's own.
    func card(among cards: [PCMCard]) -> PCMCard? {
        switch self {
        case .card(let id): return cards.first { $0.id == id }
        case .usb(let vendor, let product, let serial):
            return cards.first { card in
                guard let usb = card.usb else { return false }
                return usb.vendor == vendor && usb.product == product
                    && (serial == nil || serial == usb.serial)
            }
        case .pcm, .default, .automatic: return nil
        }
    }

    /// Returns the name for alsa-lib; nil when a USB card is not plugged in, and for a name that
    /// must be resolved first.
    func alsaName(of card: PCMCard?) -> String? {
        switch self {
        case .card(let id): return "hw:CARD=" + id
        case .usb:
            guard let card else { return nil }
            return "hw:CARD=" + card.id
        case .pcm(let name): return name
        case .default: return "default"
        case .automatic: return nil
        }
    }
}

/// Returns a USB number with four digits, as in lsusb.
func fourHexDigits(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.utf8.count) + digits
}
