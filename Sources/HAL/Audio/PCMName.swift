/// Which sound device the configuration means.
///
/// Card numbers are not part of it, because the kernel assigns them anew at every start. The text
/// forms are those of the configuration file and of `intercomctl audio list`.
public enum PCMName: Equatable, Sendable {
    /// A card by its id, the word in brackets of /proc/asound/cards: `card:Device`.
    case card(String)
    /// A USB card by the numbers of its maker, and by its serial number where two are alike:
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
    /// The card meant, when it is present and not named in alsa-lib's own way.
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

    /// The name for alsa-lib; nil when a USB card is not plugged in, and for a name that must be
    /// resolved first.
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

/// USB numbers have four digits, as in lsusb.
func fourHexDigits(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.utf8.count) + digits
}
