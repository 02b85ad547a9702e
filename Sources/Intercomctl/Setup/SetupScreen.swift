internal import Config
internal import Control
internal import HAL

// What `setup` shows and asks.
extension Setup {
    /// The choices with their reasons, then the warnings.
    func summary(besidesAnswers: Bool) -> String {
        var text = ""
        if !besidesAnswers {
            var table = Table()
            table.add(["name", plan.name.value, plan.name.reason])
            table.add(["input", plan.input.value, plan.input.reason])
            table.add(["output", plan.output.value, plan.output.reason])
            table.add(["button", plan.key.value, plan.key.reason])
            text = table.text
        }
        for warning in plan.warnings { text += "! \(warning.visible)\n" }
        return text
    }

    func advice(isRunning: Bool) -> String {
        var text = "wrote \(path)\n"
        if let backup { text += "kept the old one as \(backup)\n" }
        text += "try:  intercomctl test speaker, test mic"
        text += plan.key.value == "none" ? "\n" : ", test button\n"
        text +=
            isRunning
            ? "next: intercomctl reload\n" : "next: sudo systemctl enable --now intercomd\n"
        return text
            + "pair: intercomctl pair; it shows a code to type at the other station\n"
    }

    func printCards() throws(Failure) {
        guard !cards.isEmpty else { return try printLine("no sound card found") }
        var table = Table(["NO", "CARD", "INPUT", "OUTPUT", ""])
        for (index, card) in cards.enumerated() {
            table.add([
                "\(index + 1)", card.value, card.input.word, card.output.word, card.name,
            ])
        }
        try printText(table.text)
    }

    /// Asks one question at a time; false if the person declines.
    mutating func ask() throws(Failure) -> Bool {
        let cards = cards
        guard try ask("name of this station", { $0.name.value }, { $0.name.value = $1 }),
            try ask(
                "microphone: number, value or none", { $0.input.value },
                { $0.input.value = SetupPlan.card($1, among: cards) }),
            try ask(
                "loudspeaker: number, value or none", { $0.output.value },
                { $0.output.value = SetupPlan.card($1, among: cards) }),
            try ask(
                "talk button's GPIO: number, line or none", { $0.key.value },
                { $0.key.value = SetupPlan.line($1) })
        else { return false }
        try printText("\n\(plan.text)\nwrite this to \(path)? [yes] ")
        guard let answer = Keyboard.line() else { return false }
        return ["", "y", "yes"].contains(answer.lowercased())
    }

    /// Asks until the answer is valid in the configuration; false at the end of the input.
    private mutating func ask(
        _ question: String, _ value: (SetupPlan) -> String,
        _ set: (inout SetupPlan, String) -> Void
    ) throws(Failure) -> Bool {
        let before = plan
        while true {
            try printText("\(question) [\(value(before).visible)]: ")
            guard let answer = Keyboard.line() else {
                try printLine("")
                return false
            }
            plan = before
            if !answer.isEmpty { set(&plan, answer) }
            guard let mistake = try mistakes().first else { return true }
            let hint = mistake.suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
            try printLine("  \((mistake.what + hint).visible)")
        }
    }

    var json: JSON {
        var json = JSON.object()
        json.set("schema", JSON(1))
        json.set("path", JSON(path))
        json.set("written", JSON(isWritten))
        json.set("backup", backup.map { JSON($0) } ?? .null())
        json.set("name", JSON(plan.name.value))
        json.set("input", JSON(plan.input.value))
        json.set("output", JSON(plan.output.value))
        json.set("key", plan.key.value == "none" ? .null() : JSON(plan.key.value))
        var warnings = JSON.array()
        for warning in plan.warnings { warnings.append(JSON(warning)) }
        json.set("warnings", warnings)
        json.set("text", JSON(plan.text))
        return json
    }
}
