import Testing

@testable import Intercomctl

@Suite struct OptionTests {
    private func complaint(_ typed: String...) -> String? {
        do {
            _ = try Invocation(typed)
            return nil
        } catch {
            return error.text
        }
    }

    @Test func eachOptionAndEachCommandHasOneRow() {
        let options = Option.all.map { $0.name }
        #expect(Set(options).count == options.count)
        let commands = Command.all.map { $0.name }
        #expect(Set(commands).count == commands.count)
        for command in Command.all {
            #expect(Set(command.options).isSubset(of: options), "\(command.name)")
            #expect(Set(command.needed).isSubset(of: command.options), "\(command.name)")
        }
        for (_, long) in Option.shorts { #expect(options.contains(long)) }
    }

    @Test(arguments: [
        ("--seconds", ["0", "86401", "1.5", "x"], ["1", "86400"], "--seconds takes 1 to 86400"),
        ("--limit", ["0", "100001", "all"], ["1", "100000"], "--limit takes 1 to 100000"),
        (
            "--for", ["0s", "32d", "1", "later"], ["1s", "31d"],
            "--for takes a time such as 90s, 30m, 1h or 2d; 31d at most"
        ),
    ])
    func aValueOutOfRangeIsRefused(
        _ option: String, _ bad: [String], _ good: [String], _ text: String
    ) {
        for value in bad { #expect(complaint(option, value) == text) }
        for value in good { #expect(complaint(option, value) == nil) }
    }

    @Test func aWrongPriorityIsToldTheRightOnes() {
        #expect(
            complaint("--priority", "hihg")
                == "unknown priority \"hihg\"; did you mean \"high\"? (normal, high, emergency)")
        #expect(complaint("--priority", "emergency") == nil)
    }

    /// No option but `--help` and its short form asks for help.
    @Test func onlyHelpIsHelp() throws {
        for option in Option.all {
            let value = ["--since": "1h", "--for": "1h", "--priority": "high"][option.name] ?? "1"
            let typed = option.value.isEmpty ? [option.name] : [option.name, value]
            #expect(try Invocation(typed).isHelp == (option.name == "--help"), "\(option.name)")
        }
        #expect(try Invocation(["-h"]).isHelp)
        do throws(Failure) {
            _ = try Invocation(["talk", "house", "\u{2013}seconds", "5"])
            Issue.record("a typographic dash is no hyphen")
        } catch {
            #expect(error.text == "\u{2013}seconds begins with a typographic dash; type --seconds")
        }
    }
}
