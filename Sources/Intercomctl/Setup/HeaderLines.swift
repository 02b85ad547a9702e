internal import HAL
internal import Report

/// The GPIO lines of a Raspberry Pi's pin header, or with such names, `GPIO2` for instance.
struct HeaderLines: Equatable {
    struct Line: Equatable {
        let number: Int
        /// The program that has it; empty where it is the kernel; nil where it is free.
        let holder: String?
    }

    /// By number, each once.
    let lines: [Line]
    /// The names of all lines of the machine, those of the header among them.
    private let names: [String]

    init(_ lines: [Line], names: [String] = []) {
        self.names = names + lines.map { "GPIO\($0.number)" }
        var found: [Line] = []
        for line in lines where !found.contains(where: { $0.number == line.number }) {
            found.append(line)
        }
        self.lines = found.sorted { $0.number < $1.number }
    }

    /// The lines of all chips that can be listed.
    static func all() -> HeaderLines {
        var (found, names): ([Line], [String]) = ([], [])
        for number in GPIOChip.numbers() {
            do throws(GPIOError) {
                for line in try GPIOChip(number: number).lines() {
                    if !line.name.isEmpty { names.append(line.name) }
                    guard let number = self.number(of: line.name) ?? line.headerNumber else {
                        continue
                    }
                    found.append(Line(number: number, holder: line.isUsed ? line.holder : nil))
                }
            } catch { continue }
        }
        return HeaderLines(found, names: names)
    }

    /// The number in such a name.
    private static func number(of name: String) -> Int? {
        guard name.hasPrefix("GPIO") else { return nil }
        let digits = name.utf8.dropFirst(4)
        guard (1...2).contains(digits.count) else { return nil }
        guard let number = Int(String(Substring(digits))), name == "GPIO\(number)" else {
            return nil
        }
        return number
    }

    /// One line of text: those that are free, and what has the others; nil where there are none.
    var text: String? {
        guard !lines.isEmpty else { return nil }
        var free: [String] = []
        var run: ClosedRange<Int>?
        func close() {
            guard let run else { return }
            free.append(
                run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound) to \(run.upperBound)")
        }
        for line in lines where line.holder == nil {
            if let open = run, open.upperBound + 1 == line.number {
                run = open.lowerBound...line.number
            } else {
                close()
                run = line.number...line.number
            }
        }
        close()
        let numbers = free.joined(separator: ", ")
        var parts = [free.isEmpty ? "no line is free" : "free: GPIO \(numbers)"]
        for line in lines {
            guard let holder = line.holder else { continue }
            parts.append("\(line.number) is in use by \(Self.user(holder))")
        }
        return parts.joined(separator: "; ")
    }

    private static func user(_ holder: String) -> String {
        holder.isEmpty ? "the kernel" : holder.visible
    }

    /// Whether this machine has lines, and none of this name: a button there would never talk.
    func lacks(_ value: String) -> Bool {
        // A place at a chip or a key of a keypad is known to the daemon alone.
        guard value != "none", !value.contains(where: { $0 == "/" || $0 == ":" }) else {
            return false
        }
        return !names.isEmpty && !names.contains(value)
    }

    /// Why a line is perhaps not meant; nil where it is well.
    func doubt(of value: String) -> String? {
        guard let number = Self.number(of: value),
            let holder = lines.first(where: { $0.number == number })?.holder,
            !holder.hasPrefix("intercomd")
        else { return nil }
        return "\(value) is in use by \(Self.user(holder))"
    }
}
