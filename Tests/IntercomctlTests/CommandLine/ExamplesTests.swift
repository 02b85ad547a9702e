import Testing

@testable import Intercomctl

/// What `help COMMAND` gives to copy is a command line that is taken.
@Suite struct ExamplesTests {
    /// The command of a line: without sudo, and without what the shell takes.
    private func words(of line: String) throws -> [String] {
        let parts = line.split(separator: "|").flatMap { $0.split(separator: ">").prefix(1) }
        let words = try #require(
            parts.map { $0.split(separator: " ").map(String.init) }.last {
                $0.first == "intercomctl" || $0.starts(with: ["sudo", "intercomctl"])
            }, "\(line)")
        return Array(words.drop { $0 == "sudo" }.dropFirst())
    }

    /// Nil for a line that is taken for this command; else why not.
    private func complaint(about line: String, of command: Command) throws -> String? {
        let words = try words(of: line)
        do throws(Failure) {
            var invocation = try Invocation(words)
            let found = try findCommand(invocation.words)
            guard found.name == command.name else { return "it is \(found.name)" }
            invocation.arguments = Array(invocation.words.dropFirst(found.words.count))
            try found.check(invocation)
            return nil
        } catch { return error.text }
    }

    @Test func eachCommandWithArgumentsHasThreeAtMostAndEachIsTaken() throws {
        for command in Command.all {
            #expect(
                (command.arguments.isEmpty ? 0...3 : 1...3).contains(command.examples.count),
                "\(command.name)")
            for line in command.examples {
                #expect(try complaint(about: line, of: command) == nil, "\(line)")
            }
        }
    }

    @Test func aLineThatIsWrongIsNoticed() throws {
        let talk = try #require(Command.all.first { $0.name == "talk" })
        for line in ["intercomctl talk", "intercomctl talk --for 1h x", "intercomctl call x"] {
            #expect(try complaint(about: line, of: talk) != nil, "\(line)")
        }
    }
}
