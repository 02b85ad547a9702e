/// A sound card, by a name that survives a reboot.
public enum DeviceName: Hashable, Sendable {
    /// `card:Device`: the card's id.
    case card(String)
    /// `usb:0d8c:0014` or `usb:0d8c:0014:SERIAL`: a USB device wherever it is plugged in.
    case usb(vendor: UInt16, product: UInt16, serial: String?)
    /// `pcm:NAME`: a PCM of the machine's ALSA configuration.
    case pcm(String)
    /// ALSA's default card.
    case `default`
    /// The most suitable card of the machine.
    case auto
    /// No card: this direction is not used.
    case none
}

extension DeviceName: CustomStringConvertible {
    /// The name as a configuration has it.
    public var description: String {
        switch self {
        case .card(let id): return "card:\(id)"
        case .usb(let vendor, let product, let serial):
            let device = "usb:\(Self.hexadecimal(vendor)):\(Self.hexadecimal(product))"
            return serial.map { "\(device):\($0)" } ?? device
        case .pcm(let name): return "pcm:\(name)"
        case .default: return "default"
        case .auto: return "auto"
        case .none: return "none"
        }
    }

    private static func hexadecimal(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}

extension DeviceName {
    static let forms = "auto, card:ID, usb:VENDOR:PRODUCT, pcm:NAME, default or none"
    static let numbered = "card numbers change at boot; use card:Device (intercomctl audio list)"

    /// Reads a device name, or reports its fault.
    static func parse(_ text: String) -> Parsed<DeviceName> {
        if text == "auto" { return .value(.auto) }
        if text == "default" { return .value(.default) }
        if text == "none" { return .value(.none) }
        if isNumbered(text) { return .wrong("\(quoted(text)) is refused: \(numbered)") }

        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
            return .wrong("\(quoted(text)) is not a device; must be \(forms)")
        }
        let rest = String(parts[1])
        switch parts[0] {
        case "card":
            if rest.utf8.allSatisfy(isDigit) {
                return .wrong("\(quoted(text)) is refused: \(numbered)")
            }
            guard rest.utf8.count <= 15, rest.utf8.allSatisfy({ isWordByte($0) }) else {
                return .wrong(
                    "\(quoted(text)) is not a card id: 1 to 15 letters, digits, - and _")
            }
            return .value(.card(rest))
        case "usb":
            return parseUSB(rest, whole: text)
        case "pcm":
            if isNumbered(rest) { return .wrong("\(quoted(text)) is refused: \(numbered)") }
            guard rest.utf8.count <= 127 else { return .wrong("the PCM name is over 127 bytes") }
            return .value(.pcm(rest))
        default:
            return .wrong(
                "\(quoted(text)) is not a device; must be \(forms)",
                nearestWord(to: text, among: ["auto", "default", "none"]))
        }
    }

    /// Whether the text is `hw:1`, `plughw:0,0` and the like: a card by its number.
    private static func isNumbered(_ text: String) -> Bool {
        for prefix in ["hw:", "plughw:", "hw:CARD=", "plughw:CARD="]
        where text.hasPrefix(prefix) {
            if let next = text.utf8.dropFirst(prefix.utf8.count).first, isDigit(next) {
                return true
            }
        }
        return false
    }

    private static func parseUSB(_ rest: String, whole: String) -> Parsed<DeviceName> {
        let parts = rest.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].utf8.count == 4, parts[1].utf8.count == 4,
            parts[0].utf8.allSatisfy(isHexDigit), parts[1].utf8.allSatisfy(isHexDigit),
            let vendor = UInt16(parts[0], radix: 16), let product = UInt16(parts[1], radix: 16)
        else {
            return .wrong(
                "\(quoted(whole)) is not usb:VENDOR:PRODUCT, each of 4 hexadecimal digits")
        }
        guard parts.count == 3 else {
            return .value(.usb(vendor: vendor, product: product, serial: nil))
        }
        guard !parts[2].isEmpty, parts[2].utf8.count <= 127 else {
            return .wrong("the USB serial number must have 1 to 127 characters")
        }
        return .value(.usb(vendor: vendor, product: product, serial: String(parts[2])))
    }
}
