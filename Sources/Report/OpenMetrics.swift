/// Text in the OpenMetrics format 1.0, one metric family after another.
///
/// Only counters, and gauges where the format has richer types: the older text format of
/// Prometheus, which files for its node_exporter are read as, knows no `info` and no `stateset`.
struct OpenMetrics {
    enum Kind: String { case counter, gauge }

    struct Label {
        let name: StaticString
        let value: String

        init(_ name: StaticString, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    private(set) var text = ""
    /// The name of each sample of the family, and what kind of number it has.
    private var family = ""
    private var kind = Kind.gauge

    /// Begins a family; its name ends with its unit, if it has one.
    mutating func family(
        _ name: String, _ kind: Kind, unit: StaticString? = nil, _ help: String
    ) {
        if let unit { precondition(name.hasSuffix("_\(unit.description)")) }
        precondition(!name.hasSuffix("_total"))
        text += "# HELP intercom_\(name) \(Self.escaped(help))\n"
        text += "# TYPE intercom_\(name) \(kind.rawValue)\n"
        if let unit { text += "# UNIT intercom_\(name) \(unit.description)\n" }
        family = "intercom_\(name)"
        self.kind = kind
    }

    mutating func sample(_ value: Int, _ labels: [Label] = []) { sample("\(value)", labels) }

    mutating func sample(_ value: Bool, _ labels: [Label] = []) {
        sample(value ? "1" : "0", labels)
    }

    /// A number in millionths, such as seconds of which microseconds are known.
    mutating func sample(millionths: Int, _ labels: [Label] = []) {
        let magnitude = millionths.magnitude
        var fraction = "\(magnitude % 1_000_000 + 1_000_000)".dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        let sign = millionths < 0 ? "-" : ""
        let point = fraction.isEmpty ? "" : "."
        sample("\(sign)\(magnitude / 1_000_000)\(point)\(fraction)", labels)
    }

    /// One sample for each state there is: 1 for that which is, 0 for the others.
    mutating func states(_ all: [String], now: String, _ labels: [Label]) {
        for state in all { sample(state == now, labels + [Label("state", state)]) }
    }

    /// The whole text; nothing may come after its last line.
    consuming func finish() -> String { text + "# EOF\n" }

    private mutating func sample(_ value: String, _ labels: [Label]) {
        text += kind == .counter ? "\(family)_total" : family
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name.description)=\"\(Self.escaped($0.value))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\"": result.append(contentsOf: "\\\"".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            // A daemon that was taken over must not control the terminal.
            default: result.append(contentsOf: String(scalar).visible.unicodeScalars)
            }
        }
        return String(result)
    }
}
