// HALProbe: does what its standard input says, one command a line, and answers each with one
// line. It exists for what a test cannot do to its own process: run under the preloaded GPIO
// simulator (tools/lab/gpio), take signals, lock memory.

import HAL
import Time

/// What cannot be copied, where it can be absent.
final class Box<Value: ~Copyable> {
    var value: Value
    init(_ value: consuming Value) { self.value = value }
}

/// The lines the probe holds.
struct Probe {
    var input: Box<InputLine>?
    var output: Box<OutputLine>?
    let process = ProcessProbe()

    mutating func obey(_ words: [Substring]) -> String {
        do throws(GPIOError) {
            switch words.first {
            case "input": return try openInput(words)
            case "level": return try input!.value.isActive() ? "active" : "inactive"
            case "edges": return try edges()
            case "wait": return waitReadable(input!.value.fd)
            case "output":
                output = nil
                let line = try OutputLine(
                    name: String(words[1]), activeLow: words[2] == "low",
                    isActive: words[3] == "on")
                output = Box(line)
                return "ok"
            case "on", "off":
                try output!.value.set(words[0] == "on")
                return "ok"
            case "drop":
                input = nil
                output = nil
                return "ok"
            case "heap":
                let calls = HeapProbe.count(
                    &input!.value, output!.value, allocating: words.last == "allocating")
                return calls.map { "\($0)" } ?? "uncounted"
            case "list": return try list()
            default: return process.obey(words)
            }
        } catch {
            return "error: \(error)"
        }
    }

    /// Answers "input NAME up|down|none|asis low|high".
    private mutating func openInput(_ words: [Substring]) throws(GPIOError) -> String {
        let bias: InputLine.Bias =
            switch words[2] {
            case "up": .pullUp
            case "down": .pullDown
            case "none": .none
            default: .asIs
            }
        input = nil
        let line = try InputLine(
            name: String(words[1]), bias: bias, activeLow: words[3] == "low")
        input = Box(line)
        return try input!.value.isActive() ? "active" : "inactive"
    }

    /// Every edge as "active@ns" or "inactive@ns".
    private mutating func edges() throws(GPIOError) -> String {
        var seen: [String] = []
        while let edge = try input!.value.nextEdge() {
            seen.append("\(edge.isActive ? "active" : "inactive")@\(edge.moment.nanoseconds)")
        }
        return seen.joined(separator: " ")
    }

    private func waitReadable(_ fd: Int32) -> String {
        do throws(SystemError) {
            var loop = try EventLoop()
            try loop.add(fd: fd, token: 0)
            return loop.wait(until: Clock.now() + .seconds(5)) > 0 ? "readable" : "nothing"
        } catch {
            return "error: \(error)"
        }
    }

    private func list() throws(GPIOError) -> String {
        var text = ""
        for number in GPIOChip.numbers() {
            let chip = try GPIOChip(number: number)
            text += "\(chip.name)[\(chip.label)]:"
            for line in try chip.lines() {
                text += " \(line.offset)=\(line.name)"
                text += line.isUsed ? "(\(line.holder)\(line.isOutput ? ",out" : ""))" : ""
            }
            text += ";"
        }
        return text
    }
}

var probe = Probe()
while let command = readLine() {
    Terminal.write(probe.obey(command.split(separator: " ")) + "\n")
}
