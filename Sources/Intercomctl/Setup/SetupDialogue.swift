internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Report

// The dialogue of `setup` at a terminal.
extension Setup {
    func printCards() throws(Failure) {
        guard !cards.isEmpty else { return try printLine("no sound card found") }
        var table = Table(["NO", "CARD", "INPUT", "OUTPUT", ""])
        for (index, card) in cards.enumerated() {
            table.add([
                "\(index + 1)", card.value, card.input.word, card.output.word, card.name,
            ])
        }
        try printScreen(table.text)
    }

    /// Asks for each choice; false if the person declines.
    mutating func ask() throws(Failure) -> Bool {
        let lines = HeaderLines.all()
        guard try ask(.name, lines), try ask(.input, lines) else { return false }
        var unheard: String?
        while true {
            guard try ask(.output, lines) else { return false }
            guard plan[.output].value != unheard else {
                try printLine("  it stays; try it again later: intercomctl test speaker")
                break
            }
            guard let isHeard = try isHeard() else { return false }
            if isHeard { break }
            unheard = plan[.output].value
        }
        guard try ask(.key, lines) else { return false }
        try printText("\n\(plan.text)\n")
        return try choice("write this to \(path)? [yes]") == "yes"
    }

    /// Asks until the answer is valid in the configuration; false at the end of the input.
    private mutating func ask(
        _ question: SetupQuestion, _ lines: HeaderLines
    ) throws(Failure) -> Bool {
        var doubted: String?
        while true {
            let before = plan
            try printQuestion("\(question.text) [\(plan[question].value.visible)]:")
            guard let answer = typedLine() else {
                try printLine("")
                return false
            }
            if !answer.isEmpty {
                plan.choose(question.value(of: answer, among: cards), for: question)
            }
            switch try settings() {
            case .failure(let error):
                plan = before
                guard let mistake = error.mistakes.first else { continue }
                let nearest =
                    mistake.suggestion
                    ?? (question == .name && !isName(answer) ? nearestName(to: answer) : nil)
                let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
                let what = question.refusal(of: answer, among: cards) ?? mistake.what
                try printLine("  \((what + hint).visible)")
            case .success(let config):
                let value = plan[question].value
                if question == .key, lines.lacks(value) {
                    plan = before
                    try printLine(
                        "  no line has the name \(value.visible): intercomctl gpio list, or none")
                    continue
                }
                let doubt = question.doubt(of: config, at: plan, among: cards, lines)
                guard value != doubted, let doubt else { return true }
                try printLine("  \(doubt.visible)")
                doubted = value
            }
        }
    }

    /// Plays a tone on the chosen speaker, and asks whether it is heard; nil at the end of the
    /// input.
    ///
    /// Returns true for a speaker that is left out, or cannot be tried now.
    private func isHeard() throws(Failure) -> Bool? {
        guard case .success(let config) = try settings(), let name = config.audio.output.pcm
        else { return true }
        while true {
            guard try playTone(on: name, config.audio) else { return true }
            let question = "did you hear it? yes, no or again [yes]:"
            guard let answer = try choice(question, among: ["yes", "no", "again"]) else {
                try printLine("")
                return nil
            }
            if answer == "yes" { return true }
            guard answer == "again" else { break }
        }
        try printLine("  check its cable and its volume (alsamixer), or choose another")
        return false
    }

    /// Plays a rising tone three times; returns false, and prints the reason, if the card fails.
    private func playTone(on name: PCMName, _ audio: Config.Audio) throws(Failure) -> Bool {
        var pcm: PCMDevice
        do throws(PCMError) {
            pcm = try PCMDevice(.playback, name: name, wanted: SoundTrial.wanted(audio))
        } catch {
            // The other program is most often the daemon.
            let why =
                error.reason == .busy
                ? "\(name) is in use; if intercomd has it: intercomctl test speaker"
                : error.description
            try printLine("  not tried now: \(why.visible)")
            return false
        }
        let sound = risingTones()
        var trial = try SoundTrial(samples: sound.count)
        try printLine("playing a rising tone three times on \(pcm.device.visible)")
        guard try !trial.play(sound, on: &pcm) else { return true }
        try printLine("  \(stuck(pcm.device))")
        return false
    }
}

/// An answer without the blanks around it; nil at the end of the input.
func typedLine() -> String? { Keyboard.line().map { trimmed($0) } }

/// Asks until the answer is one of these words or their beginnings; nil at the end of the input.
///
/// An empty answer means the first word.
func choice(
    _ question: String, among words: [String] = ["yes", "no"]
) throws(Failure) -> String? {
    while true {
        try printQuestion(question)
        guard let answer = typedLine()?.lowercased() else { return nil }
        if let word = words.first(where: { $0.hasPrefix(answer) }) { return word }
        try printLine("  the answer is \(words.joined(separator: " or "))")
    }
}

// The output of `setup`.
extension Setup {
    /// The choices with their reasons, then the warnings.
    var summary: String {
        var table = Table()
        table.add(["name", plan[.name].value, plan[.name].reason])
        table.add(["input", plan[.input].value, plan[.input].reason])
        table.add(["output", plan[.output].value, plan[.output].reason])
        table.add(["button", plan[.key].value, plan[.key].reason])
        return table.text + warnings
    }

    var warnings: String {
        plan.warnings.map { "! \($0.visible)\n" }.joined()
    }

    /// The lines about the written file, and about the former file that is kept.
    var written: String {
        guard isWritten else { return kept + "\n" }
        return "wrote \(path)\n" + (backup.map { "kept the old one as \($0)\n" } ?? "")
    }

    func advice(isRunning: Bool) -> String {
        var text = written
        text +=
            isRunning
            ? "next: intercomctl reload\n" : "next: sudo systemctl enable --now intercomd\n"
        text += "try:  intercomctl test speaker, test mic"
        text += plan[.key].value == "none" ? "\n" : ", test button\n"
        let member = Membership().map { "to do without sudo from the next login: \($0.command)\n" }
        return text + (member ?? "") + Self.pairing
    }

    static let pairing = "pair: intercomctl pair; it shows a code to type at the other station\n"

    var json: JSON {
        var json = JSON.result()
        json.set("path", JSON(path))
        json.set("written", JSON(isWritten))
        json.set("backup", backup.map { JSON($0) } ?? .null())
        json.set("name", JSON(plan[.name].value))
        json.set("input", JSON(plan[.input].value))
        json.set("output", JSON(plan[.output].value))
        json.set("key", plan[.key].value == "none" ? .null() : JSON(plan[.key].value))
        json.set("warnings", JSON.list(plan.warnings))
        json.set("text", JSON(plan.text))
        return json
    }
}
