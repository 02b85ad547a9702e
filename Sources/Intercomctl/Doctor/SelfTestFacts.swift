internal import HAL

/// Whether the daemon's program and its libraries do on this machine what was tested elsewhere.
struct SelfTestFacts {
    /// The program; nil where it is unknown.
    let program: String?
    /// How its self-test ended; nil where the program is unknown.
    let outcome: SystemProgram.Outcome?

    init(program: String?, outcome: SystemProgram.Outcome?) {
        self.program = program
        self.outcome = outcome
    }

    /// Runs it: that of the folder of this program, as both are installed together.
    init() {
        program = Program.folder.map { "\($0)/intercomd" }
        outcome = program.map { SystemProgram.run($0, ["--self-test"]) }
    }

    var checks: [Check] {
        guard let program, let outcome else {
            return [
                .warn(
                    .selfTest, "not looked at: /proc does not tell where intercomctl is",
                    fix: "intercomd --self-test")
            ]
        }
        switch outcome {
        case .ended(0):
            return [.ok(.selfTest, "program and libraries do here what they must")]
        case .ended(let status):
            return [
                .fail(
                    .selfTest, "\(program) fails on this machine (status \(status))",
                    fix: "\(program) --self-test")
            ]
        case .notStarted(let error):
            return [
                .warn(
                    .selfTest, "not looked at: \(error)",
                    fix: "install intercomd and intercomctl in one folder")
            ]
        case .hung:
            return [
                .fail(
                    .selfTest, "the self-test of \(program) does not end",
                    fix: "\(program) --self-test")
            ]
        }
    }
}
