/// A section as it would stand in a file, every default included.
public struct EffectiveSection: Equatable, Sendable {
    /// The kind, such as `peer`.
    public let kind: String
    /// Empty for a section that exists once.
    public let name: String
    /// Every setting in use, with its value as text, in the order of the table.
    public let entries: [(key: String, value: String)]
    /// The file that has the section; nil for the main file, and for a section that is in none.
    public internal(set) var file: String?

    /// The header, such as `[peer attic]`.
    var header: String { name.isEmpty ? "[\(kind)]" : "[\(kind) \(name)]" }

    /// Returns the value of a setting; empty where the setting is unused.
    func value(of name: String) -> String { entries.first { $0.key == name }?.value ?? "" }

    var text: String {
        var text = file.map { "# \($0)\n" } ?? ""
        text += "\(header)\n"
        for (key, value) in entries {
            text += value.isEmpty ? "\(key) =\n" : "\(key) = \(value)\n"
        }
        return text
    }

    /// Returns whether both have the same meaning; the file does not matter.
    public static func == (one: Self, other: Self) -> Bool {
        one.kind == other.kind && one.name == other.name
            && one.entries.elementsEqual(other.entries) { $0 == $1 }
    }
}

extension Config {
    /// The whole configuration as one file, every default included; a comment above a section names
    /// the section's file, unless that is the main one.
    ///
    /// Read back, the text gives these settings again; it lacks only origins, warnings, the mark of
    /// learned peers, and channels that buttons wait for. A configuration holds no secret, so this
    /// text holds none.
    public var effective: String {
        effectiveSections.map { $0.text }.joined(separator: "\n")
    }

    /// The sections that exist once, then the named ones, each kind as it was written.
    public var effectiveSections: [EffectiveSection] {
        Self.kinds.flatMap { $0.effective(self) }
    }
}

/// The value of `line`: a pin, a key of an input device, or an LED of the kernel.
enum LineText {
    case pin(String)
    case key(device: String, code: UInt16)
    case led(String)

    /// The section that has the line: not every section takes every kind of line.
    enum Kind { case button, lamp, relay }

    private static let keyMark = "evdev:"
    static let ledMark = "led:"

    /// The line in one spelling, so that two texts for the same line can be compared.
    var text: String {
        switch self {
        case .pin(let name): name
        case .key(let device, let code): "\(Self.keyMark)\(device)/\(KeyName.name(of: code))"
        case .led(let name): "\(Self.ledMark)\(name)"
        }
    }

    static func parse(_ text: String, for kind: Kind) -> Parsed<LineText> {
        if text.hasPrefix(keyMark) {
            guard kind == .button else {
                return .wrong("\(quoted(text)) is a key of a keypad: write a GPIO line")
            }
            return key(String(text.dropFirst(keyMark.utf8.count)))
        }
        if text.hasPrefix(ledMark) {
            guard kind == .lamp else {
                return .wrong("\(quoted(text)) is a lamp: only [lamp NAME] takes it")
            }
            return led(String(text.dropFirst(ledMark.utf8.count)))
        }
        return pin(text)
    }

    private static func pin(_ text: String) -> Parsed<LineText> {
        let isOffset = !text.isEmpty && text.utf8.allSatisfy(isDigit)
        if isOffset {
            return .wrong(
                "\(quoted(text)) is a bare number, which differs by kernel", "GPIO\(text)")
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isChip = parts.count == 2 && parts[0].hasPrefix("gpiochip")
        let isRight =
            if isChip {
                parts[0].utf8.count > 8 && parts[0].utf8.dropFirst(8).allSatisfy(isDigit)
                    && (1...4).contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy(isDigit)
            } else {
                // A name has up to 31 bytes of any kind; with a slash it would be a path.
                (1...31).contains(text.utf8.count) && parts.count == 1
            }
        guard isRight else {
            return .wrong("\(quoted(text)) must be a line's name such as GPIO17, or gpiochip0/17")
        }
        return .value(.pin(text))
    }

    /// Reads `USB Keypad/KEY_F1`: the device's name may have slashes, the key's name has none.
    private static func key(_ text: String) -> Parsed<LineText> {
        let advice = "(intercomctl keys list)"
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")),
            (1...79).contains(text[..<slash].utf8.count)
        else { return .wrong("write evdev:DEVICE/KEY \(advice)") }
        let word = String(text[text.utf8.index(after: slash)...])
        guard let code = KeyName.code(of: word) else {
            return .wrong(
                "\(quoted(word)) is not a key's name, nor 1 to \(KeyName.codes.upperBound)"
                    + " \(advice)", KeyName.nearest(to: word))
        }
        return .value(.key(device: String(text[..<slash]), code: code))
    }

    /// Reads the name of an LED in /sys/class/leds, which is no path.
    private static func led(_ name: String) -> Parsed<LineText> {
        let isPlain = !name.utf8.contains(UInt8(ascii: "/")) && !name.hasPrefix(".")
        guard (1...63).contains(name.utf8.count), isPlain else {
            return .wrong("\(quoted(name)) is not the name of an LED (ls /sys/class/leds)")
        }
        return .value(.led(name))
    }
}

extension Setting {
    /// The setting `line`, which is required.
    static func line(
        for kind: LineText.Kind, such hint: String, _ get: @escaping (Section) -> String,
        _ set: @escaping (inout Section, LineText) -> Void,
        at remember: @escaping (inout Section, Origin) -> Void
    ) -> Self {
        Self(
            "line", .forms([]), text: get,
            take: { section, entry, reader in
                let parse = { (text: String) in LineText.parse(text, for: kind) }
                guard let line = reader.value(of: entry, parse) else { return }
                set(&section, line)
            }
        ).orEmpty.required(such: hint).at(remember)
    }
}
