internal import Config
internal import HAL

/// A sound card as `setup` found it: its value in the configuration, and the directions that work.
struct CardTrial: Equatable {
    enum Outcome: Equatable {
        /// The card has no such direction.
        case none
        /// The card opened at 48 kHz.
        case opens
        /// Another program uses the card, so it could not be tried.
        case busy
        /// The card cannot be used, for this reason.
        case refused(String)

        var isUsable: Bool { self == .opens || self == .busy }

        /// The word in a table.
        var word: String {
            switch self {
            case .none: "-"
            case .opens: "yes"
            case .busy: "in use"
            case .refused: "no"
            }
        }
    }

    /// The name of the card, as the settings `input` and `output` take it.
    let value: String
    let name: String
    let isUSB: Bool
    let input: Outcome
    let output: Outcome

    func outcome(_ direction: PCMError.Direction) -> Outcome {
        direction == .capture ? input : output
    }
}

extension CardTrial {
    /// Tries every card of the machine; without any, tries the default device.
    static func all() -> [CardTrial] {
        let cards = PCMCard.all
        let trials = cards.map { card in
            let value = value(of: card, among: cards)
            return CardTrial(
                value: value.description, name: card.name, isUSB: card.usb != nil,
                input: card.captures ? outcome(ofOpening: value, .capture) : .none,
                output: card.plays ? outcome(ofOpening: value, .playback) : .none)
        }
        guard trials.isEmpty else { return trials }
        let fallback = CardTrial(
            value: DeviceName.auto.description, name: "ALSA's default", isUSB: false,
            input: outcome(ofOpening: .default, .capture),
            output: outcome(ofOpening: .default, .playback))
        return fallback.input.isUsable || fallback.output.isUsable ? [fallback] : []
    }

    /// Returns the name that means this card only, also after a restart.
    static func value(of card: PCMCard, among cards: [PCMCard]) -> PCMName {
        guard let usb = card.usb else { return card.value }
        let alike = cards.filter {
            $0.usb?.vendor == usb.vendor && $0.usb?.product == usb.product
        }
        guard alike.count > 1 else { return card.value }
        // Only a serial number tells two identical cards apart.
        guard let serial = usb.serial, isPlain(serial),
            alike.filter({ $0.usb?.serial == serial }).count == 1
        else { return .card(card.id) }
        return .usb(vendor: usb.vendor, product: usb.product, serial: serial)
    }

    /// Returns a note about cards that only the order of plugging tells apart; nil without any.
    static func twinsNote(_ cards: [PCMCard]) -> String? {
        let twins = cards.compactMap { card -> String? in
            guard card.usb != nil, case .card(let id) = value(of: card, among: cards) else {
                return nil
            }
            return "card:\(id)"
        }
        guard !twins.isEmpty else { return nil }
        return twins.joined(separator: ", ")
            + ": cards that are alike, whose names may change at the next start; a udev rule names "
            + "each port (docs/hardware.md)\n"
    }

    /// Whether the text needs no escaping in a configuration.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21..<0x7f).contains($0) && $0 != UInt8(ascii: "#") }
    }

    static func outcome(ofOpening name: PCMName, _ direction: PCMError.Direction) -> Outcome {
        do throws(PCMError) {
            _ = try PCMDevice(direction, name: name, wanted: PCMParameters.Wanted())
            return .opens
        } catch {
            switch error.reason {
            case .busy: return .busy
            case .oneWay: return .none
            default: return .refused(error.description)
            }
        }
    }
}
