internal import Config
internal import HAL
internal import Report

// What `setup` shows.
extension Setup {
    /// The choices with their reasons, then the warnings.
    var summary: String {
        var table = Table()
        table.add(["name", plan.name.value, plan.name.reason])
        table.add(["input", plan.input.value, plan.input.reason])
        table.add(["output", plan.output.value, plan.output.reason])
        table.add(["button", plan.key.value, plan.key.reason])
        return table.text + warnings
    }

    var warnings: String {
        plan.warnings.map { "! \($0.visible)\n" }.joined()
    }

    /// The lines about the file that was written, and the former one that is kept.
    var written: String {
        "wrote \(path)\n" + (backup.map { "kept the old one as \($0)\n" } ?? "")
    }

    func advice(isRunning: Bool) -> String {
        var text = written
        text += "try:  intercomctl test speaker, test mic"
        text += plan.key.value == "none" ? "\n" : ", test button\n"
        text +=
            isRunning
            ? "next: intercomctl reload\n" : "next: sudo systemctl enable --now intercomd\n"
        return text + Self.pairing
    }

    static let pairing = "pair: intercomctl pair; it shows a code to type at the other station\n"

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
